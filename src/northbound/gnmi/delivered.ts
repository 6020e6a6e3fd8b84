// How waiting for devices ended, as far as the caller may know: about documents of the caller's own transaction only.

import type { Candidate } from '../../datastore/transaction.ts';
import { type Delivery, deliveryExtension } from '../../proto/delivery.ts';
import type { Extension } from '../../proto/gnmi.ts';
import { DocumentSight } from '../api/document-sight.ts';
import type { Caller } from '../caller.ts';
import type { GnmiDeps, SettledDocuments } from './gnmi-deps.ts';

/** @param candidates the transaction's; what devices refuse of others is not told. */
export function delivered(
  deps: GnmiDeps,
  { identity }: Caller,
  { revision, superseded, refused }: SettledDocuments,
  candidates: readonly Candidate[],
): Extension {
  const caller = { identity, grants: deps.access.grants(identity) };
  const sight = new DocumentSight(caller, (target) => deps.datastore.snapshot(target));
  const own = new Map(
    (deps.documentsOf?.(candidates) ?? []).map((each) => [placeOf(each.device, each.document), each]),
  );
  const isOwn = ({ device, document }: Place): boolean => own.has(placeOf(device, document));
  const isNameable = ({ device, document }: Place): boolean => {
    const changed = own.get(placeOf(device, document));
    return changed !== undefined && sight.seesAll(changed);
  };
  const ownRefused = refused.filter(isOwn);
  const named = ownRefused.filter(isNameable);
  const delivery: Delivery = {
    revision,
    superseded: superseded.filter((each) => isOwn(each) && isNameable(each)),
    refused: named.map(({ cause, ...each }) => ({ ...each, cause: [...cause] })),
    unnamed_refused: ownRefused.length - named.length,
  };
  return deliveryExtension(delivery);
}

interface Place {
  readonly device: string;
  readonly document: string;
}

function placeOf(device: string, document: string): string {
  return `${device}\0${document}`;
}
