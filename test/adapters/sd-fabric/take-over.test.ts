// Checks that a fabric is taken over so that its controller is told nothing new, and that what cannot be said is named.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { controllerAdapter as adapter } from '../../../adapters/sd-fabric/controller-adapter.ts';
import { ControllerClient } from '../../../adapters/sd-fabric/onos/client.ts';
import { type OnosSimulator, startOnosSimulator } from '../../../adapters/sd-fabric/simulator/onos-simulator.ts';
import { findChild, type SchemaNode } from '../../../src/schema/schema-node.ts';
import {
  type Device,
  type DocumentRef,
  documentText,
  type FoundDocument,
  type IntentEdit,
  type Json,
  type Proposal,
} from '../../../src/southbound/adapter.ts';
import { plainly } from '../../../src/southbound/questions/because.ts';
import { CompiledModel, device, documentsOf } from './stage.ts';

const ENDPOINT = 'http://onos.tutorial.example:8181';

describe('sd-fabric: taking over a fabric', () => {
  let fabric: CompiledModel;
  before(async () => {
    fabric = await CompiledModel.of('fabric', '1');
  });
  const onos: Device = device('sd-fabric', { endpoints: [ENDPOINT] });
  const takeOver = (found: readonly FoundDocument[], options = {}): Proposal => {
    const proposal = adapter.inverse?.takeOver(onos, found, options);
    assert.ok(proposal);
    return proposal;
  };
  /** What the proposed intent, which libyang must take, makes on the controller. */
  const rendered = ({ edits }: Proposal): Record<string, Json> => {
    const tree = fabric.tree(JSON.stringify(treeOf(fabric.model.root, edits)));
    return documentsOf(adapter, fabric.model, fabric.view('fabric', tree), onos);
  };
  const kindOf = (id: string): string => (id.startsWith('slice/') ? 'slice' : 'netcfg');
  const foundIn = (documents: Record<string, Json>): FoundDocument[] =>
    Object.entries(documents).map(([id, body]) => ({ kind: kindOf(id), id, body }));

  describe('that a controller holds', () => {
    let simulator: OnosSimulator;
    let client: ControllerClient;
    beforeEach(async () => {
      simulator = await startOnosSimulator({ credentials: 'onos:rocks' });
      client = new ControllerClient(simulator.url, 'onos:rocks');
    });
    afterEach(async () => {
      await client.close();
      await simulator.close();
    });
    const ref = (id: string): DocumentRef => ({ kind: kindOf(id), id, source: [], dependsOn: [] });

    it('gives the intent that renders exactly what was read', async () => {
      const sids = ['leaf1', 'leaf2', 'spine1', 'spine2'].map((id, i) => [id, 101 + i] as const);
      const sample = fabric.sample('tutorial') as { switch: { 'switch-id': string }[] };
      for (const entry of sample.switch) {
        const number = new Map(sids).get(entry['switch-id']) ?? 0;
        Object.assign(entry, { allocation: [{ device: 'onos-1', pool: 'sid', number }] });
      }
      const signal = AbortSignal.timeout(20_000);
      const root = fabric.view('fabric', sample as never);
      for (const each of adapter.list(root, onos)) {
        await client.put(each, adapter.render(root, onos, each, plainly), signal);
      }
      const found: FoundDocument[] = [];
      for (const kind of ['netcfg', 'slice']) {
        for (const id of await client.list(kind, signal)) {
          found.push({ kind, id, body: (await client.read(ref(id), signal)) ?? null });
        }
      }
      const proposal = takeOver(found, { platform: 'p4-soft-switch' });
      assert.deepEqual(proposal.leftOver, []);
      assert.deepEqual(rendered(proposal), Object.fromEntries(found.map(({ id, body }) => [id, body])));
    });
  });

  it('names what no intent can say, and proposes nothing of it', () => {
    const basic = { name: 'leaf1', managementAddress: 'grpc://10.0.0.1:9559?device_id=1', driver: 'd', pipeconf: 'p' };
    const documents: Record<string, Json> = {
      'devices/device:leaf1/basic': basic,
      'devices/of:0001/basic': basic,
      'devices/device:leaf2/basic': { ...basic, name: 'leaf2', latitude: 3 },
      'devices/device:leaf1/segmentrouting': {
        ipv4NodeSid: 7,
        ipv4Loopback: '10.0.0.1',
        routerMac: '00:00:0A:00:00:01',
        isEdgeRouter: true,
        adjacencySids: [],
      },
      'ports/device:leaf3/1/interfaces': [{ name: 'x', ips: [], 'vlan-untagged': 1 }],
      'hosts/00:00:00:00:00:1A/None/basic': { name: 'h', ips: ['10.0.0.9'] },
      'apps/org.onosproject.dhcprelay/default': [],
      'apps/org.example/other': {},
      'slice/3': { name: 'tenant', tcs: {} },
    };
    assert.deepEqual(
      takeOver(foundIn(documents)).leftOver.map(({ document, reason }) => `${document}: ${reason}`),
      [
        "devices/device:leaf2/basic: the model has no place for 'latitude'",
        "devices/of:0001/basic: 'device' is 'of:0001', which the model cannot say",
        'devices/device:leaf1/segmentrouting: the node SID 7 is not from 101 to 1048575',
        'ports/device:leaf3/1/interfaces: the controller has no basic configuration of switch leaf3',
        "hosts/00:00:00:00:00:1A/None/basic: the model has no place for 'ips'",
        'apps/org.example/other: the model has no place for it',
        'apps/org.onosproject.dhcprelay/default: DHCP servers and the ports that lead to them are to be said by hand',
        "slice/3: it belongs to a slice, which is said in its tenant's intent",
      ],
    );
    assert.throws(() => takeOver([], { colour: 'red' }), {
      code: 'INVALID_ARGUMENT',
      message: "option 'colour': a fabric is taken over with the options endpoint, platform, speed",
    });
  });

  it('holds for whatever is found: what is not left over is rendered as it was', () => {
    fc.assert(
      fc.property(arbitraryFabric, (documents) => {
        const proposal = takeOver(foundIn(documents));
        const leftOver = new Set(proposal.leftOver.map(({ document }) => document));
        const all = rendered(proposal);
        for (const [id, body] of Object.entries(documents)) {
          if (!leftOver.has(id)) assert.equal(documentText(all[id] ?? null), documentText(body), id);
        }
        for (const id of Object.keys(all)) assert.ok(id in documents, `${id} would be new`);
      }),
      { numRuns: 60 },
    );
  });

  it('adopts what is found in place of one document', () => {
    const tree = fabric.sample('full');
    const root = fabric.view('fabric', tree);
    const at = (id: string): DocumentRef => {
      const found = adapter.list(root, onosNorth).find((each) => each.id === id);
      assert.ok(found, id);
      return found;
    };
    const adopt = (id: string, actual: Json) => adapter.inverse?.adopt(root, onosNorth, at(id), actual);
    const report = 'apps/org.stratumproject.fabric-tna/report';
    assert.deepEqual(adopt(report, { collectorIp: '10.9.9.9', collectorPort: 9000 })?.edits.map(words), [
      ['report/queue-threshold 0', undefined],
      ['report/queue-threshold 7', undefined],
      ['report/collector-address', '10.9.9.9'],
      ['report/collector-port', 9000],
      ['report/min-flow-hop-latency-change', undefined],
      ['report/watch-subnet', undefined],
    ]);
    assert.deepEqual(adopt(report, { colour: 'red' }), {
      edits: [],
      leftOver: [{ document: report, reason: "the model has no place for 'colour'" }],
    });
    const basic = { name: 'leaf1', managementAddress: 'grpc://10.0.0.8:1?device_id=2', driver: 'd', pipeconf: 'p' };
    assert.deepEqual(adopt('devices/device:leaf1/basic', basic)?.edits.map(words), [
      ['switch leaf1/driver', 'd'],
      ['switch leaf1/pipeconf', 'p'],
      ['switch leaf1/management/address', '10.0.0.8'],
      ['switch leaf1/management/port-number', 1],
      ['switch leaf1/management/device-id', 2],
      ['switch leaf1/location', undefined],
    ]);
  });
  const onosNorth = device('sd-fabric', { endpoints: ['http://onos.north.example:8181'] });
});

