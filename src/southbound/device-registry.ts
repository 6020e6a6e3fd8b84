// The devices that the platform target lists, and which of them a platform change is about.

import type { Change } from '../datastore/row.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import type { Device, IntentNode } from './adapter.ts';
import { intentView, noReads, type RowSource } from './intent/intent-view.ts';
import { entryKeys, walkKey } from './intent/key-walk.ts';

/** All devices by name. */
export function readDevices(platform: RowSource, root: SchemaNode): Map<string, Device> {
  const devices = intentView(platform, root, noReads()).list('device').map(toDevice);
  return new Map(devices.map((device) => [device.name, device]));
}

/** One device; undefined when the platform does not list it. */
export function readDevice(platform: RowSource, root: SchemaNode, name: string): Device | undefined {
  const entry = intentView(platform, root, noReads()).entry('device', name);
  return entry === undefined ? undefined : toDevice(entry);
}

/** Names of the devices that these platform changes are about. O(changes) */
export function changedDevices(root: SchemaNode, changes: readonly Change[]): Set<string> {
  const names = new Set<string>();
  for (const { key } of changes) {
    const step = walkKey(root, key)[0];
    if (step?.node.kind !== 'list' || step.node.name !== 'device') continue;
    const [name] = entryKeys(step.node, step.name, key).keys;
    if (name !== undefined) names.add(name);
  }
  return names;
}

/** Tells one machine behind a device name from another: what one has acknowledged says nothing about another. */
export function identityOf({ kind, address }: Device): string {
  return `${kind} ${address}`;
}

/** Whether both are there, and one machine is behind both. */
export function isSameMachine(a: Device | undefined, b: Device | undefined): boolean {
  return a !== undefined && b !== undefined && identityOf(a) === identityOf(b);
}

/** Whether the two say the same. */
export function sameDevice(a: Device, b: Device): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function toDevice(entry: IntentNode): Device {
  return {
    name: entry.keys[0] ?? '',
    kind: String(entry.leaf('kind') ?? ''),
    address: String(entry.leaf('address') ?? ''),
    endpoints: entry.leafList('endpoint').map(String),
    version: text(entry, 'version'),
    enabled: entry.leaf('enabled') !== false,
    credentials: text(entry, 'credentials-reference'),
    parameters: Object.fromEntries(
      entry.list('parameter').map((each) => [each.keys[0] ?? '', String(each.leaf('value') ?? '')]),
    ),
  };
}

function text(entry: IntentNode, name: string): string | undefined {
  const value = entry.leaf(name);
  return value === undefined ? undefined : String(value);
}
