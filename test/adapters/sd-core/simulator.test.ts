// Tests that the simulated SD-Core keeps, converts and refuses documents by the rules of the real webconsole, over a
// socket; one long file because every rule starts from the same two documents.
// "D.3 rule n" are the six places where what older adapters send meets what the webconsole takes: 1 the IP domain's two
// forms, 2 gNB names and tac, 3 the traffic class of a filtering rule, 4 the decimal sst, 5 units and integer limits,
// 6 a slice that is stored before its sst is checked.
import assert from 'node:assert/strict';
import {
  type SdCoreSimulator,
  type SdCoreSimulatorOptions,
  startSdCoreSimulator,
} from '../../../adapters/sd-core/simulator/simulator.ts';

const QOS = {
  'dnn-mbr-uplink': 20_000_000,
  'dnn-mbr-downlink': 100_000_000,
  'bitrate-unit': 'bps',
  'traffic-class': { name: 'gold', qci: 7, arp: 5, pdb: 100, pelr: 3 },
};
const DOMAIN = {
  dnn: 'internet',
  'ue-ip-pool': '10.20.0.0/16',
  'dns-primary': '9.9.9.9',
  mtu: 1460,
  'ue-dnn-qos': QOS,
};
const GROUP = {
  imsis: ['001010000000001'],
  'site-info': 'harbour',
  'ip-domain-name': 'pool-1',
  'ip-domains': [DOMAIN],
};
const RULE = {
  'rule-name': 'camera',
  priority: 10,
  action: 'permit',
  endpoint: '192.0.2.7/32',
  protocol: 17,
  'dest-port-start': 5000,
  'dest-port-end': 5010,
  'traffic-class': { name: 'gold', qci: 7, arp: 5, pdb: 100, pelr: 3 },
};
const SLICE = {
  'slice-id': { sst: '1', sd: '0A0B0C' },
  'site-device-group': ['cameras'],
  'site-info': {
    'site-name': 'harbour',
    plmn: { mcc: '001', mnc: '01' },
    gNodeBs: [{ name: 'cell-1', tac: 11 }],
    upf: { 'upf-name': 'upf.edge.example.org', 'upf-port': 8805 },
  },
  'application-filtering-rules': [RULE],
};
const CREDENTIALS = { plmnID: '00101', opc: 'a'.repeat(32), key: 'b'.repeat(32), sequenceNumber: '16f3b3f70fc2' };
const UE = 'imsi-001010000000001';

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

