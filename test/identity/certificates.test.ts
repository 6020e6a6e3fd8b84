// Client certificates over real TLS sockets: which rule they fit, who their owner is, and names that try to be others.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:tls';
import { authority, type Pair } from '../northbound/authority.ts';
import { list, Subscription } from '../northbound/gnmi/messages.ts';
import { IdentityStage, REFUSED, type Server } from './stage.ts';

const DENIED = `UNAUTHENTICATED: ${REFUSED}`;
const MISSING = 'UNAUTHENTICATED: username and password metadata are required';
const good = { username: 'acme-admin', password: 'acme-admin-secret' };

/** The gRPC status of an RPC without any metadata. */
async function capabilities(http2: ClientHttp2Session): Promise<string> {
  const stream = http2.request({
    ':method': 'POST',
    ':path': '/gnmi.gNMI/Capabilities',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.end(Buffer.alloc(5));
  stream.resume();
  const headers: object[] = [];
  stream.on('response', (each) => headers.push(each));
  stream.on('trailers', (each) => headers.push(each));
  await once(stream, 'close');
  return String(Object.assign({}, ...headers)['grpc-status']);
}

describe('client certificates', () => {
  let stage: IdentityStage;
  let server: Server;
  before(async () => {
    stage = await IdentityStage.open();
  });
  beforeEach(async () => {
    stage.wallMs = Date.now();
    server = await stage.serve();
  });
  afterEach(() => stage.end());
  after(() => stage.close());

  /** The rules in this order, named in another one. */
  const rules = (...entries: object[]) =>
    stage.configure({
      'certificate-rule': entries.map((entry, i) => ({ name: `rule-${entries.length - i}`, ...entry })),
    });

  describe('when they are optional', () => {
    it('let in who shows none and has a password, and nobody who shows none and says nothing', async () => {
      await rules({ field: 'subject-common-name', value: '*', user: 'operator' });
      assert.equal(await server.get(good), 'OK');
      assert.equal(await server.get({}), MISSING);
    });

    it('refuse one of another CA at once, whatever else is said', async () => {
      const stranger = await (await authority('trusted CA')).issue('operator');
      assert.match(await server.get(good, stranger), /^UNAVAILABLE/);
      assert.match(await server.get(good, await stage.trusted.issue('operator', -1)), /^UNAVAILABLE/);
      assert.equal(await server.get(good, await stage.trusted.issue('anybody')), 'OK');
    });

    it('refuse one of another CA also in a resumed session', async () => {
      const { port } = server;
      const stranger = await (await authority('other CA')).issue('operator');
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        const options = {
          host: '127.0.0.1',
          servername: 'localhost',
          port,
          ca: stage.trusted.ca,
          cert: stranger.certificate,
          key: stranger.key,
          ALPNProtocols: ['h2'],
          maxVersion,
        };
        const sessions: Buffer[] = [];
        const closed = (session?: Buffer) =>
          new Promise<void>((resolve) => {
            const socket = connect(session === undefined ? options : { ...options, session });
            socket.on('session', (data) => sessions.push(data));
            socket.on('error', () => {});
            socket.resume();
            socket.on('close', () => resolve());
          });
        await closed();
        await closed(sessions.at(-1));
      }
    });
  });

  it('that are required let in nobody without one, not even with a password', async () => {
    const strict = await stage.serve('required');
    assert.match(await strict.get(good), /^UNAVAILABLE/);
    assert.equal(await strict.get(good, await stage.trusted.issue('collector')), 'OK');
  });

  it('prove nothing but the connection while there is no rule', async () => {
    await rules();
    const pair = await stage.trusted.issue('operator');
    assert.equal(await server.get({}, pair), MISSING);
    assert.equal(await server.get({ username: '', password: '' }, pair), MISSING);
    assert.equal(await server.get(good, pair), 'OK');
  });

  describe('by rules', () => {
    const issue = (...names: { type: 'dns' | 'email' | 'url' | 'ip'; value: string }[]): Promise<Pair> =>
      stage.trusted.issue('some device', 10, names);

    it('give the user of the rule, or the one that they name, and groups beside', async () => {
      await rules(
        { field: 'subject-common-name', value: 'collector', user: 'acme-reader' },
        { field: 'san-email', value: '*@acme.example', group: ['acme-readers'] },
        { field: 'san-uri', value: 'spiffe://acme/*', user: 'nobody', group: ['acme-readers'] },
        { field: 'san-dns', value: 'gate.acme.example', user: 'acme-planner' },
      );
      assert.deepEqual(await server.who({ pair: await stage.trusted.issue('collector') }), ['acme-reader']);
      const email = await issue({ type: 'email', value: 'ann@acme.example' });
      assert.deepEqual(await server.who({ pair: email }), ['ann@acme.example', 'acme-readers']);
      assert.equal(await server.get({}, email), 'OK');
      const uri = await issue({ type: 'url', value: 'spiffe://acme/ns/ran' });
      assert.deepEqual(await server.who({ pair: uri }), ['nobody', 'acme-readers']);
      const dns = await issue({ type: 'dns', value: 'other.example' }, { type: 'dns', value: 'GATE.Acme.example' });
      assert.deepEqual(await server.who({ pair: dns }), ['acme-planner']);
    });

    it('count in the order of the users, the first that fits', async () => {
      const first = { field: 'subject-common-name', value: 'col*', user: 'acme-reader' };
      const second = { field: 'subject-common-name', value: '*', user: 'acme-admin' };
      const pair = await stage.trusted.issue('collector');
      await rules(first, second);
      assert.deepEqual(await server.who({ pair }), ['acme-reader']);
      await rules(second, first);
      assert.deepEqual(await server.who({ pair }), ['acme-admin']);
    });

    it('let nobody in whose certificate fits none, or names what cannot be a user', async () => {
      await rules(
        { field: 'san-uri', value: 'spiffe://acme/*' },
        { field: 'subject-common-name', value: 'corp:*' },
        { field: 'san-dns', value: 'gate.acme.example', user: 'operator' },
      );
      assert.equal(await server.get({}, await issue({ type: 'url', value: 'spiffe://acme/ops' })), DENIED);
      assert.equal(await server.get({}, await stage.trusted.issue('corp:robot')), DENIED);
      assert.equal(await server.get({}, await issue({ type: 'dns', value: 'agate.acme.example' })), DENIED);
      assert.equal(await server.get({}, await issue({ type: 'dns', value: 'gate.acme.example.evil.example' })), DENIED);
      assert.equal(await server.get({}, await issue({ type: 'url', value: 'gate.acme.example' })), DENIED);
    });

    it('do not take one name for several, or for one of another kind', async () => {
      await rules(
        { field: 'san-uri', value: 'spiffe://acme/*', user: 'operator' },
        { field: 'san-dns', value: 'gate.acme.example', user: 'operator' },
        { field: 'san-email', value: 'ops@acme.example', user: 'operator' },
        { field: 'subject-common-name', value: 'operator', user: 'operator' },
      );
      for (const value of [
        'a, URI:spiffe://acme/ops',
        'a", URI:"spiffe://acme/ops',
        'a\nURI:spiffe://acme/ops',
        'gate.acme.example, DNS:x',
        'gate.acme.example\0.evil.example',
        'gate.acme.example\0',
        'gate.acme.example.',
        ' gate.acme.example',
      ]) {
        assert.equal(await server.get({}, await issue({ type: 'dns', value })), DENIED, JSON.stringify(value));
      }
      assert.equal(await server.get({}, await issue({ type: 'email', value: 'x@a, email:ops@acme.example' })), DENIED);
      assert.equal(await server.get({}, await issue({ type: 'url', value: 'x:y, URI:spiffe://acme/ops' })), DENIED);
      for (const name of ['x, CN=operator', 'x/CN=operator', 'x\nCN=operator', 'operator\0', 'OPERATOR', 'operator ']) {
        assert.equal(await server.get({}, await stage.trusted.issue(name)), DENIED, JSON.stringify(name));
      }
      assert.equal(await server.get({}, await stage.trusted.issue([{ CN: ['operator'] }, { CN: ['x'] }])), DENIED);
      assert.equal(await server.get({}, await stage.trusted.issue([{ O: ['operator'] }])), DENIED);
      assert.deepEqual(await server.who({ pair: await stage.trusted.issue([{ O: ['x'] }, { CN: ['operator'] }]) }), [
        'operator',
      ]);
    });
  });

  it('count in resumed sessions as in those that they were shown in', async () => {
    await rules({ field: 'subject-common-name', value: '*', user: 'acme-reader' });
    const pair = await stage.trusted.issue('collector');
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      let session: Buffer | undefined;
      for (const isResumed of [false, true]) {
        const socket = connect({
          host: '127.0.0.1',
          servername: 'localhost',
          port: server.port,
          ca: stage.trusted.ca,
          cert: pair.certificate,
          key: pair.key,
          ALPNProtocols: ['h2'],
          maxVersion,
          ...(session === undefined ? {} : { session }),
        });
        const ticket = once(socket, 'session').then(([data]) => data as Buffer);
        await once(socket, 'secureConnect');
        assert.equal(socket.isSessionReused(), isResumed);
        const http2 = connectHttp2('https://localhost', { createConnection: () => socket });
        assert.equal(await capabilities(http2), '0');
        if (!isResumed) session = await ticket;
        http2.close();
        await once(http2, 'close');
      }
    }
  });

  it('are not accepted any more once they have expired, on connections that are there too', async () => {
    await rules({ field: 'subject-common-name', value: '*', user: 'acme-reader' });
    const pair = await stage.trusted.issue('collector', 1);
    const client = server.client({ pair });
    const get = () => client.get({ prefix: { target: 'acme' }, path: [{ elem: [{ name: 'site' }] }] });
    await get();
    const reader = new Subscription(client.subscribe());
    reader.subscribe(list('STREAM', ['/site/display-name'], { prefix: { target: 'acme' } }));
    await reader.untilSync();
    stage.wallMs += 86_400_000;
    await assert.rejects(get(), new RegExp(REFUSED));
    stage.timers.pass(86_400_000);
    await reader.fails('UNAUTHENTICATED', 'the certificate has expired; subscribe again');
  });

  it('end their streams when a rule makes somebody else of their owner', async () => {
    const rule = { field: 'subject-common-name', value: '*', user: 'acme-reader' };
    await rules(rule);
    const reader = new Subscription(server.client({ pair: await stage.trusted.issue('collector') }).subscribe());
    reader.subscribe(list('STREAM', ['/site/display-name'], { prefix: { target: 'acme' } }));
    await reader.untilSync();
    await rules(rule, { field: 'san-uri', value: '*', user: 'operator' });
    await stage.service.merge('acme', { site: [{ 'site-id': 'chicago', 'display-name': 'goes on' }] });
    await reader.notification();
    await rules({ ...rule, user: 'acme-admin' });
    await reader.fails('PERMISSION_DENIED', 'what you may read has changed; subscribe again');
  });
});
