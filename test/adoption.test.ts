// What was changed on a device becomes intent: who it is, what holds for it, and when it is refused.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import { type Adopt, adoption } from '../src/adoption.ts';
import type { EdgeconfError } from '../src/errors.ts';
import type { IntentEdit, IntentStep } from '../src/southbound/adapter.ts';
import { startService, type TestService } from './service.ts';

const about = { device: 'core-1', document: 'device-group/robots' };
const edit = (value: IntentEdit['value'], ...path: IntentStep[]) => ({ path, value });
const address = (value: string) => ({
  edits: [edit(value, { name: 'application', keys: ['cam'] }, { name: 'address' })],
  leftOver: [],
});

describe('adoption of what a device holds', () => {
  let service: TestService;
  let adopt: Adopt;
  before(async () => {
    service = await startService();
    const { datastore, access } = service;
    adopt = adoption({ datastore, access, intentOf: (target) => datastore.snapshot(target) });
    await service.reset('acme', { application: [{ 'application-id': 'cam', address: '10.0.0.1/32' }] });
  });
  afterEach(() => service.reset('acme', { application: [{ 'application-id': 'cam', address: '10.0.0.1/32' }] }));
  after(() => service.close());

  const refused = async (adopted: Promise<void>): Promise<string> => {
    const { revision } = service.datastore.head;
    try {
      await adopted;
    } catch (error) {
      assert.equal(service.datastore.head.revision, revision, 'it was refused, and yet something changed');
      return `${(error as EdgeconfError).code}: ${(error as EdgeconfError).message}`;
    }
    return assert.fail('nothing was refused');
  };

  it('commits in a name of its own, and says what it is about', async () => {
    await adopt('acme', address('10.0.0.9/32'), about);
    const { author, comment, labels } = await service.datastore.history.entry(service.datastore.head.revision);
    assert.equal(author, 'edgeconf-adopt');
    assert.equal(comment, "adopts document 'device-group/robots' as device 'core-1' was found to hold it");
    assert.deepEqual([labels?.device, labels?.document], ['core-1', 'device-group/robots']);
  });

  it('is validated like any edit', async () => {
    assert.match(await refused(adopt('acme', address('nowhere'), about)), /^INVALID_ARGUMENT/);
  });

  it('takes nothing that no intent can say', async () => {
    const leftOver = [{ document: 'device-group/robots', reason: 'IMSI 1 is of no device' }];
    assert.equal(
      await refused(adopt('acme', { ...address('10.0.0.9/32'), leftOver }, about)),
      "FAILED_PRECONDITION: no intent says what device 'core-1' holds: IMSI 1 is of no device",
    );
  });

  it('gives way to a change of the intent that it knows nothing of', async () => {
    const { datastore, access } = service;
    const old = datastore.snapshot('acme');
    const late = adoption({ datastore, access, intentOf: () => old });
    await service.merge('acme', { application: [{ 'application-id': 'plc', address: '10.0.0.2/32' }] });
    assert.equal(
      await refused(late('acme', address('10.0.0.9/32'), about)),
      "ABORTED: target 'acme' was changed meanwhile; it is looked at again",
    );
  });

  it('waits for the end of a freeze', async () => {
    const window = { from: '2000-01-01T00:00:00Z', to: '2999-01-01T00:00:00Z' };
    await service.merge('platform', { tenant: [{ name: 'acme', freeze: [{ name: 'holidays', ...window }] }] });
    assert.match(await refused(adopt('acme', address('10.0.0.9/32'), about)), /^FAILED_PRECONDITION: .*freeze/);
    await service.reset('acme', { application: [{ 'application-id': 'cam', address: '10.0.0.1/32' }] });
  });
});
