// Short ways to write gNMI requests and to look at answers, and the intent that most tests of this folder start from.

import assert from 'node:assert/strict';
import { type ServiceError, status } from '@grpc/grpc-js';
import {
  ListMode,
  type Notification,
  type Path,
  type SubscribeResponse,
  type SubscriptionList,
  type TypedValue,
  type Update,
} from '../../../src/proto/gnmi.ts';
import type { SubscribeStream } from '../../../src/proto/gnmi-client.ts';
import { parsePath, printPath } from '../../../src/proto/path-text.ts';

export const acme = {
  'traffic-class': [{ 'traffic-class-id': 'gold', qci: 9, arp: 9 }],
  application: [
    {
      'application-id': 'cam',
      address: '10.1.0.0/24',
      endpoint: [{ 'endpoint-id': 'rtsp', 'port-start': 554, 'port-end': 560 }],
    },
  ],
  site: [
    {
      'site-id': 'chicago',
      'display-name': 'Chicago',
      'imsi-definition': { mcc: '315', mnc: '010', enterprise: 1, format: 'CCCNNNEEESSSSSS' },
      'small-cell': [{ 'small-cell-id': 'cell1', address: 'cell1-chicago', tac: '0001' }],
      device: [{ 'device-id': 'robot1', 'sim-card': 'sim1' }],
      'sim-card': [{ 'sim-id': 'sim1', imsi: '315010001000001' }],
      'ip-domain': [{ 'ip-domain-id': 'pool', dnn: 'internet', subnet: '10.250.0.0/16' }],
      'device-group': [
        {
          'device-group-id': 'robots',
          device: [{ 'device-id': 'robot1' }],
          'ip-domain': 'pool',
          mbr: { uplink: '5000000', downlink: '9007199254740993' },
          'traffic-class': 'gold',
        },
      ],
    },
    {
      'site-id': 'dallas',
      'display-name': 'Dallas',
      'imsi-definition': { mcc: '315', mnc: '010', enterprise: 2, format: 'CCCNNNEEESSSSSS' },
    },
  ],
};

export const path = parsePath;

export function json(value: unknown): TypedValue {
  return { json_val: Buffer.from(JSON.stringify(value)) };
}

/** JSON text as it is, for what JSON.stringify would not write. */
export function jsonText(text: string): TypedValue {
  return { json_ietf_val: Buffer.from(text) };
}

export function update(text: string, value: unknown): Update {
  return { path: parsePath(text), val: json(value) };
}

/** A value as plain data: JSON parsed, 64-bit integers as text. */
export function plain(val: TypedValue | null | undefined): unknown {
  const kind = val?.value;
  if (val === null || val === undefined || kind === undefined) return undefined;
  if (kind === 'json_val' || kind === 'json_ietf_val') return JSON.parse(Buffer.from(val[kind] ?? []).toString());
  if (kind === 'leaflist_val') return (val.leaflist_val?.element ?? []).map(plain);
  return kind === 'int_val' || kind === 'uint_val' ? `${val[kind]}` : val[kind];
}

/** The updates of a Notification by path text, prefix not included. */
export function valuesOf({ update = [] }: Notification): Record<string, unknown> {
  const texts = update.map((each) => printPath(each.path ?? {}));
  assert.equal(new Set(texts).size, texts.length, 'paths within one Notification must be unique');
  return Object.fromEntries(update.map((each, i) => [texts[i], plain(each.val)]));
}

export function deletesOf({ delete: deleted = [] }: Notification): string[] {
  return deleted.map((each: Path) => printPath(each));
}

/** Requires that an RPC fails with this code and a message that has all of these parts. */
export async function refused(
  rpc: Promise<unknown>,
  code: keyof typeof status,
  ...parts: string[]
): Promise<ServiceError> {
  const error = await rpc.then(
    () => assert.fail('the RPC succeeded'),
    (thrown: ServiceError) => thrown,
  );
  assertStatus(error, code, parts);
  return error;
}

function assertStatus(error: ServiceError, code: keyof typeof status, parts: string[]): void {
  assert.equal(`${status[error.code]}: ${error.details}`.slice(0, code.length + 1), `${code}:`, error.details);
  for (const part of parts) assert.ok(error.details.includes(part), `'${part}' is not in: ${error.details}`);
}

/** Reads a Subscribe stream message by message. */
export class Subscription {
  readonly stream: SubscribeStream;
  readonly #arrived: SubscribeResponse[] = [];
  #over: { error?: ServiceError } | undefined;
  #wake: () => void = () => {};

  constructor(stream: SubscribeStream) {
    this.stream = stream;
    stream.on('data', (message: SubscribeResponse) => {
      this.#arrived.push(message);
      this.#wake();
    });
    stream.on('error', (error: ServiceError) => {
      this.#over ??= { error };
      this.#wake();
    });
    // What arrived last is read before 'end'; the status may come before or behind it.
    const ended = new Promise((resolve) => stream.once('end', resolve));
    stream.once('status', ({ code }: { code: number }) => {
      if (code !== status.OK) return;
      ended.then(() => {
        this.#over ??= {};
        this.#wake();
      });
    });
  }

  subscribe(list: SubscriptionList): this {
    this.stream.write({ subscribe: list });
    return this;
  }

  poll(): void {
    this.stream.write({ poll: {} });
  }

  /** The next message; fails when the stream is over. */
  async next(): Promise<SubscribeResponse> {
    await this.#until(() => this.#arrived.length > 0 || this.#over !== undefined);
    const message = this.#arrived.shift();
    if (message === undefined) throw this.#over?.error ?? new Error('the stream ended with OK');
    return message;
  }

  /** The next message, which must be a Notification. */
  async notification(): Promise<Notification> {
    const message = await this.next();
    assert.equal(message.response, 'update');
    return message.update ?? {};
  }

  /** All updates up to the sync, by path text. */
  async untilSync(): Promise<Record<string, unknown>> {
    const values: Record<string, unknown> = {};
    for (;;) {
      const message = await this.next();
      if (message.response === 'sync_response') {
        assert.equal(message.sync_response, true);
        return values;
      }
      assert.deepEqual(deletesOf(message.update ?? {}), []);
      Object.assign(values, valuesOf(message.update ?? {}));
    }
  }

  /** Requires that the stream ends with OK and nothing more comes. */
  async ended(): Promise<void> {
    await this.#until(() => this.#arrived.length > 0 || this.#over !== undefined);
    assert.deepEqual(this.#arrived, []);
    assert.deepEqual(this.#over, {});
  }

  /** Requires that the stream fails with this code and a message that has all of these parts. */
  async fails(code: keyof typeof status, ...parts: string[]): Promise<void> {
    await this.#until(() => this.#over !== undefined);
    const error = this.#over?.error;
    assert.ok(error, 'the stream ended with OK');
    assertStatus(error, code, parts);
  }

  cancel(): void {
    this.stream.cancel();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** A list of subscriptions in one mode. */
export function list(
  mode: keyof typeof ListMode,
  paths: string[],
  more: Partial<SubscriptionList> = {},
): SubscriptionList {
  return { mode: ListMode[mode], subscription: paths.map((text) => ({ path: parsePath(text) })), ...more };
}