describe('sd-core simulator', () => {
  let simulator: SdCoreSimulator;

  async function start(options: SdCoreSimulatorOptions = {}): Promise<void> {
    await simulator.close();
    simulator = await startSdCoreSimulator(options);
  }
  async function call(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<Reply> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(simulator.url + path, {
      method,
      redirect: 'manual',
      ...(body !== undefined && {
        body: Buffer.from(text),
        headers: contentType === '' ? {} : { 'content-type': contentType },
      }),
    });
    const answer = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: response.status, body: isJson ? JSON.parse(answer) : answer };
  }
  const putGroup = (body: unknown, name = 'cameras'): Promise<Reply> =>
    call('POST', `/config/v1/device-group/${name}`, body);
  const putSlice = (body: unknown, name = 'slice-1'): Promise<Reply> =>
    call('POST', `/config/v1/network-slice/${name}`, body);
  const withRules = (...rules: unknown[]): unknown => ({ ...SLICE, 'application-filtering-rules': rules });
  const withGnbs = (...gNodeBs: unknown[]): unknown => ({ ...SLICE, 'site-info': { ...SLICE['site-info'], gNodeBs } });
  const withQos = (qos: unknown): unknown => ({ ...GROUP, 'ip-domains': [{ ...DOMAIN, 'ue-dnn-qos': qos }] });
  const errorOf = (reply: Reply): string => (reply.body as { error: string }).error;

  beforeEach(async () => {
    simulator = await startSdCoreSimulator();
  });
  afterEach(() => simulator.close());

  describe('device groups', () => {
    it('are stored by POST and read back as they were sent, with the name of the path', async () => {
      assert.deepEqual(await putGroup(GROUP), { status: 200, body: {} });
      const expected = { 'group-name': 'cameras', ...GROUP };
      assert.deepEqual(await call('GET', '/config/v1/device-group/cameras'), { status: 200, body: expected });
      assert.deepEqual(simulator.deviceGroups.get('cameras'), expected);
    });

    it('are listed by name, in the order they came, and an empty core lists none', async () => {
      assert.deepEqual(await call('GET', '/config/v1/device-group'), { status: 200, body: [] });
      await putGroup(GROUP, 'zebras');
      await call('PUT', '/config/v1/device-group/apes', GROUP);
      assert.deepEqual(await call('GET', '/config/v1/device-group'), { status: 200, body: ['zebras', 'apes'] });
    });

    it('that are not there are answered with 404 and null', async () => {
      assert.deepEqual(await call('GET', '/config/v1/device-group/cameras'), { status: 404, body: null });
    });

    it('are refused with 400 under a name that does not match the name rule', async () => {
      for (const name of ['1st', 'a', 'a.b', `a${'b'.repeat(256)}`, '%C3%A4b']) {
        const reply = await putGroup(GROUP, name);
        assert.equal(reply.status, 400, name);
        assert.match(errorOf(reply), /does not match \^\[a-zA-Z\]/);
      }
      assert.equal((await putGroup(GROUP, `a${'b'.repeat(255)}`)).status, 200);
      assert.equal(simulator.deviceGroups.size, 1);
    });

    it('are refused with 400 without a content type and with another than application/json', async () => {
      assert.match(errorOf(await call('POST', '/config/v1/device-group/cameras', GROUP, '')), /Content-Type/);
      const reply = await call('POST', '/config/v1/device-group/cameras', GROUP, 'text/plain');
      assert.equal(reply.status, 400);
      assert.match(errorOf(reply), /content-type text\/plain/);
      const charset = 'application/json; charset=utf-8';
      assert.equal((await call('POST', '/config/v1/device-group/cameras', GROUP, charset)).status, 200);
    });

    it('are refused with 400 when the body is no JSON, and nothing is stored', async () => {
      for (const body of ['', '{', '{"imsis":[}', '{"imsis":["1",]}', "{'imsis':[]}", '{"mtu":01}', '{"a":"\n"}']) {
        assert.equal((await putGroup(body)).status, 400, JSON.stringify(body));
      }
      assert.equal(simulator.deviceGroups.size, 0);
    });

    it('ignore members the core does not know, so the object form of the IP domain is lost on 3.0 (D.3 rule 1)', async () => {
      const { 'ip-domains': _, ...rest } = GROUP;
      assert.deepEqual(await putGroup({ ...rest, 'ip-domain-expanded': DOMAIN, extra: [1, { a: null }] }), {
        status: 200,
        body: {},
      });
      assert.deepEqual(simulator.deviceGroups.get('cameras'), { 'group-name': 'cameras', ...rest });
    });

    it('take the object form and ignore the list form on 2.0 (D.3 rule 1)', async () => {
      await start({ version: '2.0' });
      const { 'ip-domains': domains, ...rest } = GROUP;
      await putGroup({ ...rest, 'ip-domain-expanded': DOMAIN }, 'old-form');
      await putGroup({ ...rest, 'ip-domains': domains }, 'new-form');
      assert.deepEqual(simulator.deviceGroups.get('old-form')?.['ip-domain-expanded'], DOMAIN);
      assert.deepEqual(simulator.deviceGroups.get('new-form'), {
        'group-name': 'new-form',
        ...rest,
        'ip-domain-expanded': {},
      });
    });

    it('have their rates converted to bps by the unit in any case, and keep the unit (D.3 rule 5)', async () => {
      const cases: [string | undefined, number][] = [
        ['bps', 3],
        ['KBPS', 3_000],
        ['Mbps', 3_000_000],
        ['gbPs', 3_000_000_000],
        ['furlongs', 3],
        [undefined, 3],
      ];
      for (const [unit, expected] of cases) {
        await putGroup(withQos({ 'dnn-mbr-uplink': 3, 'bitrate-unit': unit }));
        const qos = simulator.deviceGroups.get('cameras')?.['ip-domains']?.[0]?.['ue-dnn-qos'];
        assert.deepEqual(qos, { 'dnn-mbr-uplink': expected, ...(unit !== undefined && { 'bitrate-unit': unit }) });
      }
    });

    it('are refused with 400 when a rate does not fit int64 or an mtu int32', async () => {
      const reply = await putGroup('{"ip-domains":[{"ue-dnn-qos":{"dnn-mbr-uplink":9223372036854775808}}]}');
      assert.equal(reply.status, 400);
      assert.match(errorOf(reply), /ip-domains\[0\]\.ue-dnn-qos\.dnn-mbr-uplink, which is int64/);
      assert.equal((await putGroup('{"ip-domains":[{"mtu":2147483648}]}')).status, 400);
      assert.equal((await putGroup('{"ip-domains":[{"mtu":2147483647}]}')).status, 200);
    });

    it('with the largest int64 as rate are stored but cannot be read back', async () => {
      assert.equal((await putGroup(withQos({ 'dnn-mbr-uplink': -1 }))).status, 200);
      assert.equal((await call('GET', '/config/v1/device-group/cameras')).status, 500);
    });

    it('lose zeros and empty strings when they are read back', async () => {
      await putGroup({ imsis: [], 'site-info': '', 'ip-domains': [{ dnn: 'internet', mtu: 0, 'dns-secondary': '' }] });
      assert.deepEqual((await call('GET', '/config/v1/device-group/cameras')).body, {
        'group-name': 'cameras',
        imsis: [],
        'ip-domains': [{ dnn: 'internet' }],
      });
    });

    it('keep a stored member that a later document leaves empty, while imsis are always replaced', async () => {
      await putGroup(GROUP);
      await putGroup({ 'ip-domains': [] });
      assert.deepEqual(simulator.deviceGroups.get('cameras'), { 'group-name': 'cameras', ...GROUP, imsis: null });
    });

    it('are deleted with 200 whether they were there or not, and leave every slice first', async () => {
      await putGroup(GROUP);
      await putGroup(GROUP, 'sensors');
      await putSlice({ ...SLICE, 'site-device-group': ['sensors', 'cameras'] });
      await putSlice(SLICE, 'slice-2');
      assert.deepEqual(await call('DELETE', '/config/v1/device-group/cameras'), { status: 200, body: {} });
      assert.deepEqual([...simulator.deviceGroups.keys()], ['sensors']);
      assert.deepEqual(simulator.networkSlices.get('slice-1')?.['site-device-group'], ['sensors']);
      assert.deepEqual(simulator.networkSlices.get('slice-2')?.['site-device-group'], []);
      assert.deepEqual(await call('DELETE', '/config/v1/device-group/cameras'), { status: 200, body: {} });
      assert.deepEqual(await call('DELETE', '/config/v1/device-group/1'), { status: 200, body: {} });
    });

    it('stay with 500 when a slice that has them has a wrong sst, and go at the second attempt', async () => {
      await putGroup(GROUP);
      await putSlice({ ...SLICE, 'slice-id': { sst: 'FF' } });
      assert.equal((await call('DELETE', '/config/v1/device-group/cameras')).status, 500);
      assert.equal(simulator.deviceGroups.has('cameras'), true);
      assert.equal((await call('DELETE', '/config/v1/device-group/cameras')).status, 200);
      assert.equal(simulator.deviceGroups.has('cameras'), false);
    });
  });

  describe('network slices', () => {
    it('are stored by POST or PUT and read back, their groups sorted and without duplicates', async () => {
      const groups = ['sensors', 'cameras', 'sensors'];
      assert.deepEqual(await putSlice({ ...SLICE, 'site-device-group': groups }), { status: 200, body: {} });
      await call('PUT', '/config/v1/network-slice/slice-2', SLICE);
      assert.deepEqual((await call('GET', '/config/v1/network-slice/slice-1')).body, {
        'slice-name': 'slice-1',
        ...SLICE,
        'site-device-group': ['cameras', 'sensors'],
      });
      assert.deepEqual((await call('GET', '/config/v1/network-slice')).body, ['slice-1', 'slice-2']);
      assert.deepEqual(await call('GET', '/config/v1/network-slice/slice-3'), { status: 404, body: null });
    });

    it('are refused with 400 under a bad name, also for DELETE', async () => {
      assert.equal((await putSlice(SLICE, '7')).status, 400);
      assert.equal((await call('DELETE', '/config/v1/network-slice/7')).status, 400);
    });

    it('are refused with 400 for another content type and for a body that is no JSON', async () => {
      assert.equal((await call('POST', '/config/v1/network-slice/slice-1', SLICE, 'text/json')).status, 400);
      assert.equal((await putSlice('not json')).status, 400);
      assert.equal(simulator.networkSlices.size, 0);
    });

    for (const version of ['2.0', '3.0'] as const) {
      it(`are refused with 400 on ${version} when a gNB's name has dots or starts with a digit (D.3 rule 2)`, async () => {
        await start({ version });
        for (const name of ['6.7.8.9', 'cell-1.example.org', '1cell', 'c', '']) {
          const reply = await putSlice(withGnbs({ name, tac: 1 }));
          assert.equal(reply.status, 400, name);
          assert.match(errorOf(reply), /gNB name/);
        }
        assert.equal((await putSlice(withGnbs({ name: 'cell_1-B', tac: 1 }))).status, 200);
      });
    }

    it('are refused with 400 when a tac is not within 1..16777215 (D.3 rule 2)', async () => {
      for (const tac of [0, -1, 16_777_216]) {
        const reply = await putSlice(withGnbs({ name: 'cell-1', tac }));
        assert.equal(reply.status, 400, String(tac));
        assert.match(errorOf(reply), /tac -?\d+ is not within 1\.\.16777215/);
      }
      assert.equal((await putSlice(withGnbs({ name: 'cell-1' }))).status, 400);
      assert.equal((await putSlice(withGnbs({ name: 'cell-1', tac: 16_777_215 }))).status, 200);
    });

    it('are refused with 400 from 2.1 on when a filtering rule has no traffic class (D.3 rule 3)', async () => {
      const { 'traffic-class': _, ...rule } = RULE;
      for (const version of ['2.1', '3.0'] as const) {
        await start({ version });
        const reply = await putSlice(withRules(RULE, rule));
        assert.equal(reply.status, 400);
        assert.match(errorOf(reply), /rule camera has no traffic-class/);
        assert.equal((await putSlice(withRules({ ...rule, 'traffic-class': null }))).status, 400);
        assert.equal((await putSlice(withRules({ ...rule, 'traffic-class': {} }))).status, 200);
      }
    });

    it('may have a filtering rule without traffic class on 2.0 (D.3 rule 3)', async () => {
      await start({ version: '2.0' });
      const { 'traffic-class': _, ...rule } = RULE;
      assert.equal((await putSlice(withRules(rule))).status, 200);
      assert.deepEqual(simulator.networkSlices.get('slice-1')?.['application-filtering-rules'], [rule]);
    });

    it('with an sst that is not decimal are refused with 400 and stored all the same (D.3 rules 4 and 6)', async () => {
      for (const [index, sst] of ['FF', '0x1', '-1', '+1', ' 1', '', '4294967296', '1.0'].entries()) {
        const reply = await putSlice({ ...SLICE, 'slice-id': { sst, sd: '01' } }, `slice-${index}`);
        assert.equal(reply.status, 400, sst);
        assert.match(errorOf(reply), /sst/);
        assert.equal(simulator.networkSlices.get(`slice-${index}`)?.['slice-id'].sst ?? '', sst);
      }
    });

    it('may have an sst above 255: the core only asks for 32 bits (D.3 rule 4)', async () => {
      assert.equal((await putSlice({ ...SLICE, 'slice-id': { sst: '256' } })).status, 200);
      assert.equal((await putSlice({ ...SLICE, 'slice-id': { sst: '4294967295' } })).status, 200);
    });

    it('read an sst of 10 as ten, not as sixteen (D.3 rule 4)', async () => {
      await call('POST', `/api/subscriber/${UE}`, CREDENTIALS);
      await putGroup(GROUP);
      await putSlice({ ...SLICE, 'slice-id': { sst: '10', sd: '0A0B0C' } });
      assert.equal(simulator.provisioned.get(UE)?.[0]?.sst, 10);
    });

    it('have app-mbr clamped to the largest int32 after the conversion to bps (D.3 rule 5)', async () => {
      const rule = (rate: number, unit: string): unknown => ({ ...RULE, 'app-mbr-uplink': rate, 'bitrate-unit': unit });
      await putSlice(withRules(rule(2_147, 'Mbps'), rule(2_148, 'MBPS'), rule(-5, 'bps'), rule(7, 'kbps')));
      const rates = simulator.networkSlices.get('slice-1')?.['application-filtering-rules'] ?? [];
      assert.deepEqual(
        rates.map((known) => known['app-mbr-uplink']),
        [2_147_000_000, 2_147_483_647, 2_147_483_647, 7_000],
      );
    });

    it('are refused with 400 when an app-mbr, a priority, a port or a tac does not fit int32', async () => {
      const members = [
        'app-mbr-uplink',
        'app-mbr-downlink',
        'priority',
        'protocol',
        'dest-port-start',
        'dest-port-end',
      ];
      for (const member of members) {
        const reply = await putSlice(withRules({ ...RULE, [member]: 2_147_483_648 }));
        assert.equal(reply.status, 400, member);
        assert.match(errorOf(reply), new RegExp(`application-filtering-rules\\[0\\]\\.${member}, which is int32`));
      }
      assert.equal((await putSlice(withGnbs({ name: 'cell-1', tac: 2 ** 40 }))).status, 400);
    });

    it('keep the filtering rules stored before when a later document has none', async () => {
      await putSlice(SLICE);
      await putSlice({ ...SLICE, 'application-filtering-rules': [] });
      assert.deepEqual(simulator.networkSlices.get('slice-1')?.['application-filtering-rules'], [RULE]);
      await call('DELETE', '/config/v1/network-slice/slice-1');
      await putSlice({ ...SLICE, 'application-filtering-rules': [] });
      assert.equal(simulator.networkSlices.get('slice-1')?.['application-filtering-rules'], undefined);
    });

    it('are deleted with 200 whether they were there or not, and their groups stay', async () => {
      await putGroup(GROUP);
      await putSlice(SLICE);
      assert.deepEqual(await call('DELETE', '/config/v1/network-slice/slice-1'), { status: 200, body: {} });
      assert.deepEqual(await call('DELETE', '/config/v1/network-slice/slice-1'), { status: 200, body: {} });
      assert.equal(simulator.networkSlices.size, 0);
      assert.equal(simulator.deviceGroups.size, 1);
    });

    it('skip groups that are missing or have no IP domain, with 200 and only a warning (D.3 rule 1)', async () => {
      await putGroup({ imsis: GROUP.imsis, 'ip-domain-expanded': DOMAIN });
      assert.equal((await putSlice({ ...SLICE, 'site-device-group': ['ghosts', 'cameras'] })).status, 200);
      assert.deepEqual(simulator.warnings, [
        { kind: 'skipped', slice: 'slice-1', deviceGroup: 'cameras', reason: 'the device group has no IP domain' },
        { kind: 'skipped', slice: 'slice-1', deviceGroup: 'ghosts', reason: 'no such device group' },
      ]);
    });
  });

  describe('subscribers', () => {
    const session = {
      plmn: '00101',
      sst: 1,
      sd: '0A0B0C',
      dnns: [{ dnn: 'internet', uplinkBps: 20_000_000, downlinkBps: 100_000_000, qci: 7 }],
    };

    it('are created with 201, refused with 409 when they exist, and listed', async () => {
      assert.deepEqual(await call('POST', `/api/subscriber/${UE}`, CREDENTIALS), { status: 201, body: {} });
      assert.equal((await call('POST', `/api/subscriber/${UE}`, CREDENTIALS)).status, 409);
      assert.deepEqual((await call('GET', '/api/subscriber')).body, [{ plmnID: '', ueId: UE }]);
      const { plmnID: _, ...kept } = CREDENTIALS;
      assert.deepEqual(simulator.subscribers.get(UE), { ueId: UE, ...kept });
    });

    it('are refused with 400 without opc, key or sequence number, or when the body is no JSON', async () => {
      for (const missing of ['opc', 'key', 'sequenceNumber']) {
        assert.equal((await call('POST', `/api/subscriber/${UE}`, { ...CREDENTIALS, [missing]: '' })).status, 400);
      }
      assert.equal((await call('POST', `/api/subscriber/${UE}`, '{')).status, 400);
      assert.equal(simulator.subscribers.size, 0);
    });

    it('are changed by PUT with 204, or 404 when they are not there', async () => {
      assert.equal((await call('PUT', `/api/subscriber/${UE}`, CREDENTIALS)).status, 404);
      await call('POST', `/api/subscriber/${UE}`, CREDENTIALS);
      const changed = { ...CREDENTIALS, sequenceNumber: 'ff' };
      assert.deepEqual(await call('PUT', `/api/subscriber/${UE}`, changed), { status: 204, body: '' });
      assert.equal((await call('PUT', `/api/subscriber/${UE}`, {})).status, 400);
      const reply = await call('GET', `/api/subscriber/${UE}`);
      const read = reply.body as { AuthenticationSubscription: { sequenceNumber: unknown } };
      assert.deepEqual(read.AuthenticationSubscription.sequenceNumber, { sqn: 'ff' });
    });

    it('leave their device groups when they are deleted, which answers 204 even without them', async () => {
      await call('POST', `/api/subscriber/${UE}`, CREDENTIALS);
      await putGroup({ ...GROUP, imsis: ['001010000000001', '001010000000002'] });
      assert.deepEqual(await call('DELETE', `/api/subscriber/${UE}`), { status: 204, body: '' });
      assert.deepEqual(simulator.deviceGroups.get('cameras')?.imsis, ['001010000000002']);
      assert.equal((await call('GET', `/api/subscriber/${UE}`)).status, 404);
      assert.equal((await call('DELETE', `/api/subscriber/${UE}`)).status, 204);
      assert.equal((await call('PATCH', `/api/subscriber/${UE}`, {})).status, 200);
    });

    it('get their session from group and slice in either order, if the core knows them', async () => {
      await call('POST', `/api/subscriber/${UE}`, CREDENTIALS);
      await putGroup({ ...GROUP, imsis: ['001010000000001', '001010000000002'] });
      assert.equal(simulator.provisioned.size, 0);
      await putSlice(SLICE);
      assert.deepEqual([...simulator.provisioned], [[UE, [session]]]);
      assert.deepEqual((await call('GET', '/api/subscriber')).body, [{ plmnID: '00101', ueId: UE }]);
      await start();
      await call('POST', `/api/subscriber/${UE}`, CREDENTIALS);
      await putSlice(SLICE);
      await putGroup(GROUP);
      assert.deepEqual([...simulator.provisioned], [[UE, [session]]]);
    });

    it('lose their session with their group, with the slice, and with their place in the group', async () => {
      const remove: (() => Promise<Reply>)[] = [
        () => call('DELETE', '/config/v1/device-group/cameras'),
        () => call('DELETE', '/config/v1/network-slice/slice-1'),
        () => putGroup({ ...GROUP, imsis: [] }),
        () => putSlice({ ...SLICE, 'site-device-group': [] }),
      ];
      for (const step of remove) {
        await start();
        await call('POST', `/api/subscriber/${UE}`, CREDENTIALS);
        await putGroup(GROUP);
        await putSlice(SLICE);
        assert.equal(simulator.provisioned.size, 1);
        assert.equal((await step()).status, 200);
        assert.equal(simulator.provisioned.size, 0);
        assert.equal(simulator.subscribers.size, 1);
      }
    });

    it('make a slice fail with 500, though stored, when a DNN of a known one has no traffic class', async () => {
      await call('POST', `/api/subscriber/${UE}`, CREDENTIALS);
      await putGroup(withQos({ 'dnn-mbr-uplink': 1 }));
      const reply = await putSlice(SLICE);
      assert.equal(reply.status, 500);
      assert.match(errorOf(reply), /DNN internet has no traffic class/);
      assert.equal(simulator.networkSlices.has('slice-1'), true);
      assert.equal(simulator.provisioned.size, 0);
    });

    it('are given the fixed 5QI 9 on 2.0, whose groups need a ue-dnn-qos', async () => {
      await start({ version: '2.0' });
      await call('POST', `/api/subscriber/${UE}`, CREDENTIALS);
      await putGroup({ imsis: GROUP.imsis, 'ip-domain-expanded': DOMAIN });
      await putSlice(SLICE);
      assert.equal(simulator.provisioned.get(UE)?.[0]?.dnns[0]?.qci, 9);
      assert.equal((await putGroup({ imsis: GROUP.imsis, 'ip-domains': [DOMAIN] })).status, 500);
    });
  });

  describe('inventory', () => {
    it('creates gNBs with 201, refuses a second one, a bad name and a bad tac with 400, lists and deletes', async () => {
      assert.equal((await call('POST', '/config/v1/inventory/gnb', { name: 'cell-1', tac: 5 })).status, 201);
      assert.equal((await call('POST', '/config/v1/inventory/gnb', { name: 'cell-2' })).status, 201);
      assert.equal((await call('POST', '/config/v1/inventory/gnb', { name: 'cell-1', tac: 5 })).status, 400);
      assert.equal((await call('POST', '/config/v1/inventory/gnb', { name: '10.0.0.1', tac: 5 })).status, 400);
      assert.equal((await call('POST', '/config/v1/inventory/gnb', { name: 'cell-3', tac: 0 })).status, 400);
      assert.equal((await call('PUT', '/config/v1/inventory/gnb/cell-3', {})).status, 400);
      assert.equal((await call('PUT', '/config/v1/inventory/gnb/cell-3', { tac: 8 })).status, 200);
      assert.equal((await call('DELETE', '/config/v1/inventory/gnb/cell-2')).status, 200);
      const expected = [
        { name: 'cell-1', tac: 5 },
        { name: 'cell-3', tac: 8 },
      ];
      assert.deepEqual((await call('GET', '/config/v1/inventory/gnb')).body, expected);
    });

    it('creates UPFs with 201, refuses a host without two dots and a port that is no numeric string', async () => {
      const upf = { hostname: 'upf.edge.example.org', port: '8805' };
      assert.equal((await call('POST', '/config/v1/inventory/upf', upf)).status, 201);
      assert.equal((await call('POST', '/config/v1/inventory/upf', upf)).status, 400);
      for (const bad of [{ hostname: 'upf' }, { port: '65536' }, { port: 'x' }, { port: 8805 }]) {
        assert.equal((await call('POST', '/config/v1/inventory/upf', { ...upf, ...bad })).status, 400);
      }
      assert.equal((await call('PUT', '/config/v1/inventory/upf/upf', { port: '1' })).status, 400);
      assert.equal((await call('PUT', '/config/v1/inventory/upf/upf.edge.example.org', { port: '1' })).status, 200);
      assert.deepEqual((await call('GET', '/config/v1/inventory/upf')).body, [{ ...upf, port: '1' }]);
      assert.equal((await call('DELETE', '/config/v1/inventory/upf/upf.edge.example.org')).status, 200);
      assert.equal(simulator.upfs.size, 0);
    });

    it('changes the slices that name the gNB or the UPF', async () => {
      await putSlice(SLICE);
      await call('PUT', '/config/v1/inventory/gnb/cell-1', { tac: 99 });
      await call('PUT', '/config/v1/inventory/upf/upf.edge.example.org', { port: '8806' });
      const changed = simulator.networkSlices.get('slice-1')?.['site-info'];
      assert.deepEqual(changed?.gNodeBs, [{ name: 'cell-1', tac: 99 }]);
      assert.deepEqual(changed?.upf, { 'upf-name': 'upf.edge.example.org', 'upf-port': '8806' });
      await call('DELETE', '/config/v1/inventory/gnb/cell-1');
      await call('DELETE', '/config/v1/inventory/upf/upf.edge.example.org');
      const { upf: _, ...site } = SLICE['site-info'];
      assert.deepEqual(simulator.networkSlices.get('slice-1')?.['site-info'], { ...site, gNodeBs: [] });
    });
  });

  describe('requests', () => {
    it('redirect a path with a slash too many, and find nothing for other paths and methods', async () => {
      assert.equal((await call('GET', '/config/v1/device-group/')).status, 301);
      assert.equal((await call('POST', '/config/v1/inventory/gnb/', {})).status, 307);
      for (const [method, path] of [
        ['GET', '/v1/device-group'],
        ['POST', '/config/v1/device-group'],
        ['PATCH', '/config/v1/device-group/cameras'],
        ['GET', '/config//v1/device-group'],
        ['GET', '/config/v1/device-group/a/b'],
      ] as const) {
        assert.equal((await call(method, path)).status, 404, `${method} ${path}`);
      }
      assert.equal((await call('GET', '/config/v1/device-group/%zz')).status, 400);
    });

    it('are logged with body and status, up to the limit, and told to the listener', async () => {
      const told: string[] = [];
      await start({ logLimit: 2, onRequest: ({ method, path, status }) => told.push(`${method} ${path} ${status}`) });
      await call('GET', '/config/v1/device-group');
      await putGroup('{"imsis":[]}');
      await putGroup('{');
      const path = '/config/v1/device-group/cameras';
      assert.deepEqual(simulator.requests, [
        { method: 'POST', path, body: '{"imsis":[]}', status: 200 },
        { method: 'POST', path, body: '{', status: 400 },
      ]);
      assert.deepEqual(told, ['GET /config/v1/device-group 200', `POST ${path} 200`, `POST ${path} 400`]);
      simulator.clearLog();
      assert.deepEqual(simulator.requests, []);
    });

    it('can be waited for', async () => {
      const waiting = simulator.waitFor(({ deviceGroups }) => deviceGroups.has('cameras'));
      await putGroup(GROUP);
      await waiting;
      const aborted = assert.rejects(
        simulator.waitFor(() => false, AbortSignal.abort()),
        /aborted/,
      );
      const closed = assert.rejects(
        simulator.waitFor(() => false),
        /closed/,
      );
      await simulator.close();
      await Promise.all([aborted, closed]);
    });
  });
});
