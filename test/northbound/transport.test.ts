// The listener over real sockets with real certificates: TLS, client certificates, exchange of certificates, limits, reflection and health.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { createRequire } from 'node:module';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import protobuf from 'protobufjs';
import { EdgeconfError } from '../../src/errors.ts';
import { FrontDoor } from '../../src/northbound/front-door.ts';
import { type GnmiService, gnmiService, grpcServerOptions } from '../../src/northbound/gnmi/gnmi-service.ts';
import { type GrpcServer, type GrpcServerOptions, serveGrpc } from '../../src/northbound/grpc-server.ts';
import { type GetResponse, ListMode } from '../../src/proto/gnmi.ts';
import { type GnmiClient, gnmiClient } from '../../src/proto/gnmi-client.ts';
import { startService, type TestService } from '../service.ts';
import { type Authority, authority, writePair } from './authority.ts';
import { acme, list, path, Subscription } from './gnmi/messages.ts';

describe('the gRPC listener', () => {
  let service: TestService;
  let folder: string;
  let trusted: Authority;
  let files: { certificate: string; key: string };
  const open: { close(): unknown }[] = [];

  before(async () => {
    service = await startService();
    await service.reset('acme', acme);
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-transport-'));
    trusted = await authority('trusted CA');
    files = await writePair(folder, 'server', await trusted.issue('edgeconf'));
  });
  afterEach(async () => {
    for (const thing of open.splice(0).reverse()) await thing.close();
  });
  after(async () => {
    await service.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function serve(options: Partial<GrpcServerOptions> = {}): Promise<GrpcServer & { gnmi: GnmiService }> {
    const gnmi = gnmiService({ datastore: service.datastore, door: new FrontDoor({ access: service.access }) });
    const server = await serveGrpc({
      host: '127.0.0.1',
      port: 0,
      services: [gnmi],
      channelOptions: grpcServerOptions(),
      keepalive: { intervalMs: 60_000, timeoutMs: 20_000 },
      ...options,
    });
    open.push({
      close() {
        gnmi.endStreams();
        return server.close();
      },
    });
    return { ...server, gnmi };
  }

  const tls = (more: object = {}) => ({ tls: { ...files, minVersion: 'TLSv1.2' as const, ...more } });

  async function caFile(name: string, pem: string): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, pem);
    return file;
  }

  function client(port: number, channel: ChannelCredentials): GnmiClient {
    const made = gnmiClient({
      address: `localhost:${port}`,
      channel,
      username: 'acme-admin',
      password: 'acme-admin-secret',
      timeoutMs: 20_000,
    });
    open.push(made);
    return made;
  }

  const trustOf = (ca: Authority, pair?: { certificate: string; key: string }): ChannelCredentials =>
    pair === undefined
      ? credentials.createSsl(Buffer.from(ca.ca))
      : credentials.createSsl(Buffer.from(ca.ca), Buffer.from(pair.key), Buffer.from(pair.certificate));

  const getName = (from: GnmiClient): Promise<GetResponse> =>
    from.get({ prefix: { target: 'acme' }, path: [path('/site[site-id=chicago]/display-name')] });

  async function works(from: GnmiClient): Promise<void> {
    const { notification = [] } = await getName(from);
    assert.equal(Buffer.from(notification[0]?.update?.[0]?.val?.json_val ?? []).toString(), '"Chicago"');
  }

  async function unavailable(from: GnmiClient): Promise<void> {
    await assert.rejects(getName(from), (error: ServiceError) => error.code === status.UNAVAILABLE);
  }

  /** The end of a TLS handshake: the socket, or the code of the error that either side had. */
  function handshake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket | string> {
    return new Promise((resolve) => {
      const socket = connectTls({
        host: '127.0.0.1',
        servername: 'localhost',
        port,
        ca: trusted.ca,
        ALPNProtocols: ['h2'],
        ...options,
      });
      open.push({ close: () => socket.destroy() });
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      socket.once('secureConnect', () => resolve(socket));
    });
  }

  async function serverName(port: number, ca: Authority): Promise<string> {
    const socket = await handshake(port, { ca: ca.ca });
    if (typeof socket === 'string') return socket;
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return String(subject.CN);
  }

  describe('TLS', () => {
    it('speaks HTTP/2 by ALPN over TLS 1.3 and serves requests', async () => {
      const { port } = await serve(tls());
      const socket = await handshake(port);
      assert.ok(typeof socket !== 'string', String(socket));
      assert.equal(socket.alpnProtocol, 'h2');
      assert.equal(socket.getProtocol(), 'TLSv1.3');
      await works(client(port, trustOf(trusted)));
    });

    it('takes TLS 1.2 and refuses 1.1', async () => {
      const { port } = await serve(tls());
      const old = await handshake(port, { maxVersion: 'TLSv1.2' });
      assert.equal(typeof old === 'string' ? old : old.getProtocol(), 'TLSv1.2');
      const older = { minVersion: 'TLSv1' as const, maxVersion: 'TLSv1.1' as const, ciphers: 'DEFAULT@SECLEVEL=0' };
      assert.equal(await handshake(port, older), 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    });

    it('refuses TLS 1.2 when the settings ask for 1.3', async () => {
      const { port } = await serve(tls({ minVersion: 'TLSv1.3' }));
      assert.equal(await handshake(port, { maxVersion: 'TLSv1.2' }), 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
      assert.equal(typeof (await handshake(port)), 'object');
    });

    it('refuses a client that offers only HTTP/1.1, and cuts off one that offers nothing', async () => {
      const { port } = await serve(tls());
      assert.match(
        String(await handshake(port, { ALPNProtocols: ['http/1.1'] })),
        /^ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL$/,
      );
      const socket = await handshake(port, { ALPNProtocols: [] });
      assert.ok(typeof socket !== 'string', String(socket));
      socket.resume();
      await once(socket, 'close');
    });

    it('answers a cleartext client with UNAVAILABLE and goes on serving', async () => {
      const { port } = await serve(tls());
      await unavailable(client(port, credentials.createInsecure()));
      await works(client(port, trustOf(trusted)));
    });

    it('serves every address of a host name on one port', async () => {
      const { port } = await serve({ host: 'localhost', ...tls() });
      await works(client(port, trustOf(trusted)));
    });
  });

  describe('cleartext', () => {
    it('serves requests, and cuts off a client that speaks TLS', async () => {
      const { port } = await serve();
      await works(client(port, credentials.createInsecure()));
      assert.equal(await handshake(port), 'ECONNRESET');
      await unavailable(client(port, trustOf(trusted)));
    });
  });

  describe('client certificates', () => {
    let required: { tls: GrpcServerOptions['tls'] };
    before(async () => {
      required = tls({ clientCa: await caFile('client-ca.pem', trusted.ca) });
    });

    it('lets in a client whose certificate chains to the CA', async () => {
      const { port } = await serve(required);
      await works(client(port, trustOf(trusted, await trusted.issue('collector'))));
    });

    it('refuses a client without one', async () => {
      const { port } = await serve(required);
      await unavailable(client(port, trustOf(trusted)));
    });

    it('refuses one of another CA', async () => {
      const { port } = await serve(required);
      const stranger = await (await authority('other CA')).issue('collector');
      await unavailable(client(port, trustOf(trusted, stranger)));
    });

    it('refuses one that has expired', async () => {
      const { port } = await serve(required);
      await unavailable(client(port, trustOf(trusted, await trusted.issue('collector', -1))));
    });
  });

  describe('exchange of certificates', () => {
    it('uses the new ones for new connections and keeps streams open', async () => {
      const own = await writePair(folder, 'exchanged', await trusted.issue('first'));
      const { port, reloadCertificates } = await serve({ tls: { ...own, minVersion: 'TLSv1.2' } });
      assert.equal(await serverName(port, trusted), 'first');
      const reader = new Subscription(client(port, trustOf(trusted)).subscribe());
      reader.subscribe({
        ...list('STREAM', ['/site[site-id=chicago]/description']),
        prefix: { target: 'acme' },
        mode: ListMode.STREAM,
      });
      await reader.untilSync();
      const next = await authority('next CA');
      await writePair(folder, 'exchanged', await next.issue('second'));
      await reloadCertificates();
      assert.equal(await serverName(port, next), 'second');
      await service.merge('acme', { site: [{ 'site-id': 'chicago', description: 'still here' }] });
      const { update = [] } = await reader.notification();
      assert.equal(Buffer.from(update[0]?.val?.json_val ?? []).toString(), '"still here"');
      reader.cancel();
    });

    it('notices by itself that the files were written', async () => {
      const own = await writePair(folder, 'watched', await trusted.issue('first'));
      const { port } = await serve({ tls: { ...own, minVersion: 'TLSv1.2' } });
      assert.equal(await serverName(port, trusted), 'first');
      await writePair(folder, 'watched', await trusted.issue('second'));
      while ((await serverName(port, trusted)) === 'first');
      assert.equal(await serverName(port, trusted), 'second');
    });

    it('notices that a link was turned to another folder, as Kubernetes does with secrets', async () => {
      const mount = join(folder, 'mount');
      for (const name of ['first', 'second']) {
        await mkdir(join(mount, name), { recursive: true });
        await writePair(join(mount, name), 'tls', await trusted.issue(name));
      }
      await symlink('first', join(mount, 'data'));
      for (const name of ['tls.pem', 'tls.key']) await symlink(`data/${name}`, join(mount, name));
      const own = { certificate: join(mount, 'tls.pem'), key: join(mount, 'tls.key') };
      const { port } = await serve({ tls: { ...own, minVersion: 'TLSv1.2' } });
      assert.equal(await serverName(port, trusted), 'first');
      await symlink('second', join(mount, 'data-next'));
      await rename(join(mount, 'data-next'), join(mount, 'data'));
      while ((await serverName(port, trusted)) === 'first');
      assert.equal(await serverName(port, trusted), 'second');
    });

    it('keeps what it has while certificate and key do not fit together, and takes them once they do', async () => {
      const own = await writePair(folder, 'halved', await trusted.issue('first'));
      const { port, reloadCertificates } = await serve({ tls: { ...own, minVersion: 'TLSv1.2' } });
      const second = await trusted.issue('second');
      await writeFile(own.certificate, second.certificate);
      await reloadCertificates();
      assert.equal(await serverName(port, trusted), 'first');
      await writeFile(own.key, second.key);
      await reloadCertificates();
      assert.equal(await serverName(port, trusted), 'second');
      await rm(own.key);
      await reloadCertificates();
      assert.equal(await serverName(port, trusted), 'second');
    });

    it('asks clients for certificates of the new CA, and does not resume sessions of the old', async () => {
      const clientCa = await caFile('turned-ca.pem', trusted.ca);
      const { port, reloadCertificates } = await serve(tls({ clientCa }));
      const old = await trusted.issue('old collector');
      const oldClient = client(port, trustOf(trusted, old));
      await works(oldClient);
      const socket = await handshake(port, { cert: old.certificate, key: old.key, maxVersion: 'TLSv1.2' });
      assert.ok(typeof socket !== 'string', String(socket));
      const session = socket.getSession();
      assert.ok(session !== undefined);
      const again = await handshake(port, { session, maxVersion: 'TLSv1.2' });
      assert.ok(typeof again !== 'string' && again.isSessionReused());
      const next = await authority('next CA');
      await writeFile(clientCa, next.ca);
      await reloadCertificates();
      await works(oldClient);
      await unavailable(client(port, trustOf(trusted, old)));
      await works(client(port, trustOf(trusted, await next.issue('new collector'))));
      const resumed = await handshake(port, { session, maxVersion: 'TLSv1.2' });
      assert.equal(typeof resumed, 'string', 'a session of the old CA was resumed');
    });
  });

  describe('certificate files that cannot be used are refused at the start, by name', () => {
    const refused = (message: RegExp) => (error: unknown) =>
      error instanceof EdgeconfError && error.code === 'FAILED_PRECONDITION' && message.test(error.message);

    it('a file that is not there', async () => {
      await assert.rejects(serve(tls({ key: join(folder, 'none.key') })), refused(/tls\.key: cannot read .*none\.key/));
    });

    it('a file that is no certificate', async () => {
      const certificate = await caFile('garbage.pem', 'garbage');
      await assert.rejects(serve(tls({ certificate })), refused(/garbage\.pem does not hold a PEM certificate/));
    });

    it('an empty CA file, which would let in anybody', async () => {
      const clientCa = await caFile('empty.pem', '');
      await assert.rejects(serve(tls({ clientCa })), refused(/tls\.clientCa: .*empty\.pem does not hold PEM CA/));
    });

    it('a key of another certificate', async () => {
      const other = await writePair(folder, 'other', await trusted.issue('other'));
      await assert.rejects(serve(tls({ key: other.key })), refused(/other\.key is not the private key of/));
    });
  });

  it('says which address it cannot bind', async () => {
    const { port } = await serve();
    await assert.rejects(
      serve({ port }),
      (error: EdgeconfError) =>
        error.code === 'FAILED_PRECONDITION' && error.message.includes(`cannot listen on 127.0.0.1 port ${port}`),
    );
  });

  describe('keepalive', () => {
    it('pings its clients', async () => {
      const { port } = await serve({ keepalive: { intervalMs: 20, timeoutMs: 10_000 } });
      const session = connectHttp2(`http://127.0.0.1:${port}`);
      open.push({ close: () => session.destroy() });
      await once(session, 'ping');
    });

    it('cuts off a client that does not answer', async () => {
      const { port } = await serve({ keepalive: { intervalMs: 20, timeoutMs: 20 } });
      const socket = connectTcp(port, '127.0.0.1');
      socket.resume();
      // The preface and empty SETTINGS [RFC 9113 3.4], and then silence.
      socket.write(
        Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from('000000040000000000', 'hex')]),
      );
      await once(socket, 'close');
    });
  });

  describe('limits', () => {
    /** A unary call of Get with a body written by hand. */
    async function call(port: number, body: Buffer, headers: Record<string, string> = {}): Promise<unknown> {
      const session = connectHttp2(`http://127.0.0.1:${port}`);
      open.push({ close: () => session.destroy() });
      const stream = session.request({
        ':method': 'POST',
        ':path': '/gnmi.gNMI/Get',
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      });
      stream.on('error', () => {});
      stream.write(body);
      const trailers = new Promise((resolve) => {
        stream.once('response', (received) => {
          if (received['grpc-status'] !== undefined) resolve(received);
        });
        stream.once('trailers', resolve);
      });
      stream.resume();
      const { 'grpc-status': code, 'grpc-message': message } = (await trailers) as Record<string, string>;
      return { code: Number(code), message: decodeURIComponent(message ?? '') };
    }

    const framed = (compressed: 0 | 1, length: number, bytes: Buffer): Buffer => {
      const head = Buffer.alloc(5);
      head[0] = compressed;
      head.writeUInt32BE(length, 1);
      return Buffer.concat([head, bytes]);
    };
    const most = 128 * 1024 * 1024;

    it('answers a message above 128 MiB with RESOURCE_EXHAUSTED and the limit, before it is read', async () => {
      const { port } = await serve();
      assert.deepEqual(await call(port, framed(0, most + 1, Buffer.alloc(1000))), {
        code: status.RESOURCE_EXHAUSTED,
        message: `Received message larger than max (${most + 1} vs ${most})`,
      });
    });

    it('takes a message of 128 MiB', async () => {
      const { port } = await serve();
      // An unknown field of gNMI that fills the message: number 100, length-delimited, 4 bytes of length.
      const head = Buffer.from([0xa2, 0x06, 0xf9, 0xff, 0xff, 0x3f]);
      const sender = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
      open.push(sender);
      const code = await new Promise((resolve) => {
        sender.makeUnaryRequest(
          '/gnmi.gNMI/Get',
          (bytes: Buffer) => bytes,
          (bytes) => bytes,
          Buffer.concat([head, Buffer.alloc(most - 1 - head.length)]),
          new Metadata(),
          (error) => resolve(error?.code),
        );
      });
      assert.equal(code, status.UNAUTHENTICATED);
    });

    it('answers a small message that inflates above 128 MiB with RESOURCE_EXHAUSTED', async () => {
      const { port } = await serve();
      const bomb = gzipSync(Buffer.alloc(most + 1), { level: 1 });
      const { code } = (await call(port, framed(1, bomb.length, bomb), { 'grpc-encoding': 'gzip' })) as {
        code: number;
      };
      assert.equal(code, status.RESOURCE_EXHAUSTED);
    });

    it('serves a thousand streams on one connection', async () => {
      const { port } = await serve();
      const one = client(port, credentials.createInsecure());
      const readers = Array.from({ length: 1000 }, () =>
        new Subscription(one.subscribe()).subscribe({
          ...list('STREAM', ['/site[site-id=chicago]/display-name']),
          prefix: { target: 'acme' },
        }),
      );
      const values = await Promise.all(readers.map((reader) => reader.untilSync()));
      for (const value of values) assert.deepEqual(value, { '/site[site-id=chicago]/display-name': 'Chicago' });
      for (const reader of readers) reader.cancel();
      await works(one);
    });
  });

  describe('health', () => {
    type Serving = { status: string };
    const check = healthService.Check as unknown as Parameters<typeof Object.assign>[0] &
      Record<'path', string> & {
        requestSerialize(value: object): Buffer;
        responseDeserialize(bytes: Buffer): Serving;
      };
    function ask(port: number, name: string): Promise<Serving> {
      const sender = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
      open.push(sender);
      return new Promise((resolve, reject) => {
        sender.makeUnaryRequest(
          check.path,
          check.requestSerialize,
          check.responseDeserialize,
          { service: name },
          (error, answer) => (error === null ? resolve(answer as Serving) : reject(error)),
        );
      });
    }

    it('says SERVING for the whole and for gNMI, and NOT_FOUND for what is not served', async () => {
      const { port } = await serve();
      assert.equal((await ask(port, '')).status, 'SERVING');
      assert.equal((await ask(port, 'gnmi.gNMI')).status, 'SERVING');
      await assert.rejects(ask(port, 'gnoi.System'), (error: ServiceError) => error.code === status.NOT_FOUND);
    });

    it('tells those who watch when the service stops', async () => {
      const { port, close } = await serve();
      const sender = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
      open.push(sender);
      const stream = sender.makeServerStreamRequest(
        '/grpc.health.v1.Health/Watch',
        check.requestSerialize,
        check.responseDeserialize,
        { service: '' },
      );
      stream.on('error', () => {});
      const heard: string[] = [];
      const ended = new Promise((resolve) => stream.once('status', resolve));
      stream.on('data', ({ status: state }: Serving) => {
        heard.push(state);
        if (state === 'SERVING') void close();
        else stream.cancel();
      });
      await ended;
      assert.deepEqual(heard, ['SERVING', 'NOT_SERVING']);
    });
  });

  it('describes its services by reflection', async () => {
    const { port } = await serve();
    const root = new protobuf.Root();
    const main = createRequire(import.meta.url).resolve('@grpc/reflection');
    root.loadSync(join(main, '../../proto/grpc/reflection/v1/reflection.proto'), { keepCase: true });
    const Request = root.lookupType('grpc.reflection.v1.ServerReflectionRequest');
    const Response = root.lookupType('grpc.reflection.v1.ServerReflectionResponse');
    const sender = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    open.push(sender);
    const stream = sender.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      (request: object) => Buffer.from(Request.encode(request).finish()),
      (bytes) => Response.toObject(Response.decode(bytes), { defaults: true }),
    );
    stream.write({ list_services: '*' });
    const [listed] = await once(stream, 'data');
    const names = listed.list_services_response.service.map(({ name }: { name: string }) => name);
    assert.ok(names.includes('gnmi.gNMI'), names.join());
    stream.write({ file_containing_symbol: 'gnmi.gNMI' });
    const [described] = await once(stream, 'data');
    const text = Buffer.concat(described.file_descriptor_response.file_descriptor_proto).toString('latin1');
    for (const method of ['Capabilities', 'Get', 'Set', 'Subscribe']) assert.ok(text.includes(method), method);
    stream.end();
    await once(stream, 'status');
  });
});
