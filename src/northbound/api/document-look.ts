// How one request looks at documents: what the caller may know of, counted by whose they are.

import { PLATFORM } from '../../access/platform-target.ts';
import { tenantSince } from '../../datastore/targets.ts';
import { EdgeconfError } from '../../errors.ts';
import type * as proto from '../../proto/southbound.ts';
import { formatPath } from '../../schema/path.ts';
import type { DocumentStatus } from '../../southbound/document-status.ts';
import type { DocumentUnit, ListUnit } from '../../southbound/intent/rendering.ts';
import type { Caller } from '../caller.ts';
import { DocumentSight } from './document-sight.ts';
import { type SouthboundDeps, targetFacts } from './southbound-deps.ts';
import * as message from './southbound-messages.ts';

/** How much of a name that a client made up is said back. */
export const longestName = 1_024;

export interface Look {
  readonly sight: DocumentSight;
  /** Whether the caller may know of a document that is wanted or may be there. */
  sees(device: string, status: DocumentStatus): boolean;
  /** A request counts once for each tenant whose documents it is answered with. @throws EdgeconfError RESOURCE_EXHAUSTED */
  count(target: string | undefined): void;
  message(device: string, status: DocumentStatus): proto.Document;
  /** @throws EdgeconfError NOT_FOUND */
  find(request: { device?: string; document?: string }): { status: DocumentStatus; unit: DocumentUnit | undefined };
  list(unit: ListUnit): proto.ReachedList[];
}

export function lookOf({ engine, datastore, access }: SouthboundDeps, caller: Caller): Look {
  const facts = targetFacts(datastore);
  const sight = new DocumentSight(caller, (target) => datastore.snapshot(target));
  const counts = access.budgets.request();
  const count = (target: string | undefined): void => {
    if (target !== undefined) counts(target);
  };
  const unitOf = (device: string, { target, ref }: DocumentStatus): DocumentUnit | undefined => {
    const unit = engine.questions.known.document(device, ref.id);
    return unit?.target === target ? unit : undefined;
  };
  const isShown = (device: string, status: DocumentStatus): boolean => {
    // While it is pending, the trouble with the device is told, which may be about others' documents.
    if (status.status === 'pending') return false;
    return sight.seesAll({ device, ...status, reads: unitOf(device, status)?.reads });
  };
  /** What a device still has of a target's former tenant is not for the one that it was given to. */
  const isFormerTenants = (device: string, status: DocumentStatus): boolean => {
    const { target } = status;
    if (target === undefined || unitOf(device, status) !== undefined) return false;
    const platform = datastore.snapshot(PLATFORM);
    return platform !== undefined && (status.takenRevision ?? status.revision) <= tenantSince(platform, target);
  };
  const sees = (device: string, status: DocumentStatus): boolean => {
    if (sight.readsDevice(device)) return true;
    return sight.sees({ device, ...status }) && !isFormerTenants(device, status);
  };
  return {
    sight,
    sees,
    count,
    message(device, status) {
      const shows = status.reason !== undefined && (sight.readsDevice(device) || isShown(device, status));
      return message.documentMessage(device, status, facts, shows);
    },
    find({ device = '', document = '' }) {
      const status = engine.document(device, document);
      if (status === undefined || !sees(device, status)) {
        throw new EdgeconfError(
          'NOT_FOUND',
          `there is no document '${document.slice(0, longestName)}' on device '${device.slice(0, longestName)}' that you may read`,
        );
      }
      count(status.target);
      return { status, unit: unitOf(device, status) };
    },
    list({ device, target, part, refs }) {
      const seen = refs.filter((ref) => sight.sees({ device, target, ref }));
      if (seen.length === 0) return [];
      const path = seen[0] === undefined ? undefined : sight.entry(target, seen[0].source);
      const text = part.length === 0 ? '/' : formatPath(path?.slice(0, 1) ?? []);
      return [{ device, target, part: text, documents: seen.length }];
    },
  };
}
