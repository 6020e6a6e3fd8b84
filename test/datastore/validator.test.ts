// The validator's threads: lost, overrun, replaced; and what that means for those who had something staged there.

import assert from 'node:assert/strict';
import { encodeEdits } from 'libyang-wasm';
import { openDatastore } from '../../src/datastore/datastore.ts';
import { ValidatorThread } from '../../src/datastore/validator-thread.ts';
import type { EdgeconfError } from '../../src/errors.ts';
import { closeAll, open, openWith, rowsOf, rowValue, send, testModels, update } from './edge.ts';
import { removeTempFolders, tempFolder } from './temp-folder.ts';

const system = (members: Record<string, unknown>) => update('/system', { 'test-edge:system': members });

/** Anydata so deep that libyang's stack overflows; the service's JSON reader never lets that through. */
const deadly = {
  op: 'update' as const,
  path: '/system/extra',
  json: `{"test-edge:extra":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
};

const twins = (of: (i: number) => object) => ({ 'test-edge:twin': Array.from({ length: 6000 }, (_, i) => of(i)) });

/** Input with one check that is far above the limits of these tests: it compares each twin with each. */
const costly = update('', { ...twins((i) => ({ name: `n${i}` })), 'test-edge:census': {} });

/** Input with many checks, none of them short, because no index answers concat(). */
const laborious = twins((i) => ({ name: `n${i}`, value: `v${i}` }));

function stoppedAfter(ms: RegExp) {
  const message = new RegExp(`^validation was stopped after (${ms.source}) ms: this input, or a rule of the model`);
  return (error: EdgeconfError) => {
    assert.equal(error.code, 'DEADLINE_EXCEEDED');
    assert.match(error.message, message);
    return true;
  };
}

describe('the validator', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  it('loads the trees of all targets after a start, and none of them again for the first commit', async () => {
    const { datastore, folder } = await openWith(['acme', 'globex']);
    await send(datastore, { acme: [system({ name: 'a' })], globex: [system({ name: 'g' })] });
    await datastore.close();
    const loads: string[] = [];
    const { call } = ValidatorThread.prototype;
    ValidatorThread.prototype.call = function (this: ValidatorThread, ...args: Parameters<typeof call>) {
      if (args[0].kind === 'load') loads.push(args[0].target);
      return call.apply(this, args);
    } as typeof call;
    try {
      const again = await open(folder);
      // One commit comes while its tree is being loaded, the other when it is there.
      await send(again, { acme: [system({ name: 'b' })] });
      await again.treesLoaded;
      await send(again, { globex: [system({ name: 'h' })] });
      assert.deepEqual(loads.sort(), ['acme', 'globex', 'platform']);
      await assert.rejects(send(again, { globex: [system({ name: '' })] }), { code: 'INVALID_ARGUMENT' });
    } finally {
      ValidatorThread.prototype.call = call;
    }
  });

  it('that does not survive an input is replaced, and its trees come back from rows', async () => {
    const { datastore } = await openWith(['acme', 'globex']);
    await send(datastore, { acme: [system({ name: 'a', volume: 3 })], globex: [system({ name: 'g' })] });
    const { head } = datastore;
    await assert.rejects(send(datastore, { acme: [deadly] }), {
      code: 'INTERNAL',
      message: 'the validator failed on this input; nothing was changed',
    });
    assert.equal(datastore.lostValidators, 1);
    assert.deepEqual(datastore.head, head);
    await send(datastore, { acme: [system({ mode: 'quiet' })] });
    assert.deepEqual(rowsOf(datastore, 'acme'), [
      ['/system/mode', '"quiet"'],
      ['/system/name', '"a"'],
    ]);
    await assert.rejects(send(datastore, { globex: [system({ name: '' })] }), { code: 'INVALID_ARGUMENT' });
    assert.equal(datastore.lostValidators, 1);
  });

  it('that is lost while another target waits for its append does not cost that target anything', async () => {
    const { datastore } = await openWith(['acme', 'globex']);
    let killed: Promise<unknown> | undefined;
    const authorize = async () => {
      killed ??= assert.rejects(send(datastore, { acme: [deadly] }), { code: 'INTERNAL' });
      await killed;
    };
    await send(datastore, { globex: [system({ name: 'kept' })] }, { authorize });
    assert.equal(datastore.lostValidators, 1);
    assert.equal(rowValue(datastore, 'globex', '/system/name'), '"kept"');
    await send(datastore, { globex: [system({ volume: 1 })] });
    assert.deepEqual(rowsOf(datastore, 'globex'), [
      ['/system/name', '"kept"'],
      ['/system/volume', '1'],
    ]);
  });

  it('stops a check that takes too long, and others that waited behind it go on', async () => {
    const { datastore } = await openWith(['acme', 'globex'], { deadlineMs: 1000 });
    await send(datastore, { acme: [system({ name: 'a' })] });
    const { head } = datastore;
    const late = assert.rejects(send(datastore, { acme: [costly] }), stoppedAfter(/1000/));
    const behind = send(datastore, { globex: [system({ name: 'g' })] });
    await Promise.all([late, behind]);
    assert.equal(datastore.lostValidators, 1);
    assert.equal(datastore.head.revision, head.revision + 1);
    assert.equal(rowValue(datastore, 'globex', '/system/name'), '"g"');
    await send(datastore, { acme: [system({ name: 'b' })] });
    assert.equal(rowValue(datastore, 'acme', '/twin[name=n1]/name'), undefined);
  });

  it('stops a validation that goes on and on, whether one check or all of them take too long', async () => {
    const thread = new ValidatorThread(await testModels(), () => {});
    const patient = { waitUntilMs: Number.POSITIVE_INFINITY, runMs: 60_000 };
    await thread.call({ kind: 'rows', target: 'acme', model: 'edge@1', first: true, rows: [] }, patient);
    await thread.call({ kind: 'load', target: 'acme', model: 'edge@1' }, patient);
    const bytes = encodeEdits([{ op: 'update', path: [], json: JSON.stringify(laborious) }]);
    const call = thread.call({ kind: 'stage', target: 'acme', keep: false, bytes }, { ...patient, runMs: 100 });
    await assert.rejects(call, stoppedAfter(/100|2000/));
    await thread.close();
  });

  it('is undone when the plan never answers', async () => {
    let hang = false;
    const plan = () => (hang ? new Promise<void>(() => {}) : undefined);
    const { datastore } = await openWith(['acme'], { plan, deadlineMs: 1000 });
    hang = true;
    await assert.rejects(send(datastore, { acme: [system({ name: 'a' })] }), {
      code: 'DEADLINE_EXCEEDED',
      message: /^the plan took longer than 1000 ms/,
    });
    hang = false;
    assert.equal((await send(datastore, { acme: [system({ name: 'a' })] })).candidates.length, 1);
  });

  it('forgets the rows of a load that was given up half-way', async () => {
    const thread = new ValidatorThread(await testModels(), () => {});
    const limits = { waitUntilMs: Number.POSITIVE_INFINITY, runMs: 30_000 };
    const rows = (name: string) => ['test-edge:system\x00name\x00', JSON.stringify(name)];
    await thread.call(
      { kind: 'rows', target: 'acme', model: 'edge@1', first: true, rows: rows('x'.repeat(99)) },
      limits,
    );
    await thread.call({ kind: 'rows', target: 'acme', model: 'edge@1', first: true, rows: rows('core') }, limits);
    const { violations } = await thread.call({ kind: 'load', target: 'acme', model: 'edge@1' }, limits);
    await thread.close();
    assert.deepEqual(violations, []);
    await assert.rejects(thread.call({ kind: 'keep', target: 'acme' }, limits), { code: 'UNAVAILABLE' });
  });

  it('loads no tree whose rows were not sent', async () => {
    const thread = new ValidatorThread(await testModels(), () => {});
    const limits = { waitUntilMs: Number.POSITIVE_INFINITY, runMs: 30_000 };
    const rows = { kind: 'rows', target: 'acme', model: 'edge@1', first: true, rows: [] } as const;
    const load = { kind: 'load', target: 'acme', model: 'edge@1' } as const;
    await thread.call(rows, limits);
    assert.deepEqual((await thread.call(load, limits)).violations, []);
    await assert.rejects(thread.call(load, limits), { code: 'INTERNAL' });
    await thread.close();
  });

  it('does not start with a model that does not compile, and says what is wrong with it', async () => {
    const models = await testModels();
    const broken = {
      id: 'bad@1',
      name: 'bad',
      version: '1',
      modules: ['bad'],
      sources: { bad: 'module bad { namespace "urn:bad"; prefix b; leaf x { type nothing; } }' },
    };
    const options = { folder: await tempFolder(), models: [...models, broken], plan: () => {} };
    await assert.rejects(openDatastore(options), {
      code: 'FAILED_PRECONDITION',
      message: /^model bad@1 does not compile: .*nothing/,
    });
  });

  it('does not start without the platform model', async () => {
    const models = (await testModels()).filter(({ name }) => name === 'edge');
    const folder = await tempFolder();
    await assert.rejects(openDatastore({ folder, models, plan: () => {} }), {
      code: 'FAILED_PRECONDITION',
      message: 'there is no model edgeconf-platform; models found: edge@1, edge@2',
    });
  });
});
