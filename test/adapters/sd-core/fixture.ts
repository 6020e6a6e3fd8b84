// The adapter's fixtures: intents as RFC 7951 JSON with bare names, and the bodies that they must become.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/package-root.ts';
import { type Device, type Json, readDocument } from '../../../src/southbound/adapter.ts';
import type { Plain } from '../../southbound/intent.ts';

/** A fixture by its file name without `.json`. Parsed anew for each caller, who may change it. */
export function fixture(name: string): Json {
  return readDocument(readFileSync(join(packageRoot, 'adapters/sd-core/fixtures', `${name}.json`), 'utf8'));
}

/** An intent of the fixtures. */
export function intentFixture(name: 'acme' | 'sample'): { [member: string]: Plain } {
  return fixture(`${name}-intent`) as { [member: string]: Plain };
}

/** A core as the platform would list it. */
export function core(overrides: Partial<Device> = {}): Device {
  return {
    name: 'core-1',
    kind: 'sd-core',
    address: 'http://127.0.0.1:1/config',
    endpoints: ['http://5gcore', 'http://core5g.acme.example/config'],
    version: undefined,
    enabled: true,
    credentials: undefined,
    parameters: {},
    ...overrides,
  };
}
