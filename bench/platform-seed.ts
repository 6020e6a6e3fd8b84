// What a data folder of the bench starts with: one user who may do everything, and targets, each of a tenant of its own.

import { hashPassword } from '../src/access/password.ts';
import type { Datastore } from '../src/datastore/datastore.ts';

/** Who calls in benchmarks. */
export const benchUser = { username: 'bench', password: 'bench-load' } as const;

/** A target and its model. */
export interface SeedTarget {
  readonly name: string;
  /** `name@version` */
  readonly model: string;
  /** Budget of its tenant. */
  readonly requestsPerSecond?: number;
}

/** An SD-Core. */
export interface SeedDevice {
  readonly name: string;
  readonly address: string;
  readonly endpoint: string;
}

/** Targets of aether@2.1. */
export function aetherTargets(...names: readonly string[]): SeedTarget[] {
  return names.map((name) => ({ name, model: 'aether@2.1' }));
}

/** Declares user and targets; does nothing when they are there. */
export async function seedPlatform(datastore: Datastore, targets: readonly SeedTarget[]): Promise<void> {
  if (targets.every(({ name }) => datastore.snapshot(name) !== undefined)) return;
  // The lowest cost: this password protects nothing.
  const hash = await hashPassword(benchUser.password, Buffer.from('0123456789abcdef'), { N: 2, r: 1, p: 1 });
  const rule = { name: 'all', effect: 'allow', target: '*', path: '/', action: ['read', 'create', 'update', 'delete'] };
  const json = JSON.stringify({
    'edgeconf-platform:tenant': targets.map(({ name, requestsPerSecond }) => ({
      name,
      ...(requestsPerSecond === undefined ? {} : { budget: { 'requests-per-second': requestsPerSecond } }),
    })),
    'edgeconf-platform:target': targets.map(({ name, model }) => {
      const [modelName, version] = model.split('@');
      return { name, tenant: name, model: modelName, 'model-version': version };
    }),
    'edgeconf-platform:role': [{ name: 'bench', rule: [rule] }],
    'edgeconf-platform:user': [
      { name: benchUser.username, 'password-hash': hash, role: [{ tenant: '*', role: 'bench' }] },
    ],
  });
  await datastore.commit({
    author: 'bench',
    edits: [{ target: 'platform', edits: [{ op: 'update', path: [], json }] }],
    authorize: () => {},
  });
}

/** Lists devices. */
export async function seedDevices(datastore: Datastore, devices: readonly SeedDevice[]): Promise<void> {
  if (devices.length === 0) return;
  const json = JSON.stringify({
    'edgeconf-platform:device': devices.map(({ name, address, endpoint }) => ({
      name,
      kind: 'sd-core',
      address,
      endpoint: [endpoint],
    })),
  });
  await datastore.commit({
    author: 'bench',
    edits: [{ target: 'platform', edits: [{ op: 'update', path: [], json }] }],
    authorize: () => {},
  });
}
