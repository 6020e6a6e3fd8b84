// Get over a real socket: paths, encodings, prefixes, targets, and what is refused.

import assert from 'node:assert/strict';
import { DataType, Encoding, type GetRequest, type GetResponse } from '../../../src/proto/gnmi.ts';
import type { GnmiClient } from '../../../src/proto/gnmi-client.ts';
import { concretePath, resolveQuery } from '../../../src/schema/path.ts';
import { encodeKey } from '../../../src/schema/row-key.ts';
import { startService, type TestService } from '../../service.ts';
import { acme, path, plain, refused, valuesOf } from './messages.ts';

describe('gNMI Get', () => {
  let service: TestService;
  let client: GnmiClient;
  before(async () => {
    service = await startService();
    await service.reset('acme', acme);
    await service.reset('globex', { 'traffic-class': [{ 'traffic-class-id': 'silver' }] });
    client = service.client('acme-admin');
  });
  after(() => service.close());

  function get(text: string, more: Partial<GetRequest> = {}): Promise<GetResponse> {
    return client.get({ path: [path(text)], ...more });
  }

  async function values(text: string, more: Partial<GetRequest> = {}): Promise<Record<string, unknown>> {
    const { notification = [] } = await get(text, more);
    assert.equal(notification.length, 1);
    return valuesOf(notification[0] ?? {});
  }

  describe('values', () => {
    it('gives a leaf as a bare JSON value, with JSON as the default encoding', async () => {
      const { notification = [] } = await get('/site[site-id=chicago]/display-name');
      const value = notification[0]?.update?.[0]?.val;
      assert.equal(value?.value, 'json_val');
      assert.equal(Buffer.from(value?.json_val ?? []).toString(), '"Chicago"');
    });

    it('gives a container as an object with module names at the top in JSON_IETF', async () => {
      assert.deepEqual(await values('/site[site-id=chicago]/imsi-definition', { encoding: Encoding.JSON_IETF }), {
        '/site[site-id=chicago]/imsi-definition': {
          'edgeconf-site:mcc': '315',
          'edgeconf-site:mnc': '010',
          'edgeconf-site:enterprise': 1,
          'edgeconf-site:format': 'CCCNNNEEESSSSSS',
        },
      });
    });

    it('gives a container with bare names in JSON', async () => {
      assert.deepEqual(await values('/site[site-id=dallas]/imsi-definition'), {
        '/site[site-id=dallas]/imsi-definition': { mcc: '315', mnc: '010', enterprise: 2, format: 'CCCNNNEEESSSSSS' },
      });
    });

    it('gives a list entry as an object, with its keys and the defaults in use', async () => {
      assert.deepEqual(await values('/site[site-id=chicago]/ip-domain[ip-domain-id=pool]'), {
        '/site[site-id=chicago]/ip-domain[ip-domain-id=pool]': {
          'ip-domain-id': 'pool',
          dnn: 'internet',
          subnet: '10.250.0.0/16',
          'admin-status': 'ENABLE',
          mtu: 1492,
        },
      });
    });

    it('keeps 64-bit numbers exact, as strings', async () => {
      const text = '/site[site-id=chicago]/device-group[device-group-id=robots]/mbr';
      assert.deepEqual(await values(text), { [text]: { uplink: '5000000', downlink: '9007199254740993' } });
    });

    it('gives one scalar for each leaf in PROTO', async () => {
      const text = '/site[site-id=chicago]/device-group[device-group-id=robots]';
      const { notification = [] } = await get(text, { encoding: Encoding.PROTO });
      const found = (notification[0]?.update ?? []).map(({ path: leaf, val }) => [
        (leaf?.elem ?? [])
          .slice(2)
          .map(({ name }) => name)
          .join('/'),
        val?.value,
        plain(val),
      ]);
      assert.deepEqual(found.sort(), [
        ['device-group-id', 'string_val', 'robots'],
        ['device/device-id', 'string_val', 'robot1'],
        ['device/enable', 'bool_val', true],
        ['ip-domain', 'string_val', 'pool'],
        ['mbr/downlink', 'uint_val', '9007199254740993'],
        ['mbr/uplink', 'uint_val', '5000000'],
        ['traffic-class', 'string_val', 'gold'],
      ]);
    });

    it('gives the default in use of a leaf, and nothing where its entry does not exist', async () => {
      const mtu = (id: string) => `/site[site-id=chicago]/ip-domain[ip-domain-id=${id}]/mtu`;
      assert.deepEqual(await values(mtu('pool')), { [mtu('pool')]: 1492 });
      await refused(get(mtu('other')), 'NOT_FOUND', mtu('other'));
    });

    it('gives a leaf-list as an array in JSON and as a list of scalars in PROTO', async () => {
      const device = {
        name: 'core',
        kind: 'sd-core',
        address: 'http://127.0.0.1:1',
        endpoint: ['http://a', 'http://b'],
      };
      await service.merge('platform', { device: [device] });
      const text = '/device[name=core]/endpoint';
      const operator = service.client('operator');
      for (const encoding of [Encoding.JSON, Encoding.JSON_IETF, Encoding.PROTO]) {
        const answer = await operator.get({ prefix: { target: 'platform' }, path: [path(text)], encoding });
        assert.deepEqual(valuesOf(answer.notification?.[0] ?? {}), { [text]: ['http://a', 'http://b'] });
      }
    });

    it('gives the whole tree for the root', async () => {
      const all = (await values('/'))['/'] as Record<string, unknown[]>;
      assert.deepEqual(Object.keys(all).sort(), ['application', 'site', 'traffic-class']);
      assert.equal(all.site?.length, 2);
    });

    it('gives answers above four mebibytes whole', async () => {
      const text = '/traffic-class[traffic-class-id=silver]/description';
      const description = 'x'.repeat(1_000);
      await service.merge('globex', { 'traffic-class': [{ 'traffic-class-id': 'silver', description }] });
      const paths = Array.from({ length: 5_000 }, () => path(text));
      const { notification = [] } = await service.client('globex-admin').get({ path: paths });
      assert.equal(notification.length, 5_000);
      assert.ok(notification.every((each) => plain(each.update?.[0]?.val) === description));
      await service.reset('globex', { 'traffic-class': [{ 'traffic-class-id': 'silver' }] });
    });

    it('stamps answers with the commit time of the data in nanoseconds', async () => {
      const { notification = [] } = await get('/traffic-class[traffic-class-id=gold]/qci');
      assert.equal(`${notification[0]?.timestamp}`, `${service.datastore.head.timeNs}`);
      assert.match(`${notification[0]?.timestamp}`, /^\d{19}$/);
    });
  });

  describe('paths', () => {
    it('answers each path with one Notification, in order, with the path as it was asked for', async () => {
      const texts = [
        '/traffic-class[traffic-class-id=gold]/qci',
        '/site[site-id=dallas]/display-name',
        '/application[application-id=cam]/address',
      ];
      const { notification = [] } = await client.get({ path: texts.map(path) });
      assert.deepEqual(notification.map(valuesOf), [
        { [texts[0] ?? '']: 9 },
        { [texts[1] ?? '']: 'Dallas' },
        { [texts[2] ?? '']: '10.1.0.0/24' },
      ]);
    });

    const sites = { '/site[site-id=chicago]/display-name': 'Chicago', '/site[site-id=dallas]/display-name': 'Dallas' };

    it('expands a wildcard key to concrete paths', async () => {
      assert.deepEqual(await values('/site[site-id=*]/display-name'), sites);
    });

    it('takes a list without keys as all its entries', async () => {
      assert.deepEqual(await values('/site/display-name'), sites);
      assert.deepEqual(Object.keys(await values('/site')), ['/site[site-id=chicago]', '/site[site-id=dallas]']);
    });

    it('matches one level with * and any depth with ...', async () => {
      assert.deepEqual(await values('/*/display-name'), sites);
      assert.deepEqual(await values('/.../mcc'), {
        '/site[site-id=chicago]/imsi-definition/mcc': '315',
        '/site[site-id=dallas]/imsi-definition/mcc': '315',
      });
    });

    it('takes ... at the end as everything below, once', async () => {
      assert.deepEqual(Object.keys(await values('/site[site-id=dallas]/...')), ['/site[site-id=dallas]']);
    });

    it('takes * behind ... as what is not below another match', async () => {
      const dallas = '/site[site-id=dallas]';
      const found = Object.keys(await values(`${dallas}/.../*`));
      assert.deepEqual(
        found.sort(),
        ['display-name', 'imsi-definition', 'site-id'].map((name) => `${dallas}/${name}`),
      );
    });

    it('answers many wildcards in a row at once', async () => {
      const deep = { elem: Array.from({ length: 120 }, () => ({ name: '...' })) };
      const { notification = [] } = await client.get({ path: [deep] });
      assert.deepEqual(Object.keys(valuesOf(notification[0] ?? {})), ['/']);
    });

    it('takes names with their module, and writes answers in the same style', async () => {
      assert.deepEqual(await values('/edgeconf-site:site/edgeconf-site:display-name'), {
        '/edgeconf-site:site[site-id=chicago]/edgeconf-site:display-name': 'Chicago',
        '/edgeconf-site:site[site-id=dallas]/edgeconf-site:display-name': 'Dallas',
      });
    });

    it('takes a module as the origin and echoes it', async () => {
      assert.deepEqual(await values('edgeconf-site:/site/display-name'), {
        'edgeconf-site:/site[site-id=chicago]/display-name': 'Chicago',
        'edgeconf-site:/site[site-id=dallas]/display-name': 'Dallas',
      });
      assert.deepEqual(await values('openconfig:/traffic-class[traffic-class-id=gold]/qci'), {
        'openconfig:/traffic-class[traffic-class-id=gold]/qci': 9,
      });
    });

    it('reads only the module when the origin is one and the path is the root', async () => {
      assert.deepEqual(Object.keys(await values('edgeconf-application:/')), [
        'edgeconf-application:/application[application-id=cam]',
      ]);
    });

    it('keeps the split between prefix and path, and joins them', async () => {
      const prefix = { ...path('/site[site-id=chicago]'), target: 'acme' };
      const { notification = [] } = await client.get({ prefix, path: [path('/imsi-definition/mcc')] });
      assert.deepEqual(valuesOf(notification[0] ?? {}), { '/imsi-definition/mcc': '315' });
      const echoed = notification[0]?.prefix;
      assert.equal(echoed?.target, 'acme');
      assert.deepEqual(
        echoed?.elem?.map(({ name, key }) => ({ name, key })),
        [{ name: 'site', key: { 'site-id': 'chicago' } }],
      );
      for (const more of [
        { path: [path('/*/mcc')] },
        { path: [path('/imsi-definition/mcc')], encoding: Encoding.PROTO },
      ]) {
        const answer = await client.get({ prefix, ...more });
        assert.deepEqual(answer.notification?.map(valuesOf), [{ '/imsi-definition/mcc': '315' }]);
      }
    });

    it('writes whole paths when the prefix has a wildcard', async () => {
      const { notification = [] } = await client.get({
        prefix: { ...path('/site[site-id=*]'), target: 'acme' },
        path: [path('/display-name')],
      });
      assert.deepEqual(valuesOf(notification[0] ?? {}), sites);
      assert.deepEqual(notification[0]?.prefix?.elem, []);
      assert.equal(notification[0]?.prefix?.target, 'acme');
    });

    it('takes no origin and the default one as the same below a prefix', async () => {
      const paths = [path('/display-name'), path('openconfig:/display-name')];
      const { notification = [] } = await client.get({ prefix: path('/site[site-id=dallas]'), path: paths });
      assert.deepEqual(notification.map(valuesOf), [
        { '/display-name': 'Dallas' },
        { 'openconfig:/display-name': 'Dallas' },
      ]);
    });

    it('takes the prefix as the path when there is no path', async () => {
      const { notification = [] } = await client.get({ prefix: path('/site[site-id=dallas]/display-name') });
      assert.deepEqual(
        notification.map((each) => plain(each.update?.[0]?.val)),
        ['Dallas'],
      );
    });
  });

  describe('filters', () => {
    it('gives configuration for CONFIG and no configuration for STATE and OPERATIONAL', async () => {
      const text = '/site[site-id=dallas]/display-name';
      assert.deepEqual(await values(text, { type: DataType.CONFIG }), { [text]: 'Dallas' });
      await refused(get(text, { type: DataType.STATE }), 'NOT_FOUND', text);
      await refused(get(text, { type: DataType.OPERATIONAL }), 'NOT_FOUND', text);
    });

    it('gives only what use_models names, and refuses a model that the target does not have', async () => {
      const some = (await values('/', { use_models: [{ name: 'edgeconf-application' }] }))['/'] as object;
      assert.deepEqual(Object.keys(some), ['application']);
      await refused(
        get('/', { use_models: [{ name: 'openconfig-interfaces' }] }),
        'INVALID_ARGUMENT',
        "no 'openconfig-interfaces'",
      );
    });
  });

  describe('targets', () => {
    it('takes the only target that the caller may read when none is named, and names none in the answer', async () => {
      const { notification = [] } = await get('/site[site-id=dallas]/display-name');
      assert.equal(notification[0]?.prefix, null);
    });

    it('asks for a target when the caller may read several, and lists them', async () => {
      const rpc = service.client('operator').get({ path: [path('/traffic-class')] });
      await refused(rpc, 'INVALID_ARGUMENT', 'acme, globex');
    });

    it('understands a target in the path and echoes it there', async () => {
      const operator = service.client('operator');
      const { notification = [] } = await operator.get({ path: [{ ...path('/traffic-class'), target: 'globex' }] });
      assert.deepEqual(valuesOf(notification[0] ?? {}), {
        '/traffic-class[traffic-class-id=silver]': { 'traffic-class-id': 'silver' },
      });
      assert.equal(notification[0]?.prefix, null);
      assert.equal(notification[0]?.update?.[0]?.path?.target, 'globex');
    });

    it('refuses two different targets for one path', async () => {
      const rpc = service
        .client('operator')
        .get({ prefix: { target: 'acme' }, path: [{ ...path('/traffic-class'), target: 'globex' }] });
      await refused(rpc, 'INVALID_ARGUMENT', "'acme'", "'globex'");
    });

    it("answers for another tenant's target exactly as for one that is not there", async () => {
      const foreign = await refused(get('/', { prefix: { target: 'globex' } }), 'PERMISSION_DENIED', "'globex'");
      const absent = await refused(get('/', { prefix: { target: 'nosuch' } }), 'PERMISSION_DENIED', "'nosuch'");
      assert.equal(foreign.details.replace('globex', 'X'), absent.details.replace('nosuch', 'X'));
    });

    it('refuses who may read nothing at all', async () => {
      await refused(
        service.client('nobody').get({ path: [path('/')] }),
        'PERMISSION_DENIED',
        'no target that you may read',
      );
    });
  });

  describe('target *', () => {
    const everywhere = { prefix: { target: '*' } };
    const found = async (user: string, request: GetRequest) => {
      const { notification = [] } = await service.client(user).get(request);
      return notification.map((each) => [each.prefix?.target, Object.keys(valuesOf(each))]);
    };

    it('reads every target that the caller may read, each in a Notification that names it', async () => {
      assert.deepEqual(await found('operator', { ...everywhere, path: [path('/traffic-class')] }), [
        ['acme', ['/traffic-class[traffic-class-id=gold]']],
        ['globex', ['/traffic-class[traffic-class-id=silver]']],
      ]);
      assert.deepEqual(await found('acme-admin', { ...everywhere, path: [path('/traffic-class')] }), [
        ['acme', ['/traffic-class[traffic-class-id=gold]']],
      ]);
    });

    it('keeps the order of the paths, and leaves out targets without a value', async () => {
      const request = {
        ...everywhere,
        path: [path('/traffic-class[traffic-class-id=silver]'), path('/site/display-name')],
      };
      assert.deepEqual(await found('operator', request), [
        ['globex', ['/traffic-class[traffic-class-id=silver]']],
        ['acme', ['/site[site-id=chicago]/display-name', '/site[site-id=dallas]/display-name']],
      ]);
    });

    it('is understood in the path too, where the answers then name the target', async () => {
      const { notification = [] } = await service
        .client('operator')
        .get({ path: [{ ...path('/traffic-class'), target: '*' }] });
      assert.deepEqual(
        notification.map((each) => each.update?.[0]?.path?.target),
        ['acme', 'globex'],
      );
    });

    it('is refused when no target has a value, or none knows the path', async () => {
      const operator = service.client('operator');
      await refused(operator.get({ ...everywhere, path: [path('/template')] }), 'NOT_FOUND', '/template');
      const unknown = operator.get({ ...everywhere, path: [path('/colour')] });
      await refused(unknown, 'INVALID_ARGUMENT', '/colour', "no such node 'colour'");
      const nothing = service.client('nobody').get({ ...everywhere, path: [path('/')] });
      await refused(nothing, 'PERMISSION_DENIED', 'no target that you may read');
    });
  });

  describe('depth', () => {
    const depth = (level: number) => ({ extension: [{ depth: { level } }] });
    const dallas = '/site[site-id=dallas]';

    it('1 gives the leaves of the path itself and nothing below', async () => {
      assert.deepEqual(await values(dallas, depth(1)), { [dallas]: { 'site-id': 'dallas', 'display-name': 'Dallas' } });
    });

    it('1 of a list gives the leaves of each entry', async () => {
      assert.deepEqual(await values('/site', depth(1)), {
        '/site[site-id=chicago]': { 'site-id': 'chicago', 'display-name': 'Chicago' },
        [dallas]: { 'site-id': 'dallas', 'display-name': 'Dallas' },
      });
    });

    it('2 gives containers and entries of lists with their leaves only', async () => {
      const chicago = Object.values(await values('/site[site-id=chicago]', depth(2)))[0] as Record<string, unknown>;
      assert.deepEqual(chicago['imsi-definition'], {
        mcc: '315',
        mnc: '010',
        enterprise: 1,
        format: 'CCCNNNEEESSSSSS',
      });
      assert.deepEqual(chicago['device-group'], [
        { 'device-group-id': 'robots', 'ip-domain': 'pool', 'traffic-class': 'gold' },
      ]);
    });

    it('0 gives everything', async () => {
      assert.deepEqual(await values('/', depth(0)), await values('/'));
    });

    it('gives a leaf that is asked for, whatever the depth', async () => {
      assert.deepEqual(await values(`${dallas}/display-name`, depth(1)), { [`${dallas}/display-name`]: 'Dallas' });
    });

    it('holds for scalars too', async () => {
      const text = '/site[site-id=chicago]/device-group[device-group-id=robots]';
      const found = await values(text, { encoding: Encoding.PROTO, ...depth(1) });
      assert.deepEqual(
        Object.keys(found)
          .map((each) => each.split('/').at(-1))
          .sort(),
        ['device-group-id', 'ip-domain', 'traffic-class'],
      );
    });

    it('of nothing but what is deeper finds no value', async () => {
      const mbr = '/application[application-id=cam]/endpoint[endpoint-id=rtsp]/mbr';
      await refused(get('/', depth(1)), 'NOT_FOUND', '/');
      await refused(get(mbr, depth(1)), 'NOT_FOUND', mbr);
    });
  });

  describe('state', () => {
    const text = '/site[site-id=chicago]/device[device-id=robot1]';
    before(() => {
      const snapshot = service.datastore.snapshot('acme');
      assert.ok(snapshot);
      const elems = path(`${text}/state/connected`).elem?.map(({ name = '', key = {} }) => ({ name, key })) ?? [];
      const [query = []] = resolveQuery(snapshot.model.root, elems);
      service.datastore.report('acme', [{ key: encodeKey(concretePath(query) ?? []), value: '"Yes"' }]);
    });

    it('is what STATE and OPERATIONAL give, and not what CONFIG gives', async () => {
      const expected = { [`${text}/state`]: { connected: 'Yes' } };
      assert.deepEqual(await values(`${text}/state`, { type: DataType.STATE }), expected);
      assert.deepEqual(await values(`${text}/state`, { type: DataType.OPERATIONAL }), expected);
      await refused(get(`${text}/state`, { type: DataType.CONFIG }), 'NOT_FOUND', `${text}/state`);
    });

    it('stands beside configuration for ALL', async () => {
      const all = Object.values(await values(text))[0] as Record<string, unknown>;
      assert.deepEqual(all.state, { connected: 'Yes' });
      assert.equal(all['sim-card'], 'sim1');
    });
  });

  describe('rights', () => {
    it('leaves out what the caller may not read', async () => {
      const answer = await service.client('acme-planner').get({ path: [path('/')] });
      const all = valuesOf(answer.notification?.[0] ?? {})['/'] as object;
      assert.deepEqual(Object.keys(all), ['application']);
    });

    it('answers for what may not be read exactly as for what is not there', async () => {
      const planner = service.client('acme-planner');
      const hidden = await refused(planner.get({ path: [path('/site[site-id=chicago]/display-name')] }), 'NOT_FOUND');
      const absent = await refused(planner.get({ path: [path('/site[site-id=nowhere]/display-name')] }), 'NOT_FOUND');
      assert.equal(hidden.details.replace('chicago', 'X'), absent.details.replace('nowhere', 'X'));
    });
  });

  describe('what is refused', () => {
    const cases: [title: string, code: Parameters<typeof refused>[1], request: GetRequest, ...parts: string[]][] = [
      [
        'a name that no module has',
        'INVALID_ARGUMENT',
        { path: [path('/site[site-id=chicago]/colour')] },
        '/site[site-id=chicago]/colour',
        "no such node 'colour'",
        'display-name',
      ],
      ['an unknown key', 'INVALID_ARGUMENT', { path: [path('/site[name=x]')] }, '/site[name=x]', 'site-id'],
      [
        'a key where there is no list',
        'INVALID_ARGUMENT',
        { path: [path('/site[site-id=chicago]/display-name[x=1]')] },
        '/site[site-id=chicago]/display-name[x=1]',
        "'display-name' is not a list",
      ],
      [
        'an element without a name',
        'INVALID_ARGUMENT',
        { path: [{ elem: [{ name: 'site' }, { name: '' }] }] },
        'path /site/ ',
        'without a name',
      ],
      [
        'keys where any depth is meant',
        'INVALID_ARGUMENT',
        { path: [{ elem: [{ name: '...', key: { 'site-id': 'x' } }, { name: 'mcc' }] }] },
        '/...[site-id=x]/mcc',
        "keys at '...'",
      ],
      [
        'a name of another module than the origin',
        'INVALID_ARGUMENT',
        { path: [path('edgeconf-application:/site')] },
        'path /site:',
        "no such node 'site' in origin 'edgeconf-application'",
        'known there: application',
      ],
      [
        'a module in the path that is not the origin',
        'INVALID_ARGUMENT',
        { path: [path('edgeconf-application:/edgeconf-site:application')] },
        'path /edgeconf-site:application:',
        "in origin 'edgeconf-application'",
      ],
      [
        'an origin that is not UTF-8',
        'INVALID_ARGUMENT',
        { path: [{ ...path('/site'), origin: '\u{fffd}' }] },
        'path /site has an origin or a target that is not UTF-8',
      ],
      [
        'a target that is not UTF-8',
        'INVALID_ARGUMENT',
        { prefix: { ...path('/site'), target: 'a\u{fffd}' }, path: [{}] },
        'prefix /site has an origin or a target that is not UTF-8',
      ],
      [
        'text that is not UTF-8',
        'INVALID_ARGUMENT',
        { path: [{ elem: [{ name: 'site', key: { 'site-id': 'a\u{fffd}' } }] }] },
        'path /site[site-id=a',
        'not UTF-8',
      ],
      [
        'a path of 10,000 elements',
        'INVALID_ARGUMENT',
        { path: [{ elem: Array.from({ length: 10_000 }, () => ({ name: 'site' })) }] },
        '/site/site',
        '10000 elements',
        'at most 128',
      ],
      [
        'the deprecated form of a path alone',
        'INVALID_ARGUMENT',
        { path: [{ element: ['site', 'chicago'] }] },
        "deprecated field 'element' (site/chicago)",
        "use 'elem'",
      ],
      [
        'an origin in prefix and path',
        'INVALID_ARGUMENT',
        { prefix: { origin: 'openconfig' }, path: [path('openconfig:/site')] },
        'path /site: origin is in the prefix and in the path',
      ],
      [
        'a prefix with elements for paths of two origins',
        'INVALID_ARGUMENT',
        { prefix: path('/site'), path: [path('openconfig:/display-name'), path('edgeconf-site:/display-name')] },
        'prefix /site:',
        "one origin, not 'openconfig', 'edgeconf-site'",
      ],
      [
        'an unknown origin',
        'UNIMPLEMENTED',
        { path: [path('native:/site')] },
        "path /site: no origin 'native'",
        'name a module of aether@2.1',
      ],
      [
        'the origin of command lines',
        'UNIMPLEMENTED',
        { path: [path('cli:/')] },
        "path /: origin 'cli'",
        'command line text',
      ],
      ['the encoding BYTES', 'UNIMPLEMENTED', { path: [path('/')], encoding: Encoding.BYTES }, 'BYTES', 'JSON_IETF'],
      ['the encoding ASCII', 'UNIMPLEMENTED', { path: [path('/')], encoding: Encoding.ASCII }, 'ASCII', 'PROTO'],
      ['an encoding that does not exist', 'UNIMPLEMENTED', { path: [path('/')], encoding: 17 }, 'encoding 17', 'JSON'],
      ['a type that does not exist', 'INVALID_ARGUMENT', { path: [path('/')], type: 9 }, 'type 9', 'use ALL, CONFIG'],
      [
        'an extension of Set',
        'INVALID_ARGUMENT',
        { path: [path('/')], extension: [{ commit: { id: '1', confirm: {} } }] },
        'extension commit belongs to Set',
      ],
      [
        'an extension that comes twice',
        'INVALID_ARGUMENT',
        { path: [path('/')], extension: [{ depth: { level: 1 } }, { depth: { level: 2 } }] },
        'extension depth comes twice',
      ],
    ];

    for (const [title, code, request, ...parts] of cases) {
      it(`refuses ${title}`, async () => {
        await refused(client.get(request), code, ...parts);
      });
    }

    it('refuses the whole request when one of several paths has no value, and names that path', async () => {
      const error = await refused(
        client.get({ path: [path('/site[site-id=dallas]/display-name'), path('/site[site-id=none]')] }),
        'NOT_FOUND',
        '/site[site-id=none]',
      );
      assert.ok(!error.details.includes('dallas'));
    });

    it('refuses more paths than the limit', async () => {
      const small = await startService({ limits: { pathsPerGet: 2 } });
      const rpc = small.client('acme-admin').get({ path: [{}, {}, {}] });
      await refused(rpc, 'INVALID_ARGUMENT', '3 paths', 'at most 2');
      await small.close();
    });

    it('refuses a wildcard that matches nothing', async () => {
      await refused(get('/template[template-id=*]'), 'NOT_FOUND', '/template[template-id=*]');
    });

    it('ignores the deprecated form of a path beside the present one, and unknown registered extensions', async () => {
      const asked = { ...path('/site[site-id=dallas]/display-name'), element: ['site', 'x'] };
      const extension = [{ registered_ext: { id: 4711, msg: Buffer.from([1]) } }];
      const { notification = [] } = await client.get({ path: [asked], extension });
      assert.equal(plain(notification[0]?.update?.[0]?.val), 'Dallas');
    });
  });
});
