// What every adapter must do about what its device holds: take it over, give it back, notice other hands and loss.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { EdgeconfError } from '../../src/errors.ts';
import { type DocumentRef, documentText } from '../../src/southbound/adapter.ts';
import { plainly } from '../../src/southbound/questions/because.ts';
import type { Plain } from '../southbound/intent.ts';
import { Stage } from '../southbound/stage.ts';
import { type AdapterSubject, device, list, type SimulatedDevice, type Spoilt, view } from './adapter-suite.ts';

/** Declares the suite for one adapter; run by `adapterSuite`. */
export function readBackSuite(name: string, subject: AdapterSubject): void {
  const { adapter, model, intent } = subject;
  const isReadable = ({ kind }: DocumentRef): boolean => adapter.documentKinds[kind]?.readable === true;
  const readable = list(subject, intent).filter(isReadable);

  describe(`adapter contract, what the device holds: ${name}`, () => {
    let stage: Stage;
    let simulated: SimulatedDevice;

    const platform = (leaves: Readonly<Record<string, Plain>> = {}): Plain => {
      const { address } = simulated;
      return { device: [{ name: 'd', kind: adapter.kind, address, ...subject.device, ...leaves }] };
    };
    /** A device that has just restarted may miss a call. */
    const verify = (): ReturnType<typeof stage.reconciler.verify> =>
      stage.passing(stage.reconciler.verify('d')).catch((error: EdgeconfError) => {
        if (error.code !== 'UNAVAILABLE') throw error;
        return verify();
      });
    const status = () => stage.reconciler.statusOf('d');

    beforeEach(async () => {
      simulated = await subject.start();
      stage = await Stage.open({ targets: ['acme', 'umbrella'], model, adapters: [adapter] });
      stage.intent.force({ platform: platform() });
      await stage.start();
    });

    afterEach(async () => {
      await stage.close();
      await simulated.close();
    });

    it('gives back what it took, as the adapter says, and after the removal what it gave before', async () => {
      const client = adapter.connect({ ...device(subject), address: simulated.address }, undefined);
      const read = async () => {
        const bodies = await Promise.all(readable.map((ref) => client.read(ref, AbortSignal.timeout(10_000))));
        return bodies.map((body) => (body === undefined ? undefined : documentText(body)));
      };
      try {
        const before = await read();
        await stage.settle({ acme: intent });
        const expected = readable.map((ref) => {
          const body = adapter.render(view(subject, intent), device(subject), ref, plainly);
          return documentText(adapter.readBack?.(device(subject), ref, body) ?? body);
        });
        assert.deepEqual(await read(), expected);
        await stage.settle({ acme: {} });
        assert.deepEqual(await read(), before);
      } finally {
        await client.close();
      }
    });

    it('is found to hold what it was told, or tells that it cannot be read', async () => {
      await stage.settle({ acme: intent });
      const { checked, drift, notVerifiable } = await verify();
      const refs = list(subject, intent);
      assert.deepEqual([checked, drift, notVerifiable], [readable.length, [], refs.length - readable.length]);
      for (const ref of refs) {
        const document = stage.reconciler.document('d', ref.id);
        const verified = isReadable(ref) ? 'verified' : 'not-verifiable';
        assert.deepEqual([document?.status, document?.verified], ['in-effect', verified], ref.id);
      }
    });

    it('is taken over without a change by a service that never told it anything', async () => {
      await stage.settle({ acme: intent });
      await stage.stop();
      await stage.forgetDevices();
      stage.taken();
      const [full, changes] = [simulated.contents(), simulated.changes()];
      await stage.start();
      await stage.rest();
      const taken = new Set(stage.taken());
      for (const { id } of readable) assert.ok(!taken.has(`put ${id}`), `${id} was sent`);
      if (readable.length === list(subject, intent).length) assert.equal(simulated.changes(), changes);
      assert.deepEqual(simulated.contents(), full);
    });

    if (readable.length > 0) {
      it('is told again what others changed, leaf by leaf, or left alone where the platform says so', async () => {
        await stage.settle({ acme: intent });
        const full = simulated.contents();
        const { tamper } = simulated;
        assert.ok(tamper, 'the simulated device cannot be tampered with');
        // What was put is read once by itself: that is not to happen after the tampering.
        await verify();
        for (const { id } of readable) {
          await tamper(id);
          const { drift } = await verify();
          assert.ok(
            drift.some(({ document, expected, actual }) => document === id && expected !== actual),
            id,
          );
          await stage.rest();
          assert.deepEqual(simulated.contents(), full, id);
        }
        await stage.settle({ platform: platform({ drift: { policy: 'report' } }) });
        for (const { id } of readable) {
          await tamper(id);
          const changes = simulated.changes();
          await verify();
          await stage.rest();
          assert.equal(simulated.changes(), changes, id);
          assert.equal(stage.reconciler.document('d', id)?.status, 'drifted', id);
        }
        await stage.settle({ platform: platform() });
        await verify();
        await stage.rest();
        await verify();
        assert.deepEqual([simulated.contents(), status()?.drift], [full, []]);
      });

      it('gets everything again when it has restarted empty', async () => {
        await stage.settle({ acme: intent });
        const full = simulated.contents();
        assert.ok(simulated.forget, 'the simulated device cannot forget');
        await simulated.forget();
        await verify();
        await stage.rest();
        assert.deepEqual(simulated.contents(), full);
        await verify();
        assert.deepEqual(status()?.drift, []);
      });
    }

    for (const how of ['error', 'half', 'garbage', 'no effect'] satisfies Spoilt[]) {
      it(`ends in the same state whichever call comes to nothing by: ${how}`, async () => {
        const { spoil } = simulated;
        // Success without effect is seen only where the device can be read.
        if (
          spoil === undefined ||
          (how !== 'error' && how !== 'half' && readable.length < list(subject, intent).length)
        )
          return;
        const empty = simulated.contents();
        await stage.settle({ acme: intent });
        const full = simulated.contents();
        await stage.settle({ acme: {} });
        const calls = list(subject, intent).length;
        const isGone = () => stage.reconciler.documents('d').length === 0;
        for (let n = 1; n <= calls; n++) {
          spoil(n, how);
          await stage.intent.commit({ acme: intent });
          // Until a document is found to be missing, the device may refuse those that need it.
          await stage.passing(stage.reconciler.settled());
          await verify();
          await stage.rest();
          assert.deepEqual(simulated.contents(), full, `call ${n} of creation`);
          await verify();
          assert.deepEqual(status()?.drift, [], `call ${n} of creation`);
          spoil(n, how);
          await stage.settle({ acme: {} });
          await verify();
          await stage.rest();
          assert.ok(isGone());
          assert.deepEqual(simulated.contents(), empty, `call ${n} of removal`);
        }
      });
    }
  });
}
