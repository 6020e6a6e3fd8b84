// The load of the crash run: writers whose transactions leave a pattern that shows whether one was lost or torn.

import type { Snapshot } from '../src/datastore/snapshot.ts';
import { EdgeconfError } from '../src/errors.ts';
import type { SetRequest } from '../src/proto/gnmi.ts';
import type { PathQuery, TextElem } from '../src/schema/path.ts';
import { queryPrefix, resolveQuery } from '../src/schema/path.ts';
import { decodeKey } from '../src/schema/row-key.ts';

/** Targets that the load writes to; both have the Aether model. */
export const loadTargets = ['crash-one', 'crash-two'] as const;

/** One stream of transactions, each made after the one before was acknowledged. */
export interface Writer {
  readonly name: string;
  /** With two targets every transaction writes both. */
  readonly targets: readonly string[];
}

/** Writers that run at the same time: two for each target and one that spans both. */
export const writers: readonly Writer[] = [
  { name: 'a', targets: [loadTargets[0]] },
  { name: 'b', targets: [loadTargets[0]] },
  { name: 'c', targets: [loadTargets[1]] },
  { name: 'd', targets: [loadTargets[1]] },
  { name: 'e', targets: loadTargets },
];

const entriesPerWriter = 5;

/** Who writes the load. */
export const crashUser = { name: 'crash', password: 'crash-load' } as const;

/** The platform configuration that the load needs, as the whole-root JSON of an update. */
export function platformJson(passwordHash: string): string {
  return JSON.stringify({
    'edgeconf-platform:tenant': [{ name: 'crash' }],
    'edgeconf-platform:target': loadTargets.map((name) => ({
      name,
      tenant: 'crash',
      model: 'aether',
      'model-version': '2.1',
    })),
    'edgeconf-platform:user': [
      { name: crashUser.name, 'password-hash': passwordHash, role: [{ tenant: 'crash', role: 'enterprise-admin' }] },
    ],
  });
}

/** Transaction `n` (from 1) of a writer: sets several entries to n, puts mark n and removes mark n - 1. */
export function setRequest(writer: Writer, n: number): SetRequest {
  const entries = Array.from({ length: entriesPerWriter }, (_, i) => ({
    'traffic-class-id': `${writer.name}-entry-${i}`,
    description: `value ${n}`,
  }));
  const mark = { 'traffic-class-id': `${writer.name}-mark-${n}`, description: 'mark' };
  const json = JSON.stringify({ 'edgeconf-traffic-class:traffic-class': [...entries, mark] });
  const former = { name: 'traffic-class', key: { 'traffic-class-id': `${writer.name}-mark-${n - 1}` } };
  return {
    delete: writer.targets.map((target) => ({ target, elem: [former] })),
    update: writer.targets.map((target) => ({ path: { target }, val: { json_ietf_val: Buffer.from(json) } })),
  };
}

/**
 * The number of the transaction that a writer's rows show.
 * @returns 0 before the first; 'torn' when rows of several transactions stand together.
 */
export function shown(writer: Writer, snapshotOf: (target: string) => Snapshot | undefined): number | 'torn' {
  const seen = new Set<number>();
  for (const target of writer.targets) {
    const snapshot = snapshotOf(target);
    const values: string[] = [];
    const marks: string[] = [];
    if (snapshot !== undefined) {
      for (const row of snapshot.subtree(queryPrefix(resolve(snapshot, [{ name: 'traffic-class', key: {} }])))) {
        const [entry, leaf] = decodeKey(snapshot.model.root, row.key);
        const id = entry?.keys?.[0] ?? '';
        if (leaf?.node.name !== 'description') continue;
        if (id.startsWith(`${writer.name}-entry-`)) values.push(row.value);
        if (id.startsWith(`${writer.name}-mark-`)) marks.push(id.slice(`${writer.name}-mark-`.length));
      }
    }
    if (values.length === 0 && marks.length === 0) {
      seen.add(0);
      continue;
    }
    const [mark] = marks;
    if (marks.length !== 1 || values.length !== entriesPerWriter) return 'torn';
    if (values.some((value) => value !== JSON.stringify(`value ${mark}`))) return 'torn';
    seen.add(Number(mark));
  }
  const [n] = seen;
  return seen.size === 1 && n !== undefined ? n : 'torn';
}

function resolve(snapshot: Snapshot, elems: readonly TextElem[]): PathQuery {
  const [query] = resolveQuery(snapshot.model.root, elems);
  if (query === undefined) throw new EdgeconfError('INTERNAL', `model ${snapshot.model.id} has no ${elems[0]?.name}`);
  return query;
}
