// How waiting for devices ended, as far as the caller may know: about documents of the caller's own transaction only.

import { PLATFORM } from '../../access/platform-target.ts';
import type { Candidate } from '../../datastore/transaction.ts';
import { type Delivery, deliveryExtension } from '../../proto/delivery.ts';
import type { Extension } from '../../proto/gnmi.ts';
import type { Caller } from '../caller.ts';
import { mayReadDevice } from './certificate.ts';
import type { GnmiDeps, SettledDocuments } from './gnmi-deps.ts';

/** @param candidates the transaction's; what devices refuse of others is not told. */
export function delivered(
  deps: GnmiDeps,
  { identity }: Caller,
  { revision, superseded, refused }: SettledDocuments,
  candidates: readonly Candidate[],
): Extension {
  const grants = deps.access.grants(identity);
  const own = new Map(
    (deps.documentsOf?.(candidates) ?? []).map(({ device, document, target }) => [placeOf(device, document), target]),
  );
  const isOwn = ({ device, document }: Place): boolean => own.has(placeOf(device, document));
  const isNameable = ({ device, document }: Place): boolean => {
    const target = own.get(placeOf(device, document)) ?? PLATFORM;
    return grants.covers(target, 'read', []) === true || mayReadDevice(deps, grants, device);
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
