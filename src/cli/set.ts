// `edgeconf set` and `edgeconf delete`: one atomic transaction of updates, replaces and deletes.

import { EdgeconfError } from '../errors.ts';
import { type Delivery, deliveryOf } from '../proto/delivery.ts';
import type { SetRequest, SetResponse, Update } from '../proto/gnmi.ts';
import { parsePath } from '../proto/path-text.ts';
import { certificateOf, certificateRequest, type TransactionCertificate } from '../proto/transaction-certificate.ts';
import { revisionOf } from '../proto/transaction-info.ts';
import { transactionStrategy } from '../proto/transaction-strategy.ts';
import type { Connection } from './connection.ts';
import { jsonValue, typedValue } from './value.ts';

/** What one `set` sends: pairs of path and value, and whole JSON texts to be put at a path. */
export interface Edits {
  readonly pairs: readonly string[];
  readonly files: readonly { readonly path: string; readonly json: string }[];
  readonly deletes: readonly string[];
  /** Replace instead of update: what is at the paths and not in the values goes away. */
  readonly replace: boolean;
  /** How many list entries this may delete, when the service asks for the number. */
  readonly confirmDeletes?: string | undefined;
}

/** What the service is asked to tell of the transaction, beside its revision. */
export interface SetOutput {
  /** Which targets and documents it touched, and whose they are. */
  readonly certify: boolean;
  /** Whether to wait until the devices have taken it. */
  readonly wait: boolean;
}

const NO_OUTPUT: SetOutput = { certify: false, wait: false };

/** @returns one line that says which revision the service answered with. */
export async function set(connection: Connection, edits: Edits, output: SetOutput = NO_OUTPUT): Promise<string> {
  return accepted(await connection.client.set(setRequest(connection, edits, output), headersOf(edits)));
}

/** What goes with the request as metadata. */
export function headersOf({ confirmDeletes }: Edits): Record<string, string> {
  return confirmDeletes === undefined ? {} : { 'edgeconf-confirm-deletes': confirmDeletes };
}

/** @throws EdgeconfError INVALID_ARGUMENT for what no request can be made of. */
export function setRequest(
  connection: Pick<Connection, 'prefix'>,
  edits: Edits,
  output: SetOutput = NO_OUTPUT,
): SetRequest {
  if (edits.pairs.length % 2 !== 0) {
    throw new EdgeconfError('INVALID_ARGUMENT', `no value for ${edits.pairs.at(-1)}; write pairs: <path> <value> ...`);
  }
  const updates: Update[] = edits.files.map(({ path, json }) => ({
    path: parsePath(path),
    val: jsonValue(json, 'the file is not JSON'),
  }));
  for (let i = 0; i < edits.pairs.length; i += 2) {
    updates.push({ path: parsePath(edits.pairs[i] ?? ''), val: typedValue(edits.pairs[i + 1] ?? '') });
  }
  const request: SetRequest = {
    prefix: connection.prefix,
    delete: edits.deletes.map(parsePath),
    ...(edits.replace ? { replace: updates } : { update: updates }),
    extension: [
      ...(output.certify ? [certificateRequest()] : []),
      ...(output.wait ? [transactionStrategy({ synchronous: true })] : []),
    ],
  };
  if (updates.length === 0 && edits.deletes.length === 0) {
    throw new EdgeconfError('INVALID_ARGUMENT', 'nothing to do: give <path> <value> pairs, --file or --delete');
  }
  return request;
}

function accepted(response: SetResponse): string {
  const revision = revisionOf(response);
  const accepted = revision === undefined ? 'accepted' : `accepted as revision ${revision}`;
  const certificate = certificateOf(response);
  const delivery = deliveryOf(response);
  const lines = [accepted];
  if (certificate !== undefined) lines.push(...described(certificate));
  if (delivery !== undefined) lines.push(...delivered(delivery));
  return lines.join('\n');
}

function* delivered({ revision, superseded, refused, unnamed_refused: unnamed }: Delivery): Iterable<string> {
  for (const { device, document, by } of superseded) {
    yield `  superseded  document ${document} on device ${device}: revision ${by} came first`;
  }
  for (const { device, document, message, cause } of refused) {
    yield `  refused  document ${document} by device ${device}: ${message}`;
    for (const path of cause) yield `    look at ${path}`;
  }
  if (unnamed > 0) yield `  refused  ${unnamed} documents that you may not read`;
  yield refused.length + unnamed === 0
    ? `  in effect on the devices as of revision ${revision}`
    : '  all else is in effect on the devices; what is refused waits for another change';
}

function* described(certificate: TransactionCertificate): Iterable<string> {
  for (const { name, tenant, written } of certificate.targets) {
    yield `  ${written ? 'wrote' : 'read '}  target ${name}${tenant === '' ? '' : ` of tenant ${tenant}`}`;
  }
  for (const { device, document, target, removed } of certificate.documents) {
    yield `  ${removed ? 'removes' : 'changes'}  document ${document} on device ${device}, made from target ${target}`;
  }
  if (certificate.unnamed_documents > 0) {
    yield `  changes  ${certificate.unnamed_documents} documents on devices that you may not read`;
  }
  const others = [...certificate.other_tenants];
  if (certificate.unnamed_tenants > 0) others.push(`${certificate.unnamed_tenants} that you may not know`);
  yield others.length === 0 ? '  no other tenant was touched' : `  touched other tenants: ${others.join(', ')}`;
}
