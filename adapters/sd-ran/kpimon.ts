// The adapter for the key figure monitor of SD-RAN (onos-kpimon): measurements, as state of the site's E2 nodes.

import type { Device, IntentNode, IntentStep, Json, StateLeaf } from '../../src/southbound/adapter.ts';
import type { Channel } from './channel.ts';
import { decodeMessage, type Message, rpcOf } from './messages.ts';
import { observer } from './observer.ts';

const listMeasurements = rpcOf('onos.kpimon.Kpimon', 'ListMeasurements');

/** Six digits after the point leave 12 before it. */
const LARGEST_REAL = 1e12;

/** A figure of a cell as it is observed. */
interface Measurement {
  readonly node: string;
  readonly cell: string;
  readonly name: string;
  readonly value: string | null;
  readonly time: string;
}

export const kpimon = observer('onos-kpimon', { application: 'kpimon', observe, state });

async function observe(channel: Channel, signal: AbortSignal): Promise<Json> {
  const { measurements } = await channel.call(listMeasurements, {}, signal);
  const found = new Map<string, Measurement>();
  for (const [key, { measurement_items: items }] of Object.entries(measurements as Record<string, Message>)) {
    // The node's name may hold colons itself, the names of its cells do not.
    const [, node, cell] = /^(.+):([^:]*):[^:]*$/.exec(key) ?? [];
    if (node === undefined || cell === undefined || cell === '') continue;
    for (const record of (items as readonly Message[]).flatMap(
      (item) => item.measurement_records as readonly Message[],
    )) {
      const measurement = measurementOf(node, cell, record);
      // A report may hold several of the same name; the last one counts.
      found.set(`${key} ${measurement.name}`, measurement);
    }
  }
  return [...found.values()].map((measurement) => ({ ...measurement }));
}

function measurementOf(node: string, cell: string, record: Message): Measurement {
  return {
    node,
    cell,
    name: String(record.measurement_name),
    value: figureOf(record.measurement_value as Message | null),
    time: new Date(Number(BigInt(String(record.timestamp)) / 1_000_000n)).toISOString(),
  };
}

/** Decimal text in the model's canonical form; null for a figure that the node had no value for. */
function figureOf(any: Message | null): string | null {
  const type = String(any?.type_url).replace(/^.*\//, '');
  if (type !== 'onos.kpimon.IntegerValue' && type !== 'onos.kpimon.RealValue') return null;
  const { value } = decodeMessage(type, any?.value as Uint8Array);
  if (type === 'onos.kpimon.IntegerValue') return String(value);
  if (!Number.isFinite(value) || Math.abs(Number(value)) >= LARGEST_REAL) return null;
  return Number(value)
    .toFixed(6)
    .replace(/(\.[0-9]+?)0+$/, '$1');
}

function* state(site: IntentNode, _device: Device, observation: Json): Iterable<StateLeaf> {
  const nodes = new Set(site.list('e2-node').map(({ keys }) => keys[0] ?? ''));
  for (const { node, cell, name, value, time } of observation as unknown as readonly Measurement[]) {
    if (!nodes.has(node)) continue;
    const entry: IntentStep[] = [
      { name: 'site', keys: [site.keys[0] ?? ''] },
      { name: 'e2-node', keys: [node] },
      { name: 'state' },
      { name: 'measurement', keys: [cell, name] },
    ];
    const leaves = { 'cell-id': cell, name, value: value ?? undefined, time };
    for (const [leaf, known] of Object.entries(leaves)) yield { path: [...entry, { name: leaf }], value: known };
  }
}
