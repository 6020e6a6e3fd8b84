// Many leafrefs in one Set: to list keys, and to leaves that are no keys.

import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../src/package-root.ts';
import { attempt, type Say } from './attempt.ts';
import type { Measurement } from './measurement.ts';
import { round } from './percentiles.ts';
import type { Plan } from './plan.ts';
import { startBenchService } from './service.ts';

/** Seconds of one Set. What is referred to is there before. */
export interface Leafrefs {
  readonly count: number;
  readonly toKeysSeconds: number | null;
  readonly toNonKeyLeavesSeconds: number | null;
}

/** Entries in one Set before the measured one. */
const itemsPerSet = 20_000;

export const leafrefs: Measurement<'leafrefs', Leafrefs> = {
  name: 'leafrefs',
  run: async (plan, say) => ({
    count: plan.count,
    toKeysSeconds: await links(plan, say, 'list keys', 'key-link', 'item', (i) => `item-${i}`),
    toNonKeyLeavesSeconds: await links(plan, say, 'non-key leaves', 'serial-link', 'serial', (i) => `serial ${i}`),
  }),
  table: ({ count, toKeysSeconds, toNonKeyLeavesSeconds }) => ({
    title: `${count.toLocaleString('en-US')} leafrefs in one Set (s)`,
    columns: ['to', 'seconds', 'target'],
    rows: [
      ['list keys', toKeysSeconds, '3'],
      ['leaves that are no keys', toNonKeyLeavesSeconds, '3'],
    ],
  }),
};

function links(
  { count, deadlineMs }: Plan['leafrefs'],
  say: Say,
  what: string,
  list: string,
  leaf: string,
  value: (i: number) => string,
): Promise<number | null> {
  return attempt(say, `${count} leafrefs to ${what}`, deadlineMs, async (scope) => {
    const models = await scope.folder();
    for (const folder of ['models', 'bench/models']) await cp(join(packageRoot, folder), models, { recursive: true });
    const targets = [{ name: 'links', model: 'bench-links@1' }];
    const { client } = await startBenchService(scope, { targets, models, deadlineMs });
    const all = Array.from({ length: count }, (_, i) => i);
    const items = all.map((i) => ({ id: `item-${i}`, serial: `serial ${i}` }));
    for (let from = 0; from < count; from += itemsPerSet) {
      await client.load('links', JSON.stringify({ 'bench-links:item': items.slice(from, from + itemsPerSet) }));
    }
    const entries = all.map((i) => ({ id: `link-${i}`, [leaf]: value(i) }));
    return round(await client.load('links', JSON.stringify({ [`bench-links:${list}`]: entries })));
  });
}
