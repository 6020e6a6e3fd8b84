// Checks what becomes of controllers and switches that answer badly, in each way there is: what they hold, how documents stand.

import assert from 'node:assert/strict';
import { status as Code } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { adapters } from '../../../adapters/sd-fabric/index.ts';
import { type OnosSimulator, startOnosSimulator } from '../../../adapters/sd-fabric/simulator/onos-simulator.ts';
import {
  type StratumSimulator,
  startStratumSimulator,
} from '../../../adapters/sd-fabric/simulator/stratum-simulator.ts';
import { Stage } from '../../southbound/stage.ts';
import { CompiledModel } from './stage.ts';
import { FABRIC } from './tenant.ts';

const fabric = await CompiledModel.of('fabric', '1');

/** What a device does to the calls that change something, and what that means for the first document that it gets. */
const DAYS: Readonly<Record<string, (device: Misbehaving) => void>> = {
  '5xx': (device) => device.fail(2),
  garbage: (device) => device.faults.garbageNext(2, device.writes),
  'half an answer': (device) => device.faults.halfAnswerNext(2, device.writes),
  'nothing, before the call took effect': (device) => device.faults.closeNext(2, device.writes),
  'nothing, after the call took effect': (device) => device.faults.closeNext(2, { ...device.writes, effect: true }),
  'success without effect': (device) => device.faults.ignoreNext(1, device.writes),
};

interface Misbehaving {
  readonly faults: OnosSimulator['faults'];
  readonly writes: { readonly method: string | readonly string[] };
  fail(count: number): void;
}

describe('sd-fabric: bad days', () => {
  let onos: OnosSimulator;
  let leaf1: StratumSimulator;
  let stage: Stage;

  beforeEach(async () => {
    onos = await startOnosSimulator({ credentials: false });
    leaf1 = await startStratumSimulator();
    stage = await Stage.open({ targets: ['fabric-1'], model: fabric.model, adapters });
    stage.intent.force({
      platform: {
        device: [
          { name: 'd', kind: 'sd-fabric', address: onos.url, endpoint: [FABRIC] },
          { name: 'leaf1', kind: 'stratum', address: leaf1.url, endpoint: ['grpc://leaf1.example:9339'] },
        ],
      },
    });
    await stage.start();
  });
  afterEach(async () => {
    await stage.close();
    await onos.close();
    await leaf1.close();
  });

  const tree = () => {
    const sample = fabric.sample('full');
    const switches = sample.switch as { [name: string]: string }[];
    return {
      ...sample,
      controller: { endpoint: FABRIC },
      switch: switches.map((entry, i) => ({ ...entry, allocation: [{ device: 'd', pool: 'sid', number: 101 + i }] })),
    };
  };
  const passing = () => stage.passing(stage.reconciler.settled());
  const verify = () => stage.passing(stage.reconciler.verify('d').then(() => stage.reconciler.verify('leaf1')));
  /** How all documents of a device stand. */
  const standing = (device: string): string[] => [
    ...new Set(stage.reconciler.documents(device).map(({ status, verified }) => `${status} ${verified}`)),
  ];
  const contents = () =>
    structuredClone([onos.state.configuration, onos.state.slices, leaf1.switch.chassis, leaf1.switch.ports]);
  const controller = (): Misbehaving => ({
    faults: onos.faults,
    writes: { method: ['POST', 'DELETE'] },
    fail: (count) => onos.faults.failNext(count, 503, { method: ['POST', 'DELETE'] }),
  });
  const onSwitch = (): Misbehaving => ({
    faults: leaf1.faults,
    writes: { method: 'Set' },
    fail: (count) => leaf1.faults.failNext(count, Code.INTERNAL, { method: 'Set' }),
  });

  for (const [name, deviceOf] of [
    ['a controller', controller],
    ['a switch', onSwitch],
  ] as const) {
    for (const [day, begin] of Object.entries(DAYS)) {
      it(`${name} that answers ${day} has everything in the end, and nothing after the end`, async () => {
        await stage.settle({ 'fabric-1': tree() });
        const full = contents();
        await stage.settle({ 'fabric-1': {} });
        const empty = contents();
        begin(deviceOf());
        await stage.intent.commit({ 'fabric-1': tree() });
        await passing();
        await verify();
        await stage.rest();
        await verify();
        assert.deepEqual(contents(), full);
        assert.deepEqual(standing('d'), ['in-effect verified']);
        assert.deepEqual(standing('leaf1').sort(), ['in-effect not-verifiable', 'in-effect verified']);
        begin(deviceOf());
        await stage.intent.commit({ 'fabric-1': {} });
        await passing();
        await verify();
        await stage.rest();
        assert.deepEqual(contents(), empty);
        assert.deepEqual([standing('d'), standing('leaf1')], [[], []]);
      });
    }
  }

  it('a controller that refuses one document has the others, and its words are told', async () => {
    onos.faults.failNext(1, 400, { method: 'POST', path: '/report' }, '{"code":400,"message":"no collector"}');
    await stage.intent.commit({ 'fabric-1': tree() });
    await passing();
    const report = stage.reconciler.document('d', 'apps/org.stratumproject.fabric-tna/report');
    assert.equal(report?.status, 'failed');
    assert.match(report?.reason ?? '', /400 no collector$/);
    await verify();
    assert.deepEqual(standing('d').sort(), ['failed unverified', 'in-effect verified']);
  });

  it('a switch that refuses its chassis has no ports, the controller is not told of it, and all say why', async () => {
    leaf1.faults.failNext(1, Code.INVALID_ARGUMENT, { method: 'Set' }, 'no such platform');
    await stage.intent.commit({ 'fabric-1': tree() });
    await passing();
    const chassis = stage.reconciler.document('leaf1', 'chassis');
    assert.equal(chassis?.status, 'failed');
    assert.match(chassis?.reason ?? '', /INVALID_ARGUMENT no such platform$/);
    assert.equal(stage.reconciler.document('leaf1', 'interface/1/0')?.status, 'pending');
    assert.equal(stage.reconciler.document('d', 'devices/device:leaf1/basic')?.status, 'pending');
    assert.equal(onos.state.configuration.devices?.['device:leaf1'], undefined);
  });

  it('that say nothing and restart in the middle have everything in the end', async () => {
    await stage.settle({ 'fabric-1': tree() });
    const full = contents();
    await stage.settle({ 'fabric-1': {} });
    leaf1.faults.hangNext(1, { method: 'Set' });
    await stage.intent.commit({ 'fabric-1': tree() });
    await leaf1.waitFor(({ calls }) => calls.some(({ fault }) => fault === 'hang'));
    assert.equal(stage.reconciler.document('leaf1', 'chassis')?.status, 'pending');
    onos.faults.hangNext(1, { method: 'POST' });
    const held = onos.waitFor(({ requests }) => requests.some(({ fault }) => fault === 'hang'));
    await leaf1.faults.restart({ state: 'lost' });
    await stage.passing(held);
    await onos.faults.restart({ state: 'lost' });
    await stage.rest();
    await verify();
    await stage.rest();
    assert.deepEqual(contents(), full);
  });
});