function words({ path, value }: IntentEdit): unknown {
  return [path.map(({ name, keys = [] }) => [name, ...keys].join(' ')).join('/'), value];
}

/** Edits of an empty tree as RFC 7951 JSON. */
function treeOf(root: SchemaNode, edits: readonly IntentEdit[]): object {
  const tree: { [name: string]: unknown } = {};
  for (const { path, value } of edits) {
    let node = root;
    let at: { [name: string]: unknown } = tree;
    for (const [i, { name, keys = [] }] of path.entries()) {
      const child = findChild(node, name);
      assert.ok(child !== undefined && child !== 'ambiguous', `${name} under ${node.name}`);
      node = child;
      if (i === path.length - 1) at[child.segment] = isLong(child) ? String(value) : value;
      else if (child.kind === 'container') at = container(at, child.segment);
      else at = entryOf(at, child, keys);
    }
  }
  return tree;
}

function isLong(node: SchemaNode): boolean {
  return node.type?.base === 'uint64';
}

function container(at: { [name: string]: unknown }, name: string): { [name: string]: unknown } {
  at[name] ??= {};
  return at[name] as { [name: string]: unknown };
}

function entryOf(
  at: { [name: string]: unknown },
  list: SchemaNode,
  keys: readonly string[],
): { [name: string]: unknown } {
  at[list.segment] ??= [];
  const entries = at[list.segment] as { [name: string]: unknown }[];
  const known = entries.find((entry) => list.keys.every((key, i) => String(entry[key.name]) === keys[i]));
  if (known !== undefined) return known;
  const isNumber = (key: SchemaNode): boolean => /^u?int/.test(key.type?.base ?? '');
  const made = Object.fromEntries(
    list.keys.map((key, i) => [
      key.name,
      isNumber(key) || (key.name === 'vlan' && keys[i] !== 'none') ? Number(keys[i]) : keys[i],
    ]),
  );
  entries.push(made);
  return made;
}

