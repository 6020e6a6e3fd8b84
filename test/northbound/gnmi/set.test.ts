// Set over a real socket: order, merging and replacing, atomicity, rights, and every input that must be refused.

import assert from 'node:assert/strict';
import { Operation, type SetRequest, type SetResponse, type TypedValue } from '../../../src/proto/gnmi.ts';
import type { GnmiClient } from '../../../src/proto/gnmi-client.ts';
import { printPath } from '../../../src/proto/path-text.ts';
import { decodeViolations, statusDetailsKey } from '../../../src/proto/rpc-status.ts';
import { startService, type TestService } from '../../service.ts';
import { acme, json, jsonText, list, path, refused, Subscription, update, valuesOf } from './messages.ts';

const chicago = '/site[site-id=chicago]';
const dallas = '/site[site-id=dallas]';
const pool = `${chicago}/ip-domain[ip-domain-id=pool]`;

describe('gNMI Set', () => {
  let service: TestService;
  let client: GnmiClient;
  before(async () => {
    service = await startService();
    client = service.client('acme-admin');
  });
  after(() => service.close());
  beforeEach(() => service.reset('acme', acme));

  function set(request: SetRequest): Promise<SetResponse> {
    return client.set(request);
  }

  async function get(text: string): Promise<unknown> {
    const { notification = [] } = await client.get({ path: [path(text)] });
    return Object.values(valuesOf(notification[0] ?? {}))[0];
  }

  function gone(text: string): Promise<unknown> {
    return refused(get(text), 'NOT_FOUND');
  }

  describe('operations', () => {
    it('answers with the operations in the order in which they were applied, the paths as given, and the commit time', async () => {
      const answer = await set({
        prefix: { target: 'acme' },
        update: [update(`${dallas}/display-name`, 'Dallas 3')],
        replace: [update(`${dallas}/description`, 'second')],
        delete: [path(`${dallas}/display-name`)],
      });
      const operations = (answer.response ?? []).map((each) => [each.op, printPath(each.path ?? {})]);
      assert.deepEqual(operations, [
        [Operation.DELETE, `${dallas}/display-name`],
        [Operation.REPLACE, `${dallas}/description`],
        [Operation.UPDATE, `${dallas}/display-name`],
      ]);
      assert.equal(answer.prefix?.target, 'acme');
      assert.equal(`${answer.timestamp}`, `${service.datastore.head.timeNs}`);
      assert.equal(await get(`${dallas}/display-name`), 'Dallas 3');
    });

    it('reads its own writes, and records who wrote', async () => {
      const revision = service.datastore.head.revision;
      await set({ update: [update(`${dallas}/display-name`, 'Big D')] });
      assert.equal(service.datastore.head.revision, revision + 1);
      assert.equal(await get(`${dallas}/display-name`), 'Big D');
    });

    it('takes an empty request as nothing to do', async () => {
      const { head } = service.datastore;
      const answer = await set({});
      assert.deepEqual(answer.response, []);
      assert.match(`${answer.timestamp}`, /^\d{19}$/);
      assert.equal(service.datastore.head.revision, head.revision);
    });

    it('makes no revision when nothing changes', async () => {
      const { revision } = service.datastore.head;
      const answer = await set({ update: [update(`${dallas}/display-name`, 'Dallas')] });
      assert.equal(answer.response?.length, 1);
      assert.equal(service.datastore.head.revision, revision);
    });

    it('creates entries and what is missing above them', async () => {
      await set({
        update: [
          update('/application[application-id=new]/endpoint[endpoint-id=e]/port-start', 80),
          update('/application[application-id=new]/address', '10.2.0.0/24'),
        ],
      });
      assert.deepEqual(await get('/application[application-id=new]'), {
        'application-id': 'new',
        address: '10.2.0.0/24',
        endpoint: [{ 'endpoint-id': 'e', 'port-start': 80, protocol: 'TCP' }],
      });
    });

    it('creates an entry by an update with an empty object or with its key alone', async () => {
      await set({
        update: [
          update('/traffic-class[traffic-class-id=a]', {}),
          update('/traffic-class[traffic-class-id=b]/traffic-class-id', 'b'),
        ],
      });
      assert.deepEqual(await get('/traffic-class[traffic-class-id=a]'), { 'traffic-class-id': 'a' });
      assert.deepEqual(await get('/traffic-class[traffic-class-id=b]'), { 'traffic-class-id': 'b' });
    });

    it('merges an update and keeps what it does not name', async () => {
      await set({ update: [update('/traffic-class[traffic-class-id=gold]', { pdb: 100, qci: 5 })] });
      assert.deepEqual(await get('/traffic-class[traffic-class-id=gold]'), {
        'traffic-class-id': 'gold',
        qci: 5,
        arp: 9,
        pdb: 100,
      });
    });

    it('replaces: what is not named goes, and defaults come back', async () => {
      await set({ update: [update(`${pool}/mtu`, 1400), update(`${pool}/dns-primary`, '10.0.0.1')] });
      await set({ replace: [update(pool, { dnn: 'factory', subnet: '10.251.0.0/16' })] });
      assert.deepEqual(await get(pool), {
        'ip-domain-id': 'pool',
        dnn: 'factory',
        subnet: '10.251.0.0/16',
        'admin-status': 'ENABLE',
        mtu: 1492,
      });
    });

    it('replaces a whole list by an array, and the root by an object', async () => {
      await set({
        replace: [update('/traffic-class', [{ 'traffic-class-id': 'gold' }, { 'traffic-class-id': 'iron', qci: 7 }])],
      });
      const { notification = [] } = await client.get({ path: [path('/traffic-class')] });
      assert.deepEqual(valuesOf(notification[0] ?? {}), {
        '/traffic-class[traffic-class-id=gold]': { 'traffic-class-id': 'gold' },
        '/traffic-class[traffic-class-id=iron]': { 'traffic-class-id': 'iron', qci: 7 },
      });
      await set({ replace: [update('/', { 'traffic-class': [{ 'traffic-class-id': 'only' }] })] });
      assert.deepEqual(await get('/'), { 'traffic-class': [{ 'traffic-class-id': 'only' }] });
    });

    it('takes module names in values and paths, and leaves them out as well', async () => {
      await set({
        update: [
          {
            path: path('/edgeconf-traffic-class:traffic-class[traffic-class-id=x]'),
            val: jsonText('{"edgeconf-traffic-class:qci":3,"arp":4}'),
          },
        ],
      });
      assert.deepEqual(await get('/traffic-class[traffic-class-id=x]'), { 'traffic-class-id': 'x', arp: 4, qci: 3 });
    });

    it('takes a key in the value when it is the same as in the path', async () => {
      await set({ update: [update('/traffic-class[traffic-class-id=x]', { 'traffic-class-id': 'x', qci: 1 })] });
      assert.deepEqual(await get('/traffic-class[traffic-class-id=x]'), { 'traffic-class-id': 'x', qci: 1 });
    });

    it('joins paths with the prefix', async () => {
      await set({ prefix: { ...path(chicago), target: 'acme' }, update: [update('/display-name', 'Windy City')] });
      assert.equal(await get(`${chicago}/display-name`), 'Windy City');
    });
  });

  describe('order', () => {
    const gold = '/traffic-class[traffic-class-id=gold]';

    it('applies the same path twice in order, so that the last wins', async () => {
      await set({ update: [update(`${gold}/qci`, 1), update(`${gold}/qci`, 2)] });
      assert.equal(await get(`${gold}/qci`), 2);
    });

    it('takes a delete and an update of the same path as a replace', async () => {
      await set({ delete: [path(gold)], update: [update(gold, { qci: 4 })] });
      assert.deepEqual(await get(gold), { 'traffic-class-id': 'gold', qci: 4 });
    });

    it('unites a replace of a node with a later replace below it', async () => {
      await set({ replace: [update(gold, { arp: 1 }), update(`${gold}/qci`, 6)] });
      assert.deepEqual(await get(gold), { 'traffic-class-id': 'gold', arp: 1, qci: 6 });
    });

    it('keeps only the outer value when the outer replace comes later', async () => {
      await set({ replace: [update(`${gold}/qci`, 6), update(gold, { arp: 1 })] });
      assert.deepEqual(await get(gold), { 'traffic-class-id': 'gold', arp: 1 });
    });

    it('takes the root as the outermost node', async () => {
      await set({
        update: [update(`${gold}/pdb`, 50)],
        replace: [update('/', { 'traffic-class': [{ 'traffic-class-id': 'gold', arp: 1 }] }), update(`${gold}/qci`, 6)],
      });
      assert.deepEqual(await get('/'), {
        'traffic-class': [{ 'traffic-class-id': 'gold', arp: 1, pdb: 50, qci: 6 }],
      });
      await set({
        delete: [path('/')],
        replace: [update(`${gold}/qci`, 7), update('/', { 'traffic-class': [{ 'traffic-class-id': 'tin' }] })],
      });
      assert.deepEqual(await get('/'), { 'traffic-class': [{ 'traffic-class-id': 'tin' }] });
    });

    it('applies updates behind replaces wherever they stand in the message', async () => {
      await set({ update: [update(`${gold}/pdb`, 50)], replace: [update(gold, { arp: 1 })] });
      assert.deepEqual(await get(gold), { 'traffic-class-id': 'gold', arp: 1, pdb: 50 });
    });
  });

  describe('leaf-lists', () => {
    const endpoint = '/device[name=core]/endpoint';
    const platform = { prefix: { target: 'platform' } };

    async function endpoints(): Promise<unknown> {
      const { notification = [] } = await service.client().get({ ...platform, path: [path(endpoint)] });
      return Object.values(valuesOf(notification[0] ?? {}))[0];
    }

    beforeEach(() =>
      service.client().set({
        ...platform,
        replace: [
          update('/device[name=core]', { kind: 'sd-core', address: 'http://127.0.0.1:1', endpoint: ['http://a'] }),
        ],
      }),
    );

    it('are appended to by an update, without doubles', async () => {
      await service.client().set({ ...platform, update: [update(endpoint, ['http://b'])] });
      assert.deepEqual(await endpoints(), ['http://a', 'http://b']);
      await service.client().set({ ...platform, update: [update(endpoint, ['http://c', 'http://a'])] });
      assert.deepEqual(await endpoints(), ['http://a', 'http://b', 'http://c']);
    });

    it('are replaced by a replace', async () => {
      await service.client().set({ ...platform, replace: [update(endpoint, ['http://b'])] });
      assert.deepEqual(await endpoints(), ['http://b']);
    });

    it('take a list of scalars', async () => {
      const val: TypedValue = { leaflist_val: { element: [{ string_val: 'http://x' }, { string_val: 'http://y' }] } };
      await service.client().set({ ...platform, replace: [{ path: path(endpoint), val }] });
      assert.deepEqual(await endpoints(), ['http://x', 'http://y']);
    });
  });

  describe('leaf-lists that an update replaces', () => {
    let other: TestService;
    before(async () => {
      other = await startService({ leafListUpdate: 'replace' });
    });
    after(() => other.close());

    const platform = { prefix: { target: 'platform' } };
    const device = '/device[name=core]';
    const endpoints = async () => {
      const { notification = [] } = await other.client().get({ ...platform, path: [path(`${device}/endpoint`)] });
      return Object.values(valuesOf(notification[0] ?? {}))[0];
    };

    it('hold the values of the update alone, wherever they stand in its value', async () => {
      const client = other.client();
      const start = {
        name: 'core',
        kind: 'sd-core',
        address: 'http://127.0.0.1:1',
        endpoint: ['http://a', 'http://b'],
      };
      await client.set({ ...platform, update: [update('/device', [start])] });
      await client.set({ ...platform, update: [update(`${device}/endpoint`, ['http://c'])] });
      assert.deepEqual(await endpoints(), ['http://c']);
      await client.set({ ...platform, update: [update(device, { endpoint: ['http://d', 'http://e'] })] });
      assert.deepEqual(await endpoints(), ['http://d', 'http://e']);
      await client.set({ ...platform, update: [update('/', { device: [{ name: 'core', endpoint: ['http://f'] }] })] });
      assert.deepEqual(await endpoints(), ['http://f']);
      await client.set({ ...platform, update: [update(device, { enabled: false })] });
      assert.deepEqual(await endpoints(), ['http://f']);
    });
  });

  describe('union_replace', () => {
    it('makes its parts together the whole configuration', async () => {
      const answer = await set({
        union_replace: [
          update('openconfig:/', { 'traffic-class': [{ 'traffic-class-id': 'iron', qci: 7 }] }),
          update('openconfig:/traffic-class[traffic-class-id=tin]', { qci: 8 }),
        ],
      });
      assert.deepEqual(
        (answer.response ?? []).map((each) => [each.op, printPath(each.path ?? {})]),
        [
          [Operation.UNION_REPLACE, 'openconfig:/'],
          [Operation.UNION_REPLACE, 'openconfig:/traffic-class[traffic-class-id=tin]'],
        ],
      );
      assert.deepEqual(await get('/'), {
        'traffic-class': [
          { 'traffic-class-id': 'iron', qci: 7 },
          { 'traffic-class-id': 'tin', qci: 8 },
        ],
      });
    });

    it('changes nothing when it says what is there', async () => {
      const { revision } = service.datastore.head;
      await set({ union_replace: [update('/', acme)] });
      assert.equal(service.datastore.head.revision, revision);
    });

    it('of several of our origins empties each of them once, before anything is written', async () => {
      await set({
        union_replace: [
          update('edgeconf-application:/application', []),
          update('edgeconf-traffic-class:/traffic-class[traffic-class-id=gold]', { qci: 1 }),
          update('edgeconf-application:/application[application-id=new]', { address: '10.9.0.0/24' }),
          update('edgeconf-traffic-class:/traffic-class[traffic-class-id=tin]', { qci: 2 }),
        ],
      });
      const { site, ...others } = (await get('/')) as Record<string, unknown>;
      assert.ok(site);
      assert.deepEqual(others, {
        application: [{ 'application-id': 'new', address: '10.9.0.0/24' }],
        'traffic-class': [
          { 'traffic-class-id': 'gold', qci: 1 },
          { 'traffic-class-id': 'tin', qci: 2 },
        ],
      });
    });

    it('empties an origin before a part that stands in another one writes to it', async () => {
      await set({
        union_replace: [
          update('/', { application: [{ 'application-id': 'first', address: '10.8.0.0/24' }] }),
          update('edgeconf-application:/application[application-id=second]', { address: '10.9.0.0/24' }),
        ],
      });
      assert.deepEqual(await get('/'), {
        application: [
          { 'application-id': 'first', address: '10.8.0.0/24' },
          { 'application-id': 'second', address: '10.9.0.0/24' },
        ],
      });
    });

    it('leaves what is outside of its origin', async () => {
      await set({ union_replace: [update('edgeconf-application:/application', [])] });
      assert.deepEqual(Object.keys((await get('/')) as object).sort(), ['site', 'traffic-class']);
    });
  });

  describe('as others see it', () => {
    it('changes all values at once, for readers and for streams', async () => {
      const text = '/traffic-class[traffic-class-id=gold]';
      await set({ update: [update(text, { qci: 1, arp: 1 })] });
      const stream = new Subscription(client.subscribe()).subscribe(list('STREAM', [`${text}/qci`, `${text}/arp`]));
      await stream.untilSync();
      let writing = true;
      // So many paths that the service attends to others in between.
      const many = Array.from({ length: 2_000 }, (_, i) => path(`${text}/${i % 2 === 0 ? 'qci' : 'arp'}`));
      const reads = (async () => {
        while (writing) {
          const { qci, arp } = (await get(text)) as { qci: number; arp: number };
          assert.equal(qci, arp);
          const { notification = [] } = await client.get({ path: many });
          assert.equal(new Set(notification.flatMap((each) => Object.values(valuesOf(each)))).size, 1);
          assert.equal(new Set(notification.map(({ timestamp }) => `${timestamp}`)).size, 1);
        }
      })();
      for (let i = 2; i <= 15; i++) {
        await set({ update: [update(`${text}/qci`, i), update(`${text}/arp`, i)] });
        const seen = valuesOf(await stream.notification());
        assert.deepEqual(seen, { [`${text}/qci`]: i, [`${text}/arp`]: i });
      }
      writing = false;
      await reads;
      stream.cancel();
    });
  });

  describe('scalars', () => {
    const uplink = `${chicago}/device-group[device-group-id=robots]/mbr/uplink`;
    const cases: [text: string, val: object, stored: unknown][] = [
      [`${dallas}/display-name`, { string_val: 'D' }, 'D'],
      [`${pool}/mtu`, { uint_val: 1400 }, 1400],
      [`${pool}/mtu`, { int_val: 1401 }, 1401],
      [uplink, { uint_val: '18446744073709551615' }, '18446744073709551615'],
      [uplink, { ascii_val: '77' }, '77'],
      [uplink, { json_ietf_val: Buffer.from('"9007199254740993"') }, '9007199254740993'],
      [uplink, { json_val: Buffer.from('9007199254740993') }, '9007199254740993'],
      [`${chicago}/sim-card[sim-id=sim1]/enable`, { bool_val: false }, false],
    ];
    for (const [text, val, stored] of cases) {
      it(`takes ${Object.keys(val)[0]} for ${text.split('/').at(-1)} and keeps ${stored}`, async () => {
        await set({ update: [{ path: path(text), val: val as TypedValue }] });
        assert.deepEqual(await get(text), stored);
      });
    }

    it('take several kinds in one request', async () => {
      await set({
        update: [
          { path: path(`${dallas}/display-name`), val: { string_val: 'Mixed' } },
          { path: path(`${dallas}/description`), val: { json_ietf_val: Buffer.from('"text"') } },
        ],
      });
      assert.equal(await get(`${dallas}/description`), 'text');
    });

    it('take the value of clients from before TypedValue', async () => {
      await set({
        update: [{ path: path(`${dallas}/display-name`), value: { value: Buffer.from('"Old"'), type: 0 } }],
      });
      assert.equal(await get(`${dallas}/display-name`), 'Old');
    });
  });

  describe('deletes', () => {
    it('removes a node and all below it', async () => {
      await set({ delete: [path(dallas)] });
      await gone(dallas);
      assert.equal(await get(`${chicago}/display-name`), 'Chicago');
    });

    it('is content when there is nothing to remove', async () => {
      const { revision } = service.datastore.head;
      const answer = await set({ delete: [path('/site[site-id=nowhere]'), path('/template')] });
      assert.equal(answer.response?.length, 2);
      assert.equal(service.datastore.head.revision, revision);
    });

    it('expands wildcards and missing keys', async () => {
      await set({ delete: [path('/site[site-id=*]/display-name')] });
      await gone('/site/display-name');
      await set({ delete: [path('/site/small-cell')] });
      await gone('/site/small-cell');
    });

    it('never takes a neighbour whose name starts with the same letters', async () => {
      await set({ delete: [path(`${chicago}/device-group`)] });
      await set({ delete: [path(`${chicago}/device`)] });
      await gone(`${chicago}/device`);
      await service.reset('acme', acme);
      await refused(set({ delete: [path(`${chicago}/device`)] }), 'INVALID_ARGUMENT', 'device-group');
    });

    it('empties the target when the root is deleted, and only a module when that is the origin', async () => {
      await set({ delete: [path('edgeconf-site:/')] });
      assert.deepEqual(Object.keys((await get('/')) as object).sort(), ['application', 'traffic-class']);
      await set({ delete: [path('/')] });
      await gone('/');
    });

    it('deletes all children that can be deleted for a wildcard at the end', async () => {
      await set({ delete: [path('/traffic-class[traffic-class-id=gold]/*')] });
      assert.deepEqual(await get('/traffic-class[traffic-class-id=gold]'), { 'traffic-class-id': 'gold' });
    });
  });

  describe('several origins', () => {
    it('are one transaction', async () => {
      const { revision } = service.datastore.head;
      await set({
        delete: [path('edgeconf-application:/application')],
        update: [update('edgeconf-traffic-class:/traffic-class[traffic-class-id=t]/qci', 3)],
      });
      assert.equal(service.datastore.head.revision, revision + 1);
      assert.deepEqual(Object.keys((await get('/')) as object).sort(), ['site', 'traffic-class']);
      assert.equal(await get('/traffic-class[traffic-class-id=t]/qci'), 3);
    });
  });

  describe('several targets', () => {
    const both = (qci: unknown): SetRequest => ({
      update: [
        { path: { ...path('/traffic-class[traffic-class-id=t]/qci'), target: 'acme' }, val: json(3) },
        { path: { ...path('/traffic-class[traffic-class-id=t]/qci'), target: 'globex' }, val: json(qci) },
      ],
    });

    it('are one transaction', async () => {
      const { revision } = service.datastore.head;
      await service.client('operator').set(both(4));
      assert.equal(service.datastore.head.revision, revision + 1);
      const qci = path('/traffic-class[traffic-class-id=t]/qci');
      const { notification = [] } = await service.client('operator').get({ prefix: { target: '*' }, path: [qci] });
      assert.deepEqual(
        notification.map((each) => [each.prefix?.target, ...Object.values(valuesOf(each))]),
        [
          ['acme', 3],
          ['globex', 4],
        ],
      );
    });

    it('change together or not at all', async () => {
      await refused(service.client('operator').set(both(33)), 'INVALID_ARGUMENT', '/qci', '1 to 32');
      await gone('/traffic-class[traffic-class-id=t]/qci');
    });
  });

  describe('what is refused', () => {
    type Refusal = [title: string, code: Parameters<typeof refused>[1], request: () => SetRequest, ...parts: string[]];
    const one = (text: string, val: TypedValue): SetRequest => ({ update: [{ path: path(text), val }] });
    const gold = '/traffic-class[traffic-class-id=gold]';
    const cases: Refusal[] = [
      ['a string for a number', 'INVALID_ARGUMENT', () => one(`${gold}/qci`, json('many')), `${gold}/qci`, 'many'],
      [
        'a number for a string',
        'INVALID_ARGUMENT',
        () => one(`${dallas}/display-name`, json(5)),
        `${dallas}/display-name`,
        '5',
      ],
      [
        'a value out of range',
        'INVALID_ARGUMENT',
        () => one(`${gold}/qci`, json(33)),
        "[traffic-class-id='gold']/qci",
        '1 to 32',
      ],
      [
        'a number beyond 64 bits',
        'INVALID_ARGUMENT',
        () => one(`${chicago}/device-group[device-group-id=robots]/mbr/uplink`, jsonText('18446744073709551616')),
        'mbr/uplink',
        '18446744073709551616',
      ],
      [
        'an object for a leaf',
        'INVALID_ARGUMENT',
        () => one(`${gold}/qci`, json({ a: 1 })),
        `${gold}/qci`,
        'is an object',
      ],
      [
        'a scalar for a container',
        'INVALID_ARGUMENT',
        () => one(`${dallas}/imsi-definition`, { string_val: 'x' }),
        `${dallas}/imsi-definition`,
        'cannot stand for a container',
      ],
      [
        'an update of a node that the schema does not have',
        'NOT_FOUND',
        () => one(`${dallas}/colour`, json('red')),
        `${dallas}/colour`,
        "no such node 'colour'",
      ],
      [
        'a replace of a node that the schema does not have',
        'NOT_FOUND',
        () => ({ replace: [update('/sites', [])] }),
        '/sites',
        "no such node 'sites'",
      ],
      [
        'a delete of a node that the schema does not have',
        'INVALID_ARGUMENT',
        () => ({ delete: [path('/sites')] }),
        '/sites',
        "no such node 'sites'",
      ],
      [
        'an unknown member in a value',
        'INVALID_ARGUMENT',
        () => one(gold, json({ colour: 'red' })),
        gold,
        'colour',
        'qci',
      ],
      [
        'a violated must',
        'INVALID_ARGUMENT',
        () => one('/application[application-id=cam]/endpoint[endpoint-id=rtsp]/port-end', json(1)),
        "endpoint[endpoint-id='rtsp']",
        'port-end is below port-start',
      ],
      [
        'a reference to what is not there',
        'INVALID_ARGUMENT',
        () => one(`${chicago}/device[device-id=robot1]/sim-card`, json('sim9')),
        'sim-card',
        'sim9',
      ],
      [
        'a missing mandatory leaf',
        'INVALID_ARGUMENT',
        () => one('/application[application-id=new]', json({ 'application-id': 'new' })),
        'application',
        'address',
      ],
      [
        'a delete of a mandatory leaf',
        'INVALID_ARGUMENT',
        () => ({ delete: [path('/application[application-id=cam]/address')] }),
        'application',
        'address',
      ],
      [
        'two entries with the same key',
        'INVALID_ARGUMENT',
        () => one('/traffic-class', json([{ 'traffic-class-id': 'd' }, { 'traffic-class-id': 'd' }])),
        'duplicate key',
        'traffic-class',
      ],
      [
        'an entry of a list without its key',
        'INVALID_ARGUMENT',
        () => one('/traffic-class', json([{ qci: 1 }])),
        '/traffic-class: ',
        "lacks its key 'traffic-class-id'",
      ],
      ['two members of the same name', 'INVALID_ARGUMENT', () => one(gold, jsonText('{"qci":1,"qci":2}')), gold, 'qci'],
      [
        'a delete of what is still referenced',
        'INVALID_ARGUMENT',
        () => ({ delete: [path(gold)] }),
        'traffic-class',
        'gold',
      ],
      ['malformed JSON', 'INVALID_ARGUMENT', () => one(gold, jsonText('{"qci":')), gold, 'line 1'],
      ['malformed JSON for the root', 'INVALID_ARGUMENT', () => one('/', jsonText('{"a":/}')), 'path /: ', 'line 1'],
      ['text behind JSON', 'INVALID_ARGUMENT', () => one(`${gold}/qci`, jsonText('1 2')), `${gold}/qci`, 'line 1'],
      [
        'JSON that is not UTF-8',
        'INVALID_ARGUMENT',
        () => one(gold, { json_val: Buffer.from([0x22, 0xff, 0x22]) }),
        gold,
        'not UTF-8',
      ],
      [
        'JSON nested too deep',
        'INVALID_ARGUMENT',
        () => one(gold, jsonText('['.repeat(101) + ']'.repeat(101))),
        gold,
        '100',
      ],
      [
        'a path of 10,000 elements',
        'INVALID_ARGUMENT',
        () => ({
          update: [{ path: { elem: Array.from({ length: 10_000 }, () => ({ name: 'site' })) }, val: json(1) }],
        }),
        '/site/site',
        'at most 128',
      ],
      [
        'a value above the limit',
        'INVALID_ARGUMENT',
        () => one(`${dallas}/description`, json('x'.repeat(1024 * 1024 + 1))),
        `${dallas}/description`,
        '1048577',
        '1048576',
      ],
      [
        'a wildcard key in an update',
        'INVALID_ARGUMENT',
        () => one('/site[site-id=*]/display-name', json('x')),
        '/site[site-id=*]/display-name',
        'wildcards',
      ],
      ['a wildcard name in a replace', 'INVALID_ARGUMENT', () => ({ replace: [update('/*', {})] }), '/*', 'wildcards'],
      ['any depth in an update', 'INVALID_ARGUMENT', () => one('/.../mcc', json('1')), 'path /.../mcc:', 'wildcards'],
      [
        'a path without a key',
        'INVALID_ARGUMENT',
        () => one('/site/display-name', json('x')),
        '/site/display-name',
        'needs its key site-id',
      ],
      [
        'an object for a whole list',
        'INVALID_ARGUMENT',
        () => ({ replace: [update('/traffic-class', { 'traffic-class-id': 'x' })] }),
        '/traffic-class',
        'array',
      ],
      [
        'a key in the value that differs from the path',
        'INVALID_ARGUMENT',
        () => one(gold, json({ 'traffic-class-id': 'silver' })),
        gold,
        '"silver" in the value but "gold" in the path',
      ],
      [
        'another value for a key',
        'INVALID_ARGUMENT',
        () => one(`${gold}/traffic-class-id`, json('silver')),
        `${gold}/traffic-class-id`,
        'a key cannot change',
      ],
      [
        'a delete of a key',
        'INVALID_ARGUMENT',
        () => ({ delete: [path(`${gold}/traffic-class-id`)] }),
        `${gold}/traffic-class-id`,
        'delete the list entry',
      ],
      [
        'a replace of an entry by null',
        'INVALID_ARGUMENT',
        () => ({ replace: [update(gold, null)] }),
        gold,
        'null is no value',
      ],
      [
        'a replace of an entry by {}',
        'INVALID_ARGUMENT',
        () => ({ replace: [update(gold, {})] }),
        gold,
        '{} for a list entry is not a value',
        '{"traffic-class-id":"gold"}',
      ],
      [
        'null for a leaf',
        'INVALID_ARGUMENT',
        () => ({ replace: [update(`${gold}/qci`, null)] }),
        `${gold}/qci`,
        'null is not a value',
      ],
      [
        'null for a container',
        'INVALID_ARGUMENT',
        () => ({ replace: [update(`${dallas}/imsi-definition`, null)] }),
        `${dallas}/imsi-definition`,
        'null is no value, not an object',
      ],
      [
        'an update of state',
        'INVALID_ARGUMENT',
        () => one(`${chicago}/device[device-id=robot1]/state/connected`, json('Yes')),
        `${chicago}/device[device-id=robot1]/state/connected`,
        'config false',
      ],
      [
        'a delete of state',
        'INVALID_ARGUMENT',
        () => ({ delete: [path(`${chicago}/device[device-id=robot1]/state`)] }),
        `${chicago}/device[device-id=robot1]/state`,
        'config false',
      ],
      [
        'state in a value',
        'INVALID_ARGUMENT',
        () => one(`${chicago}/device[device-id=robot1]`, json({ state: { connected: 'Yes' } })),
        `${chicago}/device[device-id=robot1]/state`,
        'config false',
      ],
      ['an update without a value', 'INVALID_ARGUMENT', () => ({ update: [{ path: path(gold) }] }), gold, 'no value'],
      [
        'a value of a kind that is not served',
        'UNIMPLEMENTED',
        () => one(gold, { proto_bytes: Buffer.from('x') }),
        gold,
        'proto_bytes',
      ],
      [
        'an integer out of range for the leaf',
        'INVALID_ARGUMENT',
        () => one(`${pool}/mtu`, { int_val: -1 as never }),
        `${pool}/mtu`,
        '-1 is outside uint16, 0..65535',
      ],
      [
        'union_replace together with others',
        'INVALID_ARGUMENT',
        () => ({ union_replace: [update('/', {})], delete: [path('/')] }),
        'union_replace',
      ],
      [
        'union_replace with command lines',
        'UNIMPLEMENTED',
        () => ({
          union_replace: [update('/', {}), { path: { origin: 'ios_cli' }, val: { ascii_val: 'hostname x' } }],
        }),
        "origin 'ios_cli'",
        'command line text',
      ],
      [
        'union_replace with a native origin',
        'UNIMPLEMENTED',
        () => ({ union_replace: [update('/', {}), { path: { origin: 'native' }, val: json({}) }] }),
        "origin 'native'",
      ],
      [
        'union_replace that leaves out what others refer to',
        'INVALID_ARGUMENT',
        () => ({ union_replace: [update('/', { site: acme.site })] }),
        'traffic-class',
        'gold',
      ],
      [
        'a delete in the origin of command lines',
        'UNIMPLEMENTED',
        () => ({ delete: [{ origin: 'cli' }] }),
        "path /: origin 'cli'",
        'command line text',
      ],
      [
        'an unknown origin',
        'UNIMPLEMENTED',
        () => ({ replace: [update('native:/site', [])] }),
        "path /site: no origin 'native'",
        'name a module of aether@2.1',
      ],
      [
        'a replace of the root in the origin of a module',
        'INVALID_ARGUMENT',
        () => ({ replace: [update('edgeconf-site:/', {})] }),
        "path /: with origin 'edgeconf-site' the root cannot be written",
      ],
      [
        'an update of a node of another module than the origin',
        'NOT_FOUND',
        () => ({ update: [update(`edgeconf-application:${dallas}/display-name`, 'x')] }),
        `path ${dallas}/display-name:`,
        "no such node 'site' in origin 'edgeconf-application'",
        'known there: application',
      ],
      [
        'a delete of a node of another module than the origin',
        'INVALID_ARGUMENT',
        () => ({ delete: [path(`edgeconf-application:${dallas}`)] }),
        `path ${dallas}:`,
        "no such node 'site' in origin 'edgeconf-application'",
      ],
      [
        'an unknown key',
        'INVALID_ARGUMENT',
        () => one('/site[name=x]/display-name', json('x')),
        '/site[name=x]',
        'its keys: site-id',
      ],
      [
        'a key where there is no list',
        'INVALID_ARGUMENT',
        () => one(`${dallas}/display-name[x=1]`, json('x')),
        `${dallas}/display-name[x=1]`,
        "'display-name' is not a list",
      ],
      [
        'an element without a name',
        'INVALID_ARGUMENT',
        () => ({ delete: [{ elem: [{ name: 'site' }, {}] }] }),
        'path /site/ ',
        'without a name',
      ],
      [
        'the deprecated form of a path alone',
        'INVALID_ARGUMENT',
        () => ({ update: [{ path: { element: ['site'] }, val: json([]) }] }),
        "deprecated field 'element' (site)",
      ],
      [
        'a prefix with elements for paths of two origins',
        'INVALID_ARGUMENT',
        () => ({ prefix: path(dallas), delete: [path('edgeconf-site:/display-name'), path('/description')] }),
        `prefix ${dallas}:`,
        'one origin',
      ],
      [
        'target *',
        'INVALID_ARGUMENT',
        () => ({ prefix: { target: '*' }, update: [update(`${dallas}/display-name`, 'x')] }),
        `${dallas}/display-name`,
        "target '*'",
        'acme',
      ],
      [
        'two different targets for one path',
        'INVALID_ARGUMENT',
        () => ({
          prefix: { target: 'acme' },
          update: [{ ...update('/traffic-class', []), path: { ...path('/traffic-class'), target: 'globex' } }],
        }),
        'path /traffic-class:',
        "'acme'",
        "'globex'",
      ],
      [
        'an origin in prefix and path',
        'INVALID_ARGUMENT',
        () => ({ prefix: { origin: 'openconfig' }, delete: [path('openconfig:/site')] }),
        'path /site: origin is in the prefix and in the path',
      ],
      [
        'a scalar for the root',
        'INVALID_ARGUMENT',
        () => one('/', { string_val: 'x' }),
        '/: a scalar value cannot stand for the root',
      ],
      [
        'the origin of command lines',
        'UNIMPLEMENTED',
        () => ({ update: [{ path: { origin: 'cli' }, val: { ascii_val: 'reboot' } }] }),
        "path /: origin 'cli'",
        'command line text',
      ],
      ['an extension of Get', 'INVALID_ARGUMENT', () => ({ extension: [{ depth: { level: 1 } }] }), 'extension depth'],
      [
        'an extension of Subscribe',
        'INVALID_ARGUMENT',
        () => ({ extension: [{ config_subscription: { start: {} } }] }),
        'extension config_subscription belongs to Subscribe',
      ],
    ];

    for (const [title, code, request, ...parts] of cases) {
      it(`refuses ${title}, and nothing changes`, async () => {
        const { head } = service.datastore;
        const before = await get('/');
        // A good change in the same request must not survive either.
        const bad = request();
        const withGood =
          bad.union_replace === undefined ? [update(`${dallas}/display-name`, 'never'), ...(bad.update ?? [])] : [];
        await refused(set({ ...bad, ...(withGood.length > 0 ? { update: withGood } : {}) }), code, ...parts);
        assert.deepEqual(service.datastore.head, head);
        assert.deepEqual(await get('/'), before);
      });
    }

    it('lists all violations, in the message and in the status details', async () => {
      const error = await refused(
        set({
          update: [
            update('/application[application-id=cam]/endpoint[endpoint-id=rtsp]/port-end', 1),
            update(`${chicago}/device[device-id=robot1]/sim-card`, 'sim9'),
          ],
        }),
        'INVALID_ARGUMENT',
        'port-end is below port-start',
        'sim9',
      );
      const [details] = error.metadata.get(statusDetailsKey);
      const fields = decodeViolations(details as Buffer).map(({ field = '', reason }) => [
        field.split('/').at(-1),
        reason,
      ]);
      assert.equal(fields.length, 2);
      assert.ok(fields.some(([, reason]) => reason === 'port-range-order'));
    });

    it('names the path of the wrong operation in the status details', async () => {
      const cases: [code: Parameters<typeof refused>[1], request: SetRequest, path: string, reason: string][] = [
        ['NOT_FOUND', { update: [update(`${dallas}/colour`, 'red')] }, `${dallas}/colour`, 'unknown-element'],
        ['INVALID_ARGUMENT', { update: [update(`${gold}/qci`, 'many')] }, `${gold}/qci`, 'invalid-value'],
        ['INVALID_ARGUMENT', { update: [{ path: { elem: [{ name: 'site' }, {}] } }] }, '/site/', 'invalid-value'],
        ['UNIMPLEMENTED', { update: [update('native:/site', [])] }, '/site', 'operation-not-supported'],
        [
          'PERMISSION_DENIED',
          { update: [{ ...update(gold, {}), path: { ...path(gold), target: 'globex' } }] },
          gold,
          'access-denied',
        ],
      ];
      for (const [code, request, text, tag] of cases) {
        const error = await refused(set({ delete: [path(dallas)], ...request }), code);
        const [details] = error.metadata.get(statusDetailsKey);
        assert.deepEqual(
          decodeViolations(details as Buffer).map(({ field, description, reason }) => [field, description, reason]),
          [[text, error.details, tag]],
        );
      }
    });

    it('stays up and serves after all of that', async () => {
      await set({ update: [update(`${dallas}/display-name`, 'still here')] });
      assert.equal(await get(`${dallas}/display-name`), 'still here');
    });

    it('refuses a message above the limit', async () => {
      const small = await startService({ limits: { messageBytes: 10_000 } });
      const rpc = small
        .client('acme-admin')
        .set({ update: [update('/traffic-class[traffic-class-id=a]/description', 'x'.repeat(20_000))] });
      await refused(rpc, 'RESOURCE_EXHAUSTED', '10000');
      await small.close();
    });

    it('refuses more operations than the limit', async () => {
      const small = await startService({ limits: { operationsPerSet: 2 } });
      const three = [1, 2, 3].map((qci) => update('/traffic-class[traffic-class-id=a]/qci', qci));
      await refused(small.client('acme-admin').set({ update: three }), 'INVALID_ARGUMENT', '3 operations', 'at most 2');
      await small.close();
    });
  });

  describe('rights', () => {
    it("refuses another tenant's target exactly like one that is not there", async () => {
      const edit = { update: [update(`${dallas}/display-name`, 'taken')] };
      const foreign = await refused(
        service.client('globex-admin').set({ prefix: { target: 'acme' }, ...edit }),
        'PERMISSION_DENIED',
        "'acme'",
      );
      const absent = await refused(
        service.client('globex-admin').set({ prefix: { target: 'nosuch' }, ...edit }),
        'PERMISSION_DENIED',
        "'nosuch'",
      );
      assert.equal(foreign.details.replace('acme', 'X'), absent.details.replace('nosuch', 'X'));
      assert.equal(await get(`${dallas}/display-name`), 'Dallas');
    });

    it('refuses a reader, naming user and path', async () => {
      const { head } = service.datastore;
      const rpc = service.client('acme-reader').set({ update: [update(`${dallas}/display-name`, 'x')] });
      await refused(rpc, 'PERMISSION_DENIED', 'acme-reader', `${dallas}/display-name`);
      assert.deepEqual(service.datastore.head, head);
    });

    it('refuses a reader even what would change nothing', async () => {
      const rpc = service.client('acme-reader').set({ update: [update(`${dallas}/display-name`, 'Dallas')] });
      await refused(rpc, 'PERMISSION_DENIED', 'acme-reader', `${dallas}/display-name`);
    });

    it('refuses a change outside of the part that the caller may write', async () => {
      const planner = service.client('acme-planner');
      await refused(
        planner.set({ update: [update(`${dallas}/display-name`, 'x')] }),
        'PERMISSION_DENIED',
        'acme-planner',
      );
      // The path holds what the planner may write, but the value holds more.
      const both = {
        application: [{ 'application-id': 'cam', 'display-name': 'x' }],
        site: [{ 'site-id': 'dallas', description: 'x' }],
      };
      await refused(planner.set({ update: [update('/', both)] }), 'PERMISSION_DENIED', 'acme-planner', "'acme'");
      await planner.set({ update: [update('/application[application-id=cam]/display-name', 'Camera')] });
      assert.equal(await get('/application[application-id=cam]/display-name'), 'Camera');
    });

    it('does not tell the violations of parts that the caller may not read', async () => {
      await set({
        update: [
          update(`${chicago}/slice[slice-id=s]`, {
            sst: '1',
            sd: '010203',
            'default-behavior': 'DENY-ALL',
            filter: [{ application: 'cam' }],
          }),
        ],
      });
      const rpc = service.client('acme-planner').set({ delete: [path('/application[application-id=cam]')] });
      const error = await refused(rpc, 'INVALID_ARGUMENT', '1 rule in parts that you may not read');
      assert.ok(!error.details.includes('slice'), error.details);
      assert.deepEqual(error.metadata.get(statusDetailsKey), []);
    });
  });
});
