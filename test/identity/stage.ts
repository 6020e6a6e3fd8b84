// A service behind TLS that asks for client certificates, an issuer of tokens, and callers with any credentials.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { Access, type AccessOptions } from '../../src/access/access.ts';
import { DEFAULT_ISSUER_TIMES } from '../../src/access/issuer-keys.ts';
import { FrontDoor, type Refusal } from '../../src/northbound/front-door.ts';
import { gnmiService, grpcServerOptions } from '../../src/northbound/gnmi/gnmi-service.ts';
import { serveGrpc } from '../../src/northbound/grpc-server.ts';
import { type GetRequest, type GetResponse, gnmiDefinition } from '../../src/proto/gnmi.ts';
import { type GnmiClient, gnmiClient } from '../../src/proto/gnmi-client.ts';
import { type Authority, authority, type Pair, writePair } from '../northbound/authority.ts';
import { HandTimers } from '../northbound/gnmi/hand-timers.ts';
import { acme, path } from '../northbound/gnmi/messages.ts';
import { startService, type TestService } from '../service.ts';

/** What everybody is told who is not let in. */
export const REFUSED = 'the credentials were not accepted';

export interface Caller {
  readonly username?: string;
  readonly password?: string;
  readonly token?: string;
  readonly pair?: Pair;
}

export interface Server {
  readonly port: number;
  client(caller: Caller): GnmiClient;
  /** Who somebody is to the service, as its log of refusals tells: the name, then the groups. */
  who(caller: Caller): Promise<string[]>;
  /** A Get with exactly this metadata. @returns its status and details */
  get(metadata: Record<string, string>, pair?: Pair): Promise<string>;
}

interface Files {
  readonly certificate: string;
  readonly key: string;
  readonly clientCa: string;
}

export class IdentityStage {
  readonly service: TestService;
  readonly trusted: Authority;
  readonly folder: string;
  /** The service's clocks: the wall clock, and one that only attempts and fetches see. */
  wallMs = Date.now();
  nowMs = 0;
  readonly timers = new HandTimers();
  readonly #files: Files;
  readonly #open: { close(): unknown }[] = [];

  private constructor(service: TestService, trusted: Authority, folder: string, files: Files) {
    this.service = service;
    this.trusted = trusted;
    this.folder = folder;
    this.#files = files;
  }

  static async open(): Promise<IdentityStage> {
    const folder = await mkdtemp(join(tmpdir(), 'edgeconf-identity-'));
    const trusted = await authority('trusted CA');
    const files = await writePair(folder, 'server', await trusted.issue('edgeconf'));
    const clientCa = join(folder, 'ca.pem');
    await writeFile(clientCa, trusted.ca);
    const service = await startService();
    await service.reset('acme', acme);
    await service.merge('platform', { group: [{ name: 'acme-readers', role: [{ tenant: 'acme', role: 'reader' }] }] });
    return new IdentityStage(service, trusted, folder, { ...files, clientCa });
  }

  /** A CA file beside the others. */
  get caReference(): string {
    return `file:${this.#files.clientCa}`;
  }

  /** Replaces all that is configured about authentication. */
  async configure(authentication: object): Promise<void> {
    const { datastore } = this.service;
    const node = datastore.snapshot('platform')?.model.root.children.get('edgeconf-platform:authentication');
    assert.ok(node);
    const edits = [
      { op: 'delete' as const, query: [{ node, keys: [] }] },
      { op: 'update' as const, path: [], json: JSON.stringify({ 'edgeconf-platform:authentication': authentication }) },
    ];
    await datastore.commit({ author: 'system', edits: [{ target: 'platform', edits }], authorize: () => {} });
  }

  async serve(
    clientCertificates: 'required' | 'optional' = 'optional',
    options: Partial<AccessOptions> = {},
  ): Promise<Server> {
    const access = new Access(this.service.datastore, {
      wallMs: () => this.wallMs,
      nowMs: () => this.nowMs,
      issuerTimes: { ...DEFAULT_ISSUER_TIMES, fetch: { timeoutMs: 2000, maxBytes: 100_000 } },
      ...options,
    });
    const refusals: Refusal[] = [];
    const gnmi = gnmiService({
      datastore: this.service.datastore,
      door: new FrontDoor({ access, onRefusal: (refusal) => refusals.push(refusal) }),
      nowNs: () => BigInt(this.wallMs) * 1_000_000n,
      timers: this.timers,
    });
    const server = await serveGrpc({
      host: '127.0.0.1',
      port: 0,
      tls: { ...this.#files, minVersion: 'TLSv1.2', clientCertificates },
      services: [gnmi],
      channelOptions: grpcServerOptions(),
      keepalive: { intervalMs: 60_000, timeoutMs: 20_000 },
    });
    this.#open.push({
      close() {
        gnmi.endStreams();
        return server.close();
      },
    });
    const address = `localhost:${server.port}`;
    const channel = (pair: Pair | undefined) =>
      credentials.createSsl(
        Buffer.from(this.trusted.ca),
        pair === undefined ? null : Buffer.from(pair.key),
        pair === undefined ? null : Buffer.from(pair.certificate),
      );
    const client = ({ pair, ...rest }: Caller): GnmiClient => {
      const made = gnmiClient({ address, channel: channel(pair), timeoutMs: 20_000, ...rest });
      this.#open.push(made);
      return made;
    };
    return {
      port: server.port,
      client,
      who: async (caller) => {
        const forbidden = { prefix: { target: 'no-such-target' }, path: [path('/site')] };
        await assert.rejects(client(caller).get(forbidden), (error: ServiceError) => {
          assert.equal(status[error.code], 'PERMISSION_DENIED', error.details);
          return true;
        });
        const { identity } = refusals.at(-1) ?? {};
        return [identity?.name ?? '', ...(identity?.groups ?? [])];
      },
      get: (entries, pair) => {
        const raw = new Client(address, channel(pair));
        this.#open.push(raw);
        const metadata = new Metadata();
        for (const [key, value] of Object.entries(entries)) metadata.set(key, value);
        const {
          path: method,
          requestSerialize,
          responseDeserialize,
        } = gnmiDefinition.Get as NonNullable<(typeof gnmiDefinition)['Get']>;
        const request: GetRequest = { prefix: { target: 'acme' }, path: [path('/site[site-id=chicago]/display-name')] };
        return new Promise((resolve) => {
          raw.makeUnaryRequest<GetRequest, GetResponse>(
            method,
            requestSerialize,
            responseDeserialize,
            request,
            metadata,
            { deadline: Date.now() + 20_000 },
            (error) => resolve(error === null ? 'OK' : `${status[error.code]}: ${error.details}`),
          );
        });
      },
    };
  }

  /** Ends servers and clients. */
  async end(): Promise<void> {
    for (const thing of this.#open.splice(0).reverse()) await thing.close();
  }

  async close(): Promise<void> {
    await this.end();
    await this.service.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
