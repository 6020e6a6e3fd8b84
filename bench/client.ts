// Clients of the service under test: gNMI as the bench's user, and a unary RPC that does nothing.

import { credentials, makeGenericClientConstructor, type ServiceError } from '@grpc/grpc-js';
import { service as healthDefinition } from 'grpc-health-check';
import { Encoding } from '../src/proto/gnmi.ts';
import { type GnmiClient, gnmiClient } from '../src/proto/gnmi-client.ts';
import { parsePath } from '../src/proto/path-text.ts';
import { revisionOf } from '../src/proto/transaction-info.ts';
import { benchUser } from './platform-seed.ts';

/** All calls go over one connection for each kind. */
export interface BenchClient {
  readonly gnmi: GnmiClient;
  /** grpc.health.v1.Health/Check: the least that a unary RPC of the same server costs. */
  noop(): Promise<void>;
  /** Sets one leaf. @returns the revision. */
  setLeaf(target: string, path: string, value: unknown): Promise<number>;
  /** Merges RFC 7951 text into the root. @returns how long it took, s. */
  load(target: string, json: string): Promise<number>;
  /** Gets one path as JSON_IETF. */
  get(target: string, path: string): ReturnType<GnmiClient['get']>;
  close(): void;
}

type Check = (request: object, callback: (error: ServiceError | null) => void) => void;

export function connect(address: string): BenchClient {
  const channel = credentials.createInsecure();
  const gnmi = gnmiClient({ address, channel, ...benchUser });
  const Health = makeGenericClientConstructor(healthDefinition, 'Health');
  const health = new Health(address, channel);
  const check = (health.check as unknown as Check).bind(health);
  return {
    gnmi,
    noop: () => new Promise((resolve, reject) => check({}, (error) => (error === null ? resolve() : reject(error)))),
    async setLeaf(target, path, value) {
      const val = { json_ietf_val: Buffer.from(JSON.stringify(value)) };
      const answer = await gnmi.set({ prefix: { target }, update: [{ path: parsePath(path), val }] });
      return revisionOf(answer) ?? 0;
    },
    async load(target, json) {
      const start = performance.now();
      await gnmi.set({ prefix: { target }, update: [{ path: {}, val: { json_ietf_val: Buffer.from(json) } }] });
      return (performance.now() - start) / 1000;
    },
    get: (target, path) => gnmi.get({ prefix: { target }, path: [parsePath(path)], encoding: Encoding.JSON_IETF }),
    close() {
      gnmi.close();
      health.close();
    },
  };
}
