// Checks what a fabric's own intent becomes on its controller: ids, order, bodies, numbers, and what is refused or not offered.

import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { controllerAdapter as adapter } from '../../../adapters/sd-fabric/controller-adapter.ts';
import { controllerPort, placeOfControllerPort } from '../../../adapters/sd-fabric/port-number.ts';
import type { DocumentRef, Json } from '../../../src/southbound/adapter.ts';
import type { Plain } from '../../southbound/intent.ts';
import { CompiledModel, device, documentsOf, refsOf } from './stage.ts';

const ENDPOINT = 'http://onos.tutorial.example:8181';
const FULL_ENDPOINT = 'http://onos.north.example:8181';

describe('sd-fabric: documents of a fabric', () => {
  let fabric: CompiledModel;
  before(async () => {
    fabric = await CompiledModel.of('fabric', '1');
  });

  const onos = device('sd-fabric', { endpoints: [ENDPOINT, FULL_ENDPOINT] });
  const withSids = (tree: { [name: string]: Plain }, sids: Readonly<Record<string, number>>) => {
    const switches = tree.switch as readonly { [name: string]: Plain }[];
    const allocated = switches.map((each) => ({
      ...each,
      allocation: [{ device: 'onos-1', pool: 'sid', number: sids[String(each['switch-id'])] ?? 0 }],
    }));
    return { ...tree, switch: allocated };
  };
  const documents = (tree: Plain): Record<string, Json> =>
    documentsOf(adapter, fabric.model, fabric.view('fabric', tree), onos);
  const refs = (tree: Plain): DocumentRef[] => refsOf(adapter, fabric.model, fabric.view('fabric', tree), onos);
  const tutorial = () => withSids(fabric.sample('tutorial'), { leaf1: 101, leaf2: 102, spine1: 201, spine2: 202 });

  it('makes of the tutorial fabric exactly what its files say', () => {
    assert.deepEqual(documents(tutorial()), {
      ...switchDocuments('leaf1', 50_001, 'fabric-upf', 200, 600, 101, '192.168.1.1', '00:AA:00:00:00:01', true),
      ...switchDocuments('leaf2', 50_002, 'fabric-upf', 800, 600, 102, '192.168.1.2', '00:AA:00:00:00:02', true),
      ...switchDocuments('spine1', 50_003, 'fabric', 400, 400, 201, '192.168.2.1', '00:BB:00:00:00:01', false),
      ...switchDocuments('spine2', 50_004, 'fabric', 600, 400, 202, '192.168.2.2', '00:BB:00:00:00:02', false),
      ...interfaceDocument('leaf1', 3, '172.16.1.254/24', { 'vlan-untagged': 100 }),
      ...interfaceDocument('leaf1', 4, '172.16.1.254/24', { 'vlan-untagged': 100 }),
      ...interfaceDocument('leaf1', 5, '172.16.1.254/24', { 'vlan-tagged': [100] }),
      ...interfaceDocument('leaf1', 6, '172.16.2.254/24', { 'vlan-tagged': [200] }),
      ...interfaceDocument('leaf2', 3, '172.16.3.254/24', { 'vlan-tagged': [300] }),
      ...interfaceDocument('leaf2', 4, '172.16.4.254/24', { 'vlan-untagged': 400 }),
      'hosts/00:00:00:00:00:1A/None/basic': { name: 'h1a', locType: 'grid', gridX: 100, gridY: 700 },
      'hosts/00:00:00:00:00:1C/100/basic': { name: 'h1c', locType: 'grid', gridX: 250, gridY: 800 },
      'apps/org.omecproject.up4/up4': { devices: ['device:leaf1', 'device:leaf2'], pscEncapEnabled: true },
      'slice/0': { name: 'Default', tcs: { REAL_TIME: { queueId: 1, isSystemTc: true } } },
    });
  });

  it('says all that the full sample says, and pairs each switch with the other one', () => {
    const all = documents(withSids(fabric.sample('full'), { leaf1: 101, leaf2: 102, spine1: 103 }));
    const { 'devices/device:leaf1/segmentrouting': first, 'devices/device:leaf2/segmentrouting': second } = all;
    assert.deepEqual(first, {
      ipv4NodeSid: 101,
      ipv4Loopback: '192.168.1.1',
      routerMac: '00:AA:00:00:00:01',
      isEdgeRouter: true,
      adjacencySids: [],
      pairDeviceId: 'device:leaf2',
      pairLocalPort: 2,
    });
    assert.deepEqual(second, {
      ipv4NodeSid: 102,
      ipv4Loopback: '10.0.0.2',
      routerMac: '00:00:0A:00:00:02',
      isEdgeRouter: true,
      adjacencySids: [],
      pairDeviceId: 'device:leaf1',
      pairLocalPort: 2,
    });
    assert.deepEqual(all['ports/device:leaf1/101/interfaces'], [
      {
        name: 'leaf1-host',
        ips: ['172.16.1.254/24', '172.16.2.254/24', '172.16.3.254/24'],
        'vlan-native': 100,
        'vlan-tagged': [200],
      },
    ]);
    assert.deepEqual(all['apps/org.onosproject.route-service/routes'], [
      { prefix: '10.41.0.0/24', nextHop: '172.16.2.1' },
      { prefix: '0.0.0.0/0', nextHop: '172.16.1.1' },
    ]);
    assert.deepEqual(all['apps/org.onosproject.dhcprelay/default'], [
      { dhcpServerConnectPoint: 'device:leaf1/101', serverIps: ['10.0.9.9'] },
    ]);
    assert.deepEqual(all['apps/org.omecproject.up4/up4'], {
      devices: ['device:leaf1', 'device:leaf2'],
      pscEncapEnabled: true,
      maxUes: 500,
      uePools: ['10.41.0.0/24'],
      n3Addr: '140.0.100.254',
      sliceId: 0,
      dbufDrainAddr: '140.0.99.254',
    });
    assert.deepEqual(all['apps/org.omecproject.up4/dbuf'], {
      serviceAddr: 'dbuf.example:10000',
      dataplaneAddr: '140.0.99.1:2152',
    });
    assert.deepEqual(all['apps/org.stratumproject.fabric-tna/report'], {
      collectorIp: '10.128.0.1',
      collectorPort: 32_766,
      minFlowHopLatencyChangeNs: 300,
      watchSubnets: ['10.0.0.0/24'],
      queueReportLatencyThresholds: { 0: { triggerNs: 2000, resetNs: 1500 }, 7: { triggerNs: 500 } },
    });
    assert.deepEqual(all['slice/0'], {
      name: 'Default',
      tcs: { REAL_TIME: { queueId: 1, isSystemTc: true, maxRateBps: '10000000' } },
    });
  });

  it('asks for a node SID for each switch, from 101 on, and leaves routing out until there is one', () => {
    const root = fabric.view('fabric', fabric.sample('tutorial'));
    assert.deepEqual(
      adapter
        .allocations?.(root, onos)
        .map(({ source, pool, first, last, number }) => [source.join('/'), pool, first, last, number]),
      ['leaf1', 'leaf2', 'spine1', 'spine2'].map((id) => [`switch/${id}`, 'sid', 101, 1_048_575, undefined]),
    );
    const ids = refs(fabric.sample('tutorial')).map(({ id }) => id);
    assert.ok(ids.includes('devices/device:leaf1/basic') && ids.includes('ports/device:leaf1/3/interfaces'));
    assert.ok(!ids.some((id) => id.endsWith('/segmentrouting')));
    const routing = refs(tutorial()).find(({ id }) => id === 'devices/device:leaf2/segmentrouting');
    assert.deepEqual(routing, {
      kind: 'netcfg',
      id: 'devices/device:leaf2/segmentrouting',
      source: ['switch', 'leaf2'],
      dependsOn: ['devices/device:leaf2/basic'],
      uses: [{ pool: 'sid', amount: 1, number: 102 }],
    });
  });

  it('lists nothing for a controller that does not answer for the fabric', () => {
    assert.deepEqual(adapter.endpoints(fabric.view('fabric', tutorial())), [ENDPOINT]);
    const other = device('sd-fabric', { endpoints: ['http://onos.elsewhere.example'] });
    const root = fabric.view('fabric', tutorial());
    assert.deepEqual(adapter.list(root, other), []);
    assert.deepEqual(adapter.allocations?.(root, other), []);
  });

  it('says what the controller has no words for', () => {
    const root = fabric.view('fabric', fabric.sample('full'));
    assert.deepEqual(adapter.gaps?.(root, onos), [
      { source: ['route', 'uplink'], reason: 'metric: routes of the controller have none' },
    ]);
  });

  it('refuses a switch by name without a loopback address', () => {
    const tree = tutorial() as unknown as { switch: { 'segment-routing'?: Plain }[] };
    delete tree.switch[0]?.['segment-routing'];
    assert.throws(() => documents(tree as unknown as Plain), {
      code: 'FAILED_PRECONDITION',
      message:
        "/switch[switch-id=leaf1]/segment-routing/loopback: the management address 'mininet' is no IPv4 address that could " +
        'stand in for it; give a loopback address',
    });
  });

  it('counts ports as the controller does', () => {
    assert.equal(controllerPort({ cage: 3, channel: 0 }), 3);
    assert.equal(controllerPort({ cage: 5, channel: 2 }), 205);
    assert.deepEqual(placeOfControllerPort(205), { cage: 5, channel: 2 });
    assert.equal(placeOfControllerPort(200), undefined);
    assert.equal(placeOfControllerPort(0), undefined);
  });
});

function switchDocuments(
  name: string,
  port: number,
  pipeline: string,
  gridX: number,
  gridY: number,
  sid: number,
  loopback: string,
  routerMac: string,
  isEdgeRouter: boolean,
): Record<string, Json> {
  return {
    [`devices/device:${name}/basic`]: {
      name,
      managementAddress: `grpc://mininet:${port}?device_id=1`,
      driver: 'stratum-bmv2',
      pipeconf: `org.stratumproject.${pipeline}.bmv2`,
      locType: 'grid',
      gridX,
      gridY,
    },
    [`devices/device:${name}/segmentrouting`]: {
      ipv4NodeSid: sid,
      ipv4Loopback: loopback,
      routerMac,
      isEdgeRouter,
      adjacencySids: [],
    },
  };
}

function interfaceDocument(name: string, port: number, ip: string, vlans: { [name: string]: Json }) {
  return { [`ports/device:${name}/${port}/interfaces`]: [{ name: `${name}-${port}`, ips: [ip], ...vlans }] };
}
