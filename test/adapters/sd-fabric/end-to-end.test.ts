// Checks a fabric and two tenants on the real datastore: numbers, order across systems, and four empty hands at the end.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { adapters } from '../../../adapters/sd-fabric/index.ts';
import { type OnosSimulator, startOnosSimulator } from '../../../adapters/sd-fabric/simulator/onos-simulator.ts';
import { freshState } from '../../../adapters/sd-fabric/simulator/onos-state.ts';
import {
  type StratumSimulator,
  startStratumSimulator,
} from '../../../adapters/sd-fabric/simulator/stratum-simulator.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { RealStage } from '../../southbound/real-stage.ts';
import { FABRIC, tenantJson } from './tenant.ts';

describe('sd-fabric: a fabric and its tenants, end to end', () => {
  let onos: OnosSimulator;
  let leaf1: StratumSimulator;
  let stage: RealStage;

  beforeEach(async () => {
    onos = await startOnosSimulator({ credentials: false });
    leaf1 = await startStratumSimulator();
    stage = await RealStage.open(adapters);
    await stage.replace({
      platform: {
        'edgeconf-platform:tenant': ['operator', 'acme', 'umbrella'].map((name) => ({ name })),
        'edgeconf-platform:target': [
          { name: 'fabric-1', tenant: 'operator', model: 'fabric', 'model-version': '1' },
          ...['acme', 'umbrella'].map((name) => ({ name, tenant: name, model: 'aether', 'model-version': '2.1' })),
        ],
        'edgeconf-platform:device': [
          { name: 'onos-1', kind: 'sd-fabric', address: onos.url, endpoint: [FABRIC] },
          { name: 'leaf1', kind: 'stratum', address: leaf1.url, endpoint: ['grpc://leaf1.example:9339'] },
        ],
      },
    });
  });

  afterEach(async () => {
    await stage.close();
    await onos.close();
    await leaf1.close();
  });

  const fabric = (): object =>
    JSON.parse(readFileSync(join(packageRoot, 'models/fabric/1/valid/full.json'), 'utf8')) as object;
  const tenant = (prefix: string, network: number): object => JSON.parse(tenantJson({ prefix, network })) as object;
  const settled = async (): Promise<void> => {
    const done = stage.reconciler.settled();
    let isDone = false;
    void done.finally(() => {
      isDone = true;
    });
    for (let pauses = stage.clock.pauses.length; !isDone; pauses += 1) {
      stage.clock.advance(1_000);
      await Promise.race([done, stage.clock.begun(pauses + 1)]);
    }
    await done;
    for (const { device, refused, faults, pending } of stage.reconciler.status()) {
      assert.deepEqual([refused, faults, pending], [[], [], 0], device);
    }
  };
  const names = (): unknown => [...onos.state.slices].map(([number, classes]) => [number, [...classes.keys()].join()]);

  it('gives every tenant slices and queues of its own, and takes all of it away again', async () => {
    await stage.replace({ 'fabric-1': fabric() });
    await stage.replace({ acme: tenant('', 41) });
    await stage.replace({ umbrella: tenant('u-', 51) });
    await settled();
    assert.deepEqual(names(), [
      [0, 'BEST_EFFORT,REAL_TIME'],
      [1, 'BEST_EFFORT,CONTROL'],
      [2, 'BEST_EFFORT,CONTROL,ELASTIC,REAL_TIME'],
      [3, 'BEST_EFFORT,CONTROL'],
      [4, 'BEST_EFFORT,CONTROL,ELASTIC,REAL_TIME'],
    ]);
    const queues = [...onos.state.slices.values()].flatMap((classes) =>
      [...classes.values()].filter((queue) => queue > 0),
    );
    assert.equal(new Set(queues).size, queues.length);
    assert.equal(onos.state.flows.size, 12);
    assert.deepEqual(
      [...leaf1.switch.ports.values()].map(({ id, name, enabled }) => [id, name, enabled]),
      [
        [17, '1/0', true],
        [2, '2/0', true],
        [31, '31/0', false],
      ],
    );

    await stage.replace({ acme: {} });
    await settled();
    assert.deepEqual(
      [...onos.state.slices.keys()],
      [0, 3, 4],
      'the other tenant keeps its slices when the first one goes',
    );
    await stage.replace({ umbrella: {}, 'fabric-1': {} });
    await settled();
    assert.deepEqual(structuredClone(onos.state), freshState());
    assert.deepEqual(onos.warnings, []);
  });

  it('tells the controller of a switch when the switch has its ports', async () => {
    await leaf1.faults.goDown();
    await stage.replace({ 'fabric-1': fabric() });
    const basic = /devices\/device%3Aleaf2\/basic/;
    await onos.waitFor(({ requests }) => requests.some(({ method, path }) => method === 'POST' && basic.test(path)));
    const told = (): boolean => onos.state.configuration.devices?.['device:leaf1']?.basic !== undefined;
    assert.equal(told(), false);
    await leaf1.faults.comeUp({ state: 'kept' });
    await settled();
    assert.equal(told(), true);
  });

  it('takes ports out of service while the switch has to keep its chassis, and counts that as gone', async () => {
    await stage.replace({ 'fabric-1': fabric() });
    await settled();
    await onos.faults.goDown();
    await stage.replace({ 'fabric-1': {} });
    await leaf1.waitFor(() => [...leaf1.switch.ports.values()].every(({ enabled }) => !enabled));
    await stage.reconciler.verify('leaf1');
    await stage.reconciler.verify('leaf1');
    assert.deepEqual(
      stage.reconciler.documents('leaf1').map(({ ref, status }) => [ref.id, status]),
      [['chassis', 'pending']],
    );
    await onos.faults.comeUp({ state: 'kept' });
    await settled();
    assert.equal(leaf1.switch.ports.size, 0);
  });

  it('refuses the slice that a fabric has no number left for, and changes nothing', async () => {
    await stage.replace({ 'fabric-1': fabric() });
    for (let i = 0; i < 5; i++) await stage.merge({ acme: tenant(`a${i}-`, 60 + i) });
    await settled();
    const before = structuredClone(onos.state);
    await assert.rejects(stage.merge({ umbrella: tenant('u-', 51) }), {
      code: 'FAILED_PRECONDITION',
      message: /^device 'onos-1', pool 'queue CONTROL': .* needs a number, but all 10 \(2 to 11\)/,
    });
    await settled();
    assert.deepEqual(structuredClone(onos.state), before);
  });
});
