// The wire to a switch: the chassis as one replace of the root, interfaces by their paths, and what it says of its ports.

import { type DeviceClient, DeviceError, type DocumentRef, type Json } from '../../../src/southbound/adapter.ts';
import { GnmiChannel, type GnmiPath, type TypedValue } from './gnmi.ts';
import { chassisText } from './text-format.ts';

const ALL_INTERFACES: GnmiPath = [{ name: 'interfaces' }, { name: 'interface' }, { name: '...' }];

/** State leaves that are passed on, by their path below the interface. */
const STATE = new Set(['ifindex', 'admin-status', 'oper-status', 'last-change']);

export class SwitchClient implements DeviceClient {
  readonly #channel: GnmiChannel;

  /** @param secret `user:password` */
  constructor(address: string, secret: string | undefined, timeoutMs?: number) {
    this.#channel = new GnmiChannel(address, secret, timeoutMs);
  }

  /** Interfaces only: a chassis cannot be read. */
  async read({ id }: DocumentRef, signal: AbortSignal): Promise<Json | undefined> {
    const updates = await this.#channel.get([enabledPath(nameOf(id))], signal);
    const [update] = updates ?? [];
    return update === undefined ? undefined : { enabled: update.val.bool_val === true };
  }

  async put({ kind, id }: DocumentRef, body: Json, signal: AbortSignal): Promise<void> {
    if (kind === 'chassis') {
      const val = { bytes_val: Buffer.from(chassisText(body), 'utf8') };
      return await this.#channel.set({ replace: [{ path: { elem: [] }, val }] }, signal);
    }
    const { enabled } = body as { readonly enabled: boolean };
    const path = { elem: enabledPath(nameOf(id)) };
    try {
      await this.#channel.set({ update: [{ path, val: { bool_val: enabled } }] }, signal);
    } catch (error) {
      if (enabled || !(error instanceof DeviceError) || error.reason !== 'refused') throw error;
      // A port that the chassis does not have is out of service already.
      if ((await this.#channel.get([enabledPath(nameOf(id))], signal)) !== undefined) throw error;
    }
  }

  async remove({ id }: DocumentRef): Promise<void> {
    throw new Error(`${id}: a switch takes nothing away`);
  }

  async list(_kind: string, signal: AbortSignal): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const { path } of await this.#channel.once(ALL_INTERFACES, signal)) {
      const name = interfaceOf(path.elem);
      if (name !== undefined) names.add(name);
    }
    return [...names].map((name) => `interface/${name}`);
  }

  /** What the switch says of its ports, by their names. */
  async observe(signal: AbortSignal): Promise<Json> {
    const interfaces: { [name: string]: { [leaf: string]: Json } } = {};
    for (const { path, val } of await this.#channel.once(ALL_INTERFACES, signal)) {
      const name = interfaceOf(path.elem);
      const [container, ...rest] = path.elem.slice(2).map((elem) => elem.name);
      const leaf = rest.join('/');
      if (name === undefined || container !== 'state') continue;
      if (!STATE.has(leaf) && !leaf.startsWith('counters/')) continue;
      interfaces[name] = { ...interfaces[name], [leaf]: plain(val) };
    }
    return { interfaces };
  }

  async close(): Promise<void> {
    this.#channel.close();
  }
}

function enabledPath(name: string): GnmiPath {
  return [{ name: 'interfaces' }, { name: 'interface', key: { name } }, { name: 'config' }, { name: 'enabled' }];
}

function interfaceOf(path: GnmiPath): string | undefined {
  const [first, second] = path;
  return first?.name === 'interfaces' && second?.name === 'interface' ? second.key?.name : undefined;
}

function nameOf(id: string): string {
  return id.slice('interface/'.length);
}

function plain(value: TypedValue): Json {
  const { bool_val, string_val, uint_val, int_val } = value;
  if (value.value === 'bool_val') return bool_val === true;
  if (value.value === 'string_val') return string_val ?? '';
  return String(value.value === 'uint_val' ? uint_val : int_val);
}
