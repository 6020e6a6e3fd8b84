// Who last changed anything of the intent that a document is made from.

import type { Datastore } from '../../datastore/datastore.ts';
import type * as proto from '../../proto/southbound.ts';
import type { DocumentUnit } from '../../southbound/intent/rendering.ts';

/** What went meanwhile does not count: only rows that are there say who wrote them. */
export async function lastChange(
  { snapshot, history }: Pick<Datastore, 'snapshot' | 'history'>,
  { target, reads }: DocumentUnit,
): Promise<Pick<proto.GetDocumentResponse, 'changed_at' | 'changed_by'>> {
  const rows = snapshot(target);
  let revision = 0;
  for (const key of reads.rows) revision = Math.max(revision, rows?.get(key)?.revision ?? 0);
  if (revision === 0) return {};
  for await (const { author } of history.headers(revision)) return { changed_at: revision, changed_by: author };
  return { changed_at: revision };
}
