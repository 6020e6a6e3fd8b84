// The load balancer's parameters, and what the other applications report of a site's radio nodes.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { adapters } from '../../../adapters/sd-ran/index.ts';
import { kpimon } from '../../../adapters/sd-ran/kpimon.ts';
import { mlb } from '../../../adapters/sd-ran/mlb.ts';
import { pci } from '../../../adapters/sd-ran/pci.ts';
import { type SdRanSimulator, startSdRanSimulator } from '../../../adapters/sd-ran/simulator/simulator.ts';
import type { Adapter, DeviceClient, DocumentRef, Json, StateLeaf } from '../../../src/southbound/adapter.ts';
import type { Plain } from '../../southbound/intent.ts';
import { documents, NODE, radioIntent, ranDevice, siteOf } from './fixture.ts';

const signal = new AbortController().signal;

describe('SD-RAN applications', () => {
  let simulator: SdRanSimulator;
  let client: DeviceClient;

  beforeEach(async () => {
    simulator = await startSdRanSimulator();
  });

  afterEach(async () => {
    await client.close();
    await simulator.close();
  });

  const connect = (adapter: Adapter): void => {
    client = adapter.connect(ranDevice({ kind: adapter.kind, address: simulator.address }), undefined);
  };

  it('are four kinds of device', () => {
    connect(mlb);
    assert.deepEqual(
      adapters.map(({ kind }) => kind),
      ['onos-rsm', 'onos-mlb', 'onos-pci', 'onos-kpimon'],
    );
  });

  describe('onos-mlb', () => {
    const balanced = (balance: Plain = {}): Plain => radioIntent({ balance });
    const only = (tree: Plain): [DocumentRef, Json] => {
      const [found, ...more] = [...documents(mlb, tree, ranDevice({ kind: 'onos-mlb' }))];
      assert.equal(more.length, 0);
      return found ?? assert.fail('no document');
    };

    beforeEach(() => connect(mlb));

    it("has one document, with the model's defaults where intent says nothing", () => {
      const [ref, body] = only(balanced({ interval: 20, 'target-threshold': 40 }));
      assert.deepEqual(ref, {
        kind: 'load-balancing',
        id: 'load-balancing/parameters',
        source: ['site', 'berlin'],
        dependsOn: [],
      });
      assert.deepEqual(body, { interval: 20, overload_threshold: 100, target_threshold: 40, delta_ocn: 3 });
    });

    it('has none for a site that says nothing of load balancing', () => {
      assert.deepEqual(mlb.list(siteOf(radioIntent()), ranDevice({ kind: 'onos-mlb' })), []);
    });

    it('has none for a site of another load balancer', () => {
      const device = ranDevice({ kind: 'onos-mlb', endpoints: ['grpc://other.example'] });
      assert.deepEqual(mlb.list(siteOf(balanced()), device), []);
      assert.deepEqual(mlb.endpoints(siteOf(balanced())), ['grpc://mlb.example:5150']);
    });

    it('is told the parameters, gives them back, and gets its first ones back', async () => {
      const [ref, body] = only(balanced({ 'overload-threshold': 80, 'target-threshold': 40, 'delta-ocn': 0 }));
      const first = await client.read(ref, signal);
      await client.put(ref, body, signal);
      assert.deepEqual(await client.read(ref, signal), body);
      assert.deepEqual(simulator.parameters, body);
      await client.put(ref, mlb.neutral?.(ranDevice(), ref) ?? null, signal);
      assert.deepEqual(await client.read(ref, signal), first);
      assert.deepEqual(only(balanced())[1], first);
    });

    it('is asked again when it could not keep them', async () => {
      const [ref, body] = only(balanced());
      simulator.faults.refuseNext(1, '');
      await assert.rejects(client.put(ref, body, signal), {
        reason: 'unavailable',
        message: `SetMlbParams ${simulator.address}: it could not keep the parameters`,
      });
    });
  });

  /** Path below the node's state, and value. */
  const shown = (leaves: Iterable<StateLeaf> | undefined): [string, StateLeaf['value']][] =>
    [...(leaves ?? [])].map(({ path, value }) => {
      const [site, node, state, ...below] = path;
      assert.deepEqual(
        [site, node, state],
        [{ name: 'site', keys: ['berlin'] }, { name: 'e2-node', keys: [NODE] }, { name: 'state' }],
      );
      return [
        below.map(({ name, keys }) => (keys === undefined ? name : `${name} ${keys.join(' ')}`)).join('/'),
        value,
      ];
    });

  it('onos-pci reports cells and conflicts of the nodes that the site has', async () => {
    connect(pci);
    const device = ranDevice({ kind: 'onos-pci' });
    const observation = (await client.observe?.(signal)) ?? null;
    const [first, second, third] = ['13842601454c001', '13842601454c002', '13842601454c003'];
    assert.deepEqual(shown(pci.state?.(siteOf(radioIntent()), device, observation)), [
      [`cell ${first}/cell-id`, first],
      [`cell ${first}/arfcn`, 630_000],
      [`cell ${first}/pci`, 115],
      [`cell ${first}/conflict`, false],
      [`cell ${first}/resolved-conflicts`, 2],
      [`cell ${first}/original-pci`, 218],
      [`cell ${first}/neighbor ${second}/cell-id`, second],
      [`cell ${first}/neighbor ${third}/cell-id`, third],
      [`cell ${second}/cell-id`, second],
      [`cell ${second}/arfcn`, 630_000],
      [`cell ${second}/pci`, 148],
      [`cell ${second}/conflict`, true],
      [`cell ${second}/resolved-conflicts`, 0],
      [`cell ${second}/original-pci`, undefined],
      [`cell ${second}/neighbor ${third}/cell-id`, third],
    ]);
    assert.deepEqual(shown(pci.state?.(siteOf(radioIntent({ nodes: [] })), device, observation)), []);
    assert.deepEqual(shown(pci.state?.(siteOf(radioIntent()), { ...device, endpoints: [] }, observation)), []);
  });

  it('onos-kpimon reports key figures of the nodes that the site has', async () => {
    connect(kpimon);
    const observation = (await client.observe?.(signal)) ?? null;
    const time = '2025-11-26T06:43:44.000Z';
    const figure = (cell: string, name: string, value: string | undefined): [string, StateLeaf['value']][] => [
      [`measurement ${cell} ${name}/cell-id`, cell],
      [`measurement ${cell} ${name}/name`, name],
      [`measurement ${cell} ${name}/value`, value],
      [`measurement ${cell} ${name}/time`, time],
    ];
    const leaves = kpimon.state?.(siteOf(radioIntent()), ranDevice({ kind: 'onos-kpimon' }), observation);
    assert.deepEqual(shown(leaves), [
      ...figure('13842601454c001', 'RRC.Conn.Max', '4'),
      ...figure('13842601454c001', 'RRC.Conn.Avg', '2.5'),
      ...figure('13842601454c002', 'RRC.Conn.Avg', undefined),
    ]);
  });

  it('that only look have no documents', async () => {
    for (const adapter of [pci, kpimon]) {
      connect(adapter);
      assert.deepEqual(adapter.list(siteOf(radioIntent()), ranDevice()), []);
      await assert.rejects(client.put({ kind: '', id: '', source: [], dependsOn: [] }, null, signal), {
        message: `${adapter.kind} has no documents`,
      });
      await client.close();
    }
  });
});
