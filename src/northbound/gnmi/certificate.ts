// The certificate of a Set: which targets were read and written, down to documents on devices, and whether all is one tenant's.

import type { CommitResult } from '../../datastore/transaction.ts';
import type { Extension } from '../../proto/gnmi.ts';
import { certificateExtension, TRANSACTION_CERTIFICATE } from '../../proto/transaction-certificate.ts';
import { concretePath, resolveQuery } from '../../schema/path.ts';
import type { Caller } from '../caller.ts';
import { registered } from './extensions.ts';
import type { GnmiDeps } from './gnmi-deps.ts';

const PLATFORM = 'platform';

/** @throws EdgeconfError INVALID_ARGUMENT when the extension comes twice. */
export function asksForCertificate(extensions: readonly Extension[] | undefined): boolean {
  return registered(extensions, TRANSACTION_CERTIFICATE) !== undefined;
}

/** @param named the targets that the request names. */
export function certificate(
  deps: GnmiDeps,
  { identity }: Caller,
  named: readonly string[],
  { revision, candidates }: Pick<CommitResult, 'revision' | 'candidates'>,
): Extension {
  const documents = deps.documentsOf?.(candidates) ?? [];
  const written = new Set(candidates.map(({ target }) => target));
  // Each document is made from one target, and the policy is read for every transaction.
  const read = new Set([PLATFORM, ...named, ...written, ...documents.map(({ target }) => target)]);
  const tenants = new Map(deps.datastore.targets().map(({ name, tenant }) => [name, tenant]));
  const own = new Set(['', ...named.map((target) => tenants.get(target) ?? '')]);
  const others = new Set([...read].map((target) => tenants.get(target) ?? '').filter((tenant) => !own.has(tenant)));
  const grants = deps.access.grants(identity);
  const mayKnow = (target: string): boolean => grants.covers(target, 'read', []) !== false;
  const known = [...read].filter(mayKnow).sort();
  const knownTenants = new Set(known.map((target) => tenants.get(target) ?? ''));
  const nameable = documents.filter(({ device, target }) => mayKnow(target) && mayReadDevice(deps, grants, device));
  return certificateExtension({
    revision,
    targets: known.map((name) => ({
      name,
      tenant: tenants.get(name) ?? '',
      written: written.has(name),
      read: true,
    })),
    documents: nameable.map(({ reads: _, ...document }) => document).sort(byPlace),
    unnamed_documents: documents.length - nameable.length,
    other_tenants: [...others].filter((tenant) => knownTenants.has(tenant)).sort(),
    unnamed_tenants: [...others].filter((tenant) => !knownTenants.has(tenant)).length,
  });
}

function byPlace(a: { device: string; document: string }, b: { device: string; document: string }): number {
  return a.device === b.device ? compare(a.document, b.document) : compare(a.device, b.device);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether the name of a device may be told. */
function mayReadDevice({ datastore }: GnmiDeps, grants: Caller['grants'], device: string): boolean {
  const root = datastore.snapshot(PLATFORM)?.model.root;
  if (root === undefined) return false;
  const [query = []] = resolveQuery(root, [
    { name: 'device', key: { name: device } },
    { name: 'name', key: {} },
  ]);
  const path = concretePath(query);
  return path !== undefined && grants.decide(PLATFORM, 'read', path);
}