/** Fabrics of up to three leaves, partly said, some of it in ways that no intent has. */
const arbitraryFabric: fc.Arbitrary<Record<string, Json>> = fc
  .array(
    fc.record({
      sid: fc.option(fc.integer({ min: 100, max: 110 })),
      isEdgeRouter: fc.boolean(),
      pair: fc.boolean(),
      ports: fc.dictionary(
        fc.constantFrom('1', '2', '101', '205', '300'),
        fc.record({
          name: fc.constantFrom('own', 'default'),
          untagged: fc.option(fc.constantFrom(10, 20)),
          tagged: fc.uniqueArray(fc.constantFrom(10, 20, 30)),
          ips: fc.uniqueArray(fc.constantFrom('10.0.1.254/24', '10.0.2.254/24')),
        }),
      ),
      grid: fc.boolean(),
    }),
    { maxLength: 3 },
  )
  .chain((switches) =>
    fc.record({
      switches: fc.constant(switches),
      carriers: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1 })),
      dbuf: fc.boolean(),
      routes: fc.array(fc.constantFrom('10.1.0.0/16', '10.1.0.1/16', '0.0.0.0/0'), { maxLength: 12 }),
      queue: fc.option(fc.constantFrom(1, 2)),
    }),
  )
  .map(({ switches, carriers, dbuf, routes, queue }) => {
    const documents: Record<string, Json> = {};
    for (const [i, each] of switches.entries()) {
      const id = `leaf${i}`;
      documents[`devices/device:${id}/basic`] = {
        name: id,
        managementAddress: `grpc://10.0.0.${i}:9559?device_id=1`,
        driver: 'stratum-tofino',
        pipeconf: 'org.example',
        ...(each.grid ? { locType: 'grid', gridX: i, gridY: 1 } : {}),
      };
      if (each.sid !== null) {
        documents[`devices/device:${id}/segmentrouting`] = {
          ipv4NodeSid: each.sid,
          ipv4Loopback: `192.168.0.${i}`,
          routerMac: `00:AA:00:00:00:0${i}`,
          isEdgeRouter: each.isEdgeRouter,
          adjacencySids: [],
          ...(each.pair ? { pairDeviceId: `device:leaf${i === 0 ? 1 : 0}`, pairLocalPort: 3 } : {}),
        };
      }
      for (const [port, { name, untagged, tagged, ips }] of Object.entries(each.ports)) {
        const others = tagged.filter((vlan) => vlan !== untagged);
        documents[`ports/device:${id}/${port}/interfaces`] = [
          {
            name: name === 'own' ? `own-${port}` : `${id}-${port}`,
            ips,
            ...(untagged === null ? {} : { [others.length > 0 ? 'vlan-native' : 'vlan-untagged']: untagged }),
            ...(others.length > 0 ? { 'vlan-tagged': others } : {}),
          },
        ];
      }
    }
    if (carriers !== null) {
      documents['apps/org.omecproject.up4/up4'] = {
        devices: carriers.map((i) => `device:leaf${i}`),
        pscEncapEnabled: true,
      };
    }
    if (dbuf) documents['apps/org.omecproject.up4/dbuf'] = { serviceAddr: 'dbuf:1', dataplaneAddr: '10.0.0.1:2152' };
    if (routes.length > 0) {
      documents['apps/org.onosproject.route-service/routes'] = routes.map((prefix, i) => ({
        prefix,
        nextHop: `10.0.9.${i}`,
      }));
    }
    if (queue !== null) documents['slice/0'] = { name: 'Base', tcs: { CONTROL: { queueId: queue, isSystemTc: true } } };
    return documents;
  });
