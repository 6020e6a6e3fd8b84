// The edgeconf that clients are run against: a real process per transport, with a tenant, its intent and one user.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { hashPassword } from '../src/access/password.ts';
import { packageRoot } from '../src/package-root.ts';
import { type GnmiClient, gnmiClient } from '../src/proto/gnmi-client.ts';
import { parsePath } from '../src/proto/path-text.ts';
import { running } from '../test/e2e/edgeconf-process.ts';
import { type Authority, writePair } from '../test/northbound/authority.ts';

export type Transport = 'plaintext' | 'TLS' | 'mTLS';

/** What a client is told, and a client of our own beside it. */
export interface Target {
  readonly transport: Transport;
  readonly address: string;
  readonly user: string;
  readonly password: string;
  /** Files; absent in plaintext. */
  readonly ca?: string;
  /** Of the client; present with mTLS. */
  readonly certificate?: string;
  readonly key?: string;
  /** A certificate of a client and its key, for clients that want one whether the service asks or not. */
  readonly pair: { readonly certificate: string; readonly key: string };
  /** Sets the leaf that tests look at. */
  change(value: string): Promise<void>;
  /** The text of a leaf of `acme`, or undefined when there is none. */
  read(path: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** The site and the leaf that all checks use. */
export const site = '/site[site-id=acme-chicago]';
export const leaf = `${site}/display-name`;

export async function startTarget(transport: Transport, folder: string, authority: Authority): Promise<Target> {
  await mkdir(folder);
  const ca = join(folder, 'ca.pem');
  await writeFile(ca, authority.ca);
  const server = await writePair(folder, 'server', await authority.issue('edgeconf'));
  const own = await writePair(folder, 'client', await authority.issue('client'));
  const service = running(folder, ['serve'], {
    EDGECONF_GNMI_PORT: '0',
    EDGECONF_HTTP_PORT: '0',
    ...(transport === 'plaintext'
      ? { EDGECONF_GNMI_PLAINTEXT: 'true' }
      : { EDGECONF_TLS_CERTIFICATE: server.certificate, EDGECONF_TLS_KEY: server.key }),
    ...(transport === 'mTLS' ? { EDGECONF_TLS_CLIENT_CA: ca } : {}),
  });
  const port = /:(\d+) /.exec(await service.line(/serves gNMI on/))?.[1];
  const secret = /secret {2}(\S+)/.exec(await service.line(/secret {2}\S/))?.[1] ?? '';
  const address = `localhost:${port}`;
  const pem = (file: string): Buffer => readFileSync(file);
  const channel =
    transport === 'plaintext'
      ? credentials.createInsecure()
      : transport === 'TLS'
        ? credentials.createSsl(pem(ca))
        : credentials.createSsl(pem(ca), pem(own.key), pem(own.certificate));
  const client = gnmiClient({ address, channel, username: 'operator', password: secret, timeoutMs: 30_000 });
  const password = 'collector-password';
  await describe(client, password);
  return {
    transport,
    address,
    user: 'collector',
    password,
    ...(transport === 'plaintext' ? {} : { ca }),
    ...(transport === 'mTLS' ? own : {}),
    pair: own,
    async change(value) {
      await set(client, 'acme', leaf, JSON.stringify(value));
    },
    async read(path) {
      try {
        const answer = await client.get({ prefix: { target: 'acme' }, path: [parsePath(path)] });
        const bytes = answer.notification?.[0]?.update?.[0]?.val?.json_val ?? Buffer.alloc(0);
        return JSON.parse(Buffer.from(bytes).toString());
      } catch {
        return undefined;
      }
    },
    async close() {
      client.close();
      await service.kill('SIGTERM');
    },
  };
}

async function describe(client: GnmiClient, password: string): Promise<void> {
  const acme = readFileSync(join(packageRoot, 'models/aether/2.1/valid/acme.json'), 'utf8');
  const platform = {
    tenant: [{ name: 'acme' }],
    target: [{ name: 'acme', tenant: 'acme', model: 'aether', 'model-version': '2.1' }],
    device: [
      {
        name: 'core',
        kind: 'sd-core',
        address: 'http://127.0.0.1:1/config',
        endpoint: [...new Set([...acme.matchAll(/endpoint": "([a-z]+:\/\/[^"]+)"/g)].map(([, uri]) => uri))],
        enabled: false,
      },
    ],
    user: [
      {
        name: 'collector',
        'password-hash': await hashPassword(password, randomBytes(16)),
        role: [{ tenant: 'acme', role: 'enterprise-admin' }],
      },
    ],
  };
  await set(client, 'platform', '/', JSON.stringify(platform));
  await set(client, 'acme', '/', acme);
}

async function set(client: GnmiClient, target: string, path: string, json: string): Promise<void> {
  const val = { json_ietf_val: Buffer.from(json) };
  await client.set({ prefix: { target }, update: [{ path: parsePath(path), val }] });
}
