// Checks what tenants' slices become on a fabric: numbers, classes, queues and rates, flows, and what is refused or not offered.

import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { controllerAdapter as adapter } from '../../../adapters/sd-fabric/controller-adapter.ts';
import type { Device, Json } from '../../../src/southbound/adapter.ts';
import { CompiledModel, device, documentsOf, refsOf } from './stage.ts';
import { FABRIC, type TenantOptions, tenantJson } from './tenant.ts';

describe('sd-fabric: documents of tenants', () => {
  let aether: CompiledModel;
  before(async () => {
    aether = await CompiledModel.of('aether', '2.1');
  });

  const onos = device('sd-fabric', { endpoints: [FABRIC] });
  const root = (options: TenantOptions = {}) => aether.view('acme', aether.tree(tenantJson(options)));
  const numbered = (options: TenantOptions = {}) => root({ device: 'onos-1', ...options });
  const documents = (options: TenantOptions = {}, on: Device = onos): Record<string, Json> =>
    documentsOf(adapter, aether.model, numbered(options), on);

  it('makes a slice with a queue for each class that its groups, applications and settings call for', () => {
    const all = documents();
    assert.deepEqual(all['slice/1'], {
      name: 'acme/north/video',
      tcs: {
        CONTROL: { queueId: 2, maxRateBps: '2000000' },
        REAL_TIME: { queueId: 12, maxRateBps: '20000000' },
        ELASTIC: { queueId: 22, gminRateBps: '1000000' },
      },
    });
    assert.deepEqual(all['slice/2'], { name: 'acme/north/control', tcs: { CONTROL: { queueId: 3 } } });
    assert.deepEqual(all['default-class/1'], { slice: 1, trafficClass: 'ELASTIC' });
    assert.equal(all['default-class/2'], undefined);
  });

  it('tells packets of the slice apart by its addresses, the application and each port, in both directions', () => {
    const flows = Object.entries(documents()).filter(([id]) => id.startsWith('flow/'));
    const udp = (port: number) => [
      [`flow/IP_PROTO=17,IPV4_SRC=10.41.0.0/24,IPV4_DST=10.20.1.0/24,UDP_DST=${port}`, 'REAL_TIME'],
      [`flow/IP_PROTO=17,IPV4_SRC=10.20.1.0/24,IPV4_DST=10.41.0.0/24,UDP_SRC=${port}`, 'REAL_TIME'],
    ];
    assert.deepEqual(
      flows.map(([id, body]) => [id, (body as { trafficClass: string }).trafficClass]).sort(),
      [
        ...udp(8000),
        ...udp(8001),
        ['flow/IP_PROTO=6,IPV4_SRC=10.41.0.0/24,IPV4_DST=10.20.1.0/24,TCP_DST=443', 'ELASTIC'],
        ['flow/IP_PROTO=6,IPV4_SRC=10.20.1.0/24,IPV4_DST=10.41.0.0/24,TCP_SRC=443', 'ELASTIC'],
      ].sort(),
    );
    assert.deepEqual(documents()['flow/IP_PROTO=17,IPV4_SRC=10.41.0.0/24,IPV4_DST=10.20.1.0/24,UDP_DST=8000'], {
      slice: 1,
      trafficClass: 'REAL_TIME',
      criteria: [
        { type: 'IP_PROTO', protocol: 17 },
        { type: 'IPV4_SRC', ip: '10.41.0.0/24' },
        { type: 'IPV4_DST', ip: '10.20.1.0/24' },
        { type: 'UDP_DST', udpPort: 8000 },
      ],
    });
  });

  it('puts slices on the base, and default class and flows after their slice', () => {
    const refs = refsOf(adapter, aether.model, numbered(), onos);
    assert.deepEqual(
      refs.find(({ id }) => id === 'slice/1'),
      {
        kind: 'slice',
        id: 'slice/1',
        source: ['site', 'north', 'slice', 'video'],
        dependsOn: ['slice/0'],
        serves: [['site', 'north', 'device-group', 'cameras']],
        uses: [
          { pool: 'slice', amount: 1, number: 1 },
          { pool: 'queue CONTROL', amount: 1, number: 2 },
          { pool: 'queue REAL_TIME', amount: 1, number: 12 },
          { pool: 'queue ELASTIC', amount: 1, number: 22 },
        ],
      },
    );
    for (const { id, kind, dependsOn } of refs) {
      if (kind !== 'slice') assert.deepEqual(dependsOn, ['slice/1'], id);
    }
  });

  it('asks for numbers and lists nothing of a slice until it has all of them', () => {
    const [north] = root().list('site');
    assert.ok(north);
    assert.deepEqual(
      adapter.allocations?.(north, onos).map(({ source, pool, first, last }) => [source[3], pool, first, last]),
      [
        ['control', 'slice', 1, 15],
        ['control', 'queue CONTROL', 2, 11],
        ['video', 'slice', 1, 15],
        ['video', 'queue CONTROL', 2, 11],
        ['video', 'queue REAL_TIME', 12, 21],
        ['video', 'queue ELASTIC', 22, 31],
      ],
    );
    assert.deepEqual(adapter.list(north, onos), []);
    assert.equal(adapter.capacity?.(onos, 'slice'), 15);
    assert.equal(adapter.capacity?.(onos, 'queue ELASTIC'), 10);
    assert.equal(adapter.capacity?.(onos, 'sid'), undefined);
  });

  it('refuses a range of ports that is too wide, with the limit', () => {
    assert.equal(Object.keys(documents({ ports: [8000, 8015] })).filter((id) => id.includes('UDP_DST')).length, 16);
    assert.throws(() => documents({ ports: [8000, 8016] }), {
      code: 'FAILED_PRECONDITION',
      message:
        'application archive, endpoint ingest: ports 8000 to 8016 are 17 ports, and the fabric, which has a rule for each, ' +
        'takes ranges of 16 at most; divide the range, or take the endpoint to another application',
    });
  });

  it('refuses numbers that the fabric does not have, and rates that it cannot tell', () => {
    assert.throws(() => documents({ first: 16 }), {
      code: 'FAILED_PRECONDITION',
      message: /allocation\[device=onos-1\]\[pool=slice\]: 17 is not among the numbers 1 to 15 that the fabric has/,
    });
    assert.throws(() => documents({ uplink: '9223372036854775808' }), {
      code: 'FAILED_PRECONDITION',
      message: /slice video, mbr: 9223372036854775808 bps is more than the 9223372036854775807 bps/,
    });
    assert.doesNotThrow(() => documents({ uplink: '9223372036854775807' }));
  });

  it('says what the fabric cannot do', () => {
    const [north] = numbered().list('site');
    assert.ok(north);
    assert.deepEqual(adapter.gaps?.(north, onos), [
      {
        source: ['site', 'north', 'slice', 'video'],
        reason: 'application six: the fabric tells packets apart by IPv4 addresses only, not 2001:db8::/64',
      },
    ]);
  });

  it('takes other ranges of queues from the device, and refuses wrong ones', () => {
    const check = (parameters: Record<string, string>) => adapter.checkDevice?.({ ...onos, parameters });
    check({ 'queues-control': '2-3', 'queues-real-time': '4-6', 'queues-elastic': '7-7' });
    assert.throws(() => check({ 'queues-control': '1-3' }), {
      message:
        "/device[name=onos-1]/parameter[name=queues-control]: '1-3' is no range of queues from 2 to 31; write it like 2-11",
    });
    assert.throws(() => check({ 'queues-control': '2-12' }), /queue 12 is among those of queues-control already/);
    assert.throws(() => check({ colour: 'red' }), {
      code: 'FAILED_PRECONDITION',
      message: /parameter\[name=colour\]: the adapter sd-fabric knows no such parameter; it knows queues-control/,
    });
    for (const address of [
      'grpc://onos:1',
      'http://',
      'http://onos:99999',
      'http://me:secret@onos',
      'http://onos?a=b',
    ]) {
      assert.throws(() => adapter.checkDevice?.({ ...onos, address }), /must be the http or https address/, address);
    }
    const other = {
      ...onos,
      parameters: { 'queues-real-time': '4-6', 'queues-elastic': '12-12', 'queues-control': '2-3' },
    };
    assert.throws(() => documents({}, other), /pool=queue REAL_TIME\]: 12 is not among the numbers 4 to 6/);
  });
});
