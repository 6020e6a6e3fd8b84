// Tells the tree how far the audit log is: the container `audit` of the platform target.

import { type SetTimer, systemTimer } from '../datastore/confirmed-commits.ts';
import type { Snapshot } from '../datastore/snapshot.ts';
import type { StateReport } from '../datastore/state-rows.ts';
import { concretePath, resolveQuery } from '../schema/path.ts';
import { encodeKey } from '../schema/row-key.ts';
import type { AuditHead } from './audit-entry.ts';
import type { AuditLog } from './audit-log.ts';

/** Where reports go; a Datastore fits. */
export interface StateSink {
  snapshot(target: string): Snapshot | undefined;
  report(target: string, reports: readonly StateReport[]): void;
}

const platform = 'platform';
const everyMs = 1_000;

/** Reports the log's head now and when it moves, at most once a second. @returns ends the reporting. */
export function reportAuditState(
  log: Pick<AuditLog, 'head' | 'listen'>,
  sink: StateSink,
  timer: SetTimer = systemTimer,
): () => void {
  let endWait: (() => void) | undefined;
  // Of an empty log nothing is told.
  let reported = 0;
  const report = (): void => {
    endWait = undefined;
    if (log.head.sequence === reported) return;
    sink.report(platform, stateOf(log.head, sink.snapshot(platform)));
    reported = log.head.sequence;
    endWait = timer(report, everyMs);
  };
  report();
  const end = log.listen(() => {
    if (endWait === undefined) report();
  });
  return () => {
    end();
    endWait?.();
  };
}

function stateOf({ sequence, hash }: AuditHead, snapshot: Snapshot | undefined): StateReport[] {
  const root = snapshot?.model.root;
  if (root === undefined) return [];
  // A 64-bit number is a text. [RFC 7951 6.1]
  return Object.entries({ entries: String(sequence), head: hash }).flatMap(([name, value]) => {
    const [query = []] = resolveQuery(root, [
      { name: 'audit', key: {} },
      { name, key: {} },
    ]);
    const path = concretePath(query);
    if (path === undefined || path.length === 0) return [];
    return [{ key: encodeKey(path), value: JSON.stringify(value) }];
  });
}
