// The audit service for a gRPC server: hands out the audit log to whoever may take it.

import type { Identity } from '../../access/identity.ts';
import { PLATFORM } from '../../access/platform-target.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import { type ExportFrom, exportRecords } from '../../audit/export.ts';
import type { Datastore } from '../../datastore/datastore.ts';
import { EdgeconfError } from '../../errors.ts';
import { auditDefinition, type ExportRequest, type ExportResponse } from '../../proto/audit.ts';
import { concretePath, resolveQuery } from '../../schema/path.ts';
import type { Caller } from '../caller.ts';
import type { FrontDoor } from '../front-door.ts';
import type { ServedService } from '../grpc-server.ts';

export interface AuditServiceOptions {
  readonly door: FrontDoor;
  readonly datastore: Pick<Datastore, 'head' | 'history' | 'snapshot'>;
  readonly audit: AuditLog;
}

/** Records of one message are together about this long, in characters. */
const messageLength = 64 * 1024;

export function auditService(options: AuditServiceOptions): ServedService {
  return {
    definition: auditDefinition,
    implementation: {
      Export: options.door.stream<ExportRequest, ExportResponse>(
        (caller, request) => exportLog(options, caller, request),
        askedFor,
      ),
    },
  };
}

/** Who takes the log is in the log; the right to is asked for again with every message. */
async function* exportLog(
  { door, datastore, audit }: AuditServiceOptions,
  { identity, via }: Caller,
  request: ExportRequest,
): AsyncIterable<ExportResponse> {
  const check = (): void => checkRight(door, datastore, identity);
  check();
  const asked = askedFor(request);
  audit.note({ kind: 'exported', user: identity.name, ...via, code: '', asked, message: '', count: 1 });
  await audit.settled();
  const journal = {
    head: datastore.head,
    headers: (from: number) => datastore.history.headers(from),
    outlines: (from: number) => datastore.history.outlines(from),
  };
  let record: string[] = [];
  let length = 0;
  for await (const each of exportRecords({ journal, entries: audit.entries() }, fromOf(request))) {
    record.push(each);
    length += each.length;
    if (length < messageLength) continue;
    yield { record };
    check();
    record = [];
    length = 0;
  }
  if (record.length > 0) yield { record };
}

function checkRight({ access }: FrontDoor, datastore: AuditServiceOptions['datastore'], identity: Identity): void {
  const root = datastore.snapshot(PLATFORM)?.model.root;
  const [query = []] = root === undefined ? [] : resolveQuery(root, [{ name: 'audit', key: {} }]);
  const path = concretePath(query);
  if (path !== undefined && path.length > 0 && access.grants(identity).decide(PLATFORM, 'execute', path)) return;
  throw new EdgeconfError(
    'PERMISSION_DENIED',
    `user '${identity.name}' may not execute /audit in target '${PLATFORM}', which is to take the audit log`,
  );
}

function fromOf({ from, revision, time_ns: timeNs }: ExportRequest): ExportFrom | undefined {
  if (from === 'revision' && revision !== undefined) return { revision: revision.toNumber() };
  if (from === 'time_ns' && timeNs !== undefined) return { timeNs: timeNs.toBigInt() };
  return undefined;
}

function askedFor(request: ExportRequest): string {
  const from = fromOf(request);
  if (from === undefined) return 'the audit log';
  return 'revision' in from
    ? `the audit log from revision ${from.revision} on`
    : `the audit log from ${from.timeNs} ns on`;
}
