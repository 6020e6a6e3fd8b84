// What a simulated switch holds and how it takes and tells it, apart from the wire.

import { status } from '@grpc/grpc-js';
import { type Message, readChassis } from './stratum-text.ts';

/** A path as names with keys, written like `/interfaces/interface[name=1/0]/config/enabled` in errors. */
export type Path = readonly { readonly name: string; readonly key?: Readonly<Record<string, string>> }[];

/** A value as the messages have it; exactly one member is there. */
export interface Value {
  readonly bool_val?: boolean;
  readonly string_val?: string;
  readonly uint_val?: number;
  readonly bytes_val?: Uint8Array;
}

/** A port as the switch runs it. */
export interface Port {
  readonly id: number;
  readonly name: string;
  readonly speedBps: number;
  enabled: boolean;
}

export class Refusal extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}

export class Switch {
  readonly #platform: string;
  chassis: Message | undefined;
  ports = new Map<string, Port>();

  /** @param platform what the hardware is, e.g. `PLT_GENERIC_BAREFOOT_TOFINO` */
  constructor(platform: string) {
    this.#platform = platform;
  }

  /** A copy for what is tried and not kept. */
  copy(): Switch {
    const twin = new Switch(this.#platform);
    twin.chassis = this.chassis;
    twin.ports = new Map([...this.ports].map(([name, port]) => [name, { ...port }]));
    return twin;
  }

  become({ chassis, ports }: Switch): void {
    this.chassis = chassis;
    this.ports = ports;
  }

  set(op: 'replace' | 'update' | 'delete', path: Path, value: Value): void {
    if (op === 'delete') throw new Refusal(status.UNIMPLEMENTED, `DELETE is not supported: ${textOf(path)}`);
    if (path.length === 0) {
      if (op !== 'replace') throw new Refusal(status.UNIMPLEMENTED, 'the root path takes REPLACE only');
      if (value.bytes_val === undefined) throw new Refusal(status.INVALID_ARGUMENT, 'the root path needs bytes_val');
      this.#replaceChassis(Buffer.from(value.bytes_val).toString('utf8'));
      return;
    }
    const port = this.#portAt(path);
    if (leafOf(path) !== 'config/enabled')
      throw new Refusal(status.INVALID_ARGUMENT, `unsupported path: ${textOf(path)}`);
    if (value.bool_val === undefined) throw new Refusal(status.INVALID_ARGUMENT, `${textOf(path)} needs bool_val`);
    port.enabled = value.bool_val;
  }

  /** All leaves at a path; `...` after an interface stands for everything below, of all interfaces without a name. */
  get(path: Path): [Path, Value][] {
    const [first, second, third] = path;
    if (first?.name === 'interfaces' && second?.name === 'interface' && third?.name === '...') {
      return [...this.ports.values()].flatMap((port) => leavesOf(port));
    }
    const name = second?.key?.name;
    const port = this.#portAt(path);
    const found = leavesOf(port).filter(([at]) => leafOf(at) === leafOf(path));
    if (found.length === 0 || name === undefined) {
      throw new Refusal(status.INVALID_ARGUMENT, `unsupported path: ${textOf(path)}`);
    }
    return found;
  }

  #portAt(path: Path): Port {
    const [first, second] = path;
    if (first?.name !== 'interfaces' || second?.name !== 'interface' || second.key?.name === undefined) {
      throw new Refusal(status.INVALID_ARGUMENT, `unsupported path: ${textOf(path)}`);
    }
    const port = this.ports.get(second.key.name);
    if (port === undefined) throw new Refusal(status.NOT_FOUND, `no interface ${second.key.name}`);
    return port;
  }

  #replaceChassis(text: string): void {
    let message: Message;
    try {
      message = readChassis(text);
    } catch (error) {
      throw new Refusal(status.INVALID_ARGUMENT, `the chassis configuration cannot be parsed: ${String(error)}`);
    }
    const { platform } = (message.chassis ?? {}) as Message;
    if (platform !== this.#platform) {
      throw new Refusal(status.INVALID_ARGUMENT, `platform ${String(platform)} is not ${this.#platform}`);
    }
    const nodes = new Set(items(message.nodes).map(({ id }) => id));
    const ports = new Map<string, Port>();
    const ids = new Set<number>();
    for (const port of items(message.singleton_ports)) {
      const [id, name] = [Number(port.id ?? 0), String(port.name ?? port.id)];
      if (id === 0 || ids.has(id)) throw new Refusal(status.INVALID_ARGUMENT, `port id ${id} is there twice, or 0`);
      if (ports.has(name)) throw new Refusal(status.INVALID_ARGUMENT, `port name ${name} is there twice`);
      if (!nodes.has(port.node ?? 0)) throw new Refusal(status.INVALID_ARGUMENT, `port ${id} is on no node`);
      const speedBps = Number(port.speed_bps ?? 0);
      if (speedBps <= 0) throw new Refusal(status.INVALID_ARGUMENT, `port ${id} has no speed`);
      const { admin_state } = (port.config_params ?? {}) as Message;
      ids.add(id);
      ports.set(name, { id, name, speedBps, enabled: admin_state !== 'ADMIN_STATE_DISABLED' });
    }
    this.chassis = message;
    this.ports = ports;
  }
}

function leavesOf({ id, name, enabled }: Port): [Path, Value][] {
  const at = (...names: string[]): Path => [
    { name: 'interfaces' },
    { name: 'interface', key: { name } },
    ...names.map((each) => ({ name: each })),
  ];
  const up = { string_val: enabled ? 'UP' : 'DOWN' };
  return [
    [at('config', 'enabled'), { bool_val: enabled }],
    [at('state', 'name'), { string_val: name }],
    [at('state', 'ifindex'), { uint_val: id }],
    [at('state', 'admin-status'), up],
    [at('state', 'oper-status'), up],
    [at('state', 'last-change'), { uint_val: 1_000_000 }],
    [at('state', 'counters', 'in-octets'), { uint_val: id * 1000 }],
    [at('state', 'counters', 'out-octets'), { uint_val: id * 2000 }],
    [at('state', 'counters', 'in-errors'), { uint_val: 0 }],
  ];
}

function items(value: Message[string] | undefined): Message[] {
  return (Array.isArray(value) ? value : []) as Message[];
}

function leafOf(path: Path): string {
  return path
    .slice(2)
    .map(({ name }) => name)
    .join('/');
}

function textOf(path: Path): string {
  const keys = (key: Readonly<Record<string, string>> = {}): string =>
    Object.entries(key)
      .map(([name, value]) => `[${name}=${value}]`)
      .join('');
  return `/${path.map(({ name, key }) => name + keys(key)).join('/')}`;
}
