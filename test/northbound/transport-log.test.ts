// What the log of a real `edgeconf serve` tells an operator about clients that could not connect, and SIGHUP.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ChannelCredentials, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { packageRoot } from '../../src/package-root.ts';
import { gnmiClient } from '../../src/proto/gnmi-client.ts';
import { type Authority, authority } from './authority.ts';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly gnmiPort?: number;
}

describe('the log of refused clients', () => {
  let folder: string;
  let clients: Authority;
  let child: ChildProcess;
  let log: LogReader;
  let port: number;
  let serverCa: Buffer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-log-'));
    clients = await authority('client CA');
    await writeFile(join(folder, 'client-ca.pem'), clients.ca);
    child = spawn(process.execPath, [join(packageRoot, 'bin/edgeconf.js'), 'serve'], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        EDGECONF_GNMI_PORT: '0',
        EDGECONF_HTTP_PORT: '0',
        EDGECONF_TLS_CLIENT_CA: 'client-ca.pem',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    log = new LogReader(child);
    port = (await log.find(/^serving$/)).gnmiPort ?? assert.fail('no port');
    serverCa = await readFile(join(folder, 'data/tls/ca.pem'));
  });
  after(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  async function code(channel: ChannelCredentials): Promise<number | undefined> {
    const client = gnmiClient({ address: `localhost:${port}`, channel, username: 'operator', timeoutMs: 20_000 });
    try {
      await client.capabilities();
      return status.OK;
    } catch (error) {
      return (error as ServiceError).code;
    } finally {
      client.close();
    }
  }

  it('says that a client spoke cleartext to the TLS port, and how to change that', async () => {
    assert.equal(await code(credentials.createInsecure()), status.UNAVAILABLE);
    const { msg, level } = await log.find(/cleartext to the TLS port/);
    assert.match(msg, /^a client was refused: .*make the client use TLS \(gnmic: without --insecure\)$/);
    assert.equal(level, 40);
  });

  it('says that a client showed no certificate', async () => {
    assert.equal(await code(credentials.createSsl(serverCa)), status.UNAVAILABLE);
    await log.find(/it showed no client certificate, and tls\.clientCa asks for one/);
  });

  it('says that a certificate does not chain to the CA', async () => {
    const stranger = await (await authority('other CA')).issue('collector');
    const channel = credentials.createSsl(serverCa, Buffer.from(stranger.key), Buffer.from(stranger.certificate));
    assert.equal(await code(channel), status.UNAVAILABLE);
    await log.find(/its certificate is not accepted by tls\.clientCa: /);
  });

  it('keeps serving on SIGHUP, and tells why files cannot be taken over', async () => {
    await writeFile(join(folder, 'client-ca.pem'), 'broken');
    child.kill('SIGHUP');
    await log.find(/certificates were not exchanged.*client-ca\.pem does not hold PEM CA certificates/);
    const own = await clients.issue('collector');
    const channel = credentials.createSsl(serverCa, Buffer.from(own.key), Buffer.from(own.certificate));
    assert.equal(await code(channel), status.UNAUTHENTICATED);
  });
});

/** Finds lines in the log of a process, past or to come. */
class LogReader {
  readonly #lines: Line[] = [];
  readonly #child: ChildProcess;
  #wake: () => void = () => {};
  #over = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    assert.ok(child.stderr !== null);
    createInterface({ input: child.stderr }).on('line', (text) => {
      if (text.startsWith('{')) this.#lines.push(JSON.parse(text));
      this.#wake();
    });
    void once(this.#child, 'close').then(() => {
      this.#over = true;
      this.#wake();
    });
  }

  async find(message: RegExp): Promise<Line> {
    for (;;) {
      const found = this.#lines.find(({ msg }) => message.test(msg));
      if (found !== undefined) return found;
      if (this.#over) assert.fail(`the service ended without a line ${message}: ${JSON.stringify(this.#lines)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
