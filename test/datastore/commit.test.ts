// The commit pipeline from edits to rows, over the real validator, journal and disk.

import assert from 'node:assert/strict';
import type { FeedEvent } from '../../src/datastore/transaction.ts';
import { EdgeconfError } from '../../src/errors.ts';
import { changesOf, closeAll, keyOf, openWith, remove, replace, rowsOf, rowValue, send, update } from './edge.ts';
import { removeTempFolders } from './temp-folder.ts';

const system = (members: Record<string, unknown>) => update('/system', { 'test-edge:system': members });
const site = (members: Record<string, unknown>) => update('', { 'test-edge:site': [members] });

describe('a commit', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  it('makes canonical rows, one revision, and answers with the changes', async () => {
    const { datastore } = await openWith(['acme']);
    const before = datastore.head.revision;
    const result = await send(datastore, {
      acme: [system({ name: 'core', big: '18446744073709551615', ratio: '1.500' })],
    });
    assert.equal(result.revision, before + 1);
    assert.equal(datastore.head.revision, before + 1);
    assert.equal(result.timeNs, datastore.head.timeNs);
    assert.deepEqual(changesOf(result), [
      '/system/big: nothing -> "18446744073709551615"',
      '/system/name: nothing -> "core"',
      '/system/ratio: nothing -> "1.5"',
    ]);
    assert.equal(datastore.snapshot('acme')?.revision, before + 1);
    const [candidate] = result.candidates;
    assert.equal(candidate?.after, datastore.snapshot('acme'));
    for (const row of datastore.snapshot('acme')?.subtree('') ?? []) assert.equal(row.revision, before + 1);
  });

  it('that changes nothing makes no entry and answers with the head', async () => {
    const { datastore } = await openWith(['acme']);
    await send(datastore, { acme: [system({ name: 'core' })] });
    const { head } = datastore;
    const result = await send(datastore, { acme: [system({ name: 'core' }), remove('/site[name=none]')] });
    assert.deepEqual(result, { revision: head.revision, timeNs: head.timeNs, candidates: [] });
    assert.deepEqual(datastore.head, head);
  });

  it('reports what it implies: a case that gives way and a leaf whose when turned false', async () => {
    const { datastore } = await openWith(['acme']);
    await send(datastore, { acme: [system({ volume: 5, address: '10.0.0.1' })] });
    const result = await send(datastore, { acme: [system({ mode: 'quiet', dhcp: true })] });
    assert.deepEqual(changesOf(result), [
      '/system/address: "10.0.0.1" -> nothing',
      '/system/dhcp: nothing -> true',
      '/system/mode: nothing -> "quiet"',
      '/system/volume: 5 -> nothing',
    ]);
  });

  it('keeps a default that was written as a row, and none that was not', async () => {
    const { datastore } = await openWith(['acme']);
    await send(datastore, { acme: [system({ name: 'core' })] });
    assert.equal(rowValue(datastore, 'acme', '/system/mode'), undefined);
    await send(datastore, { acme: [system({ mode: 'normal' })] });
    assert.equal(rowValue(datastore, 'acme', '/system/mode'), '"normal"');
  });

  it('keeps leaf-lists as one row, presence containers and anydata as rows', async () => {
    const { datastore } = await openWith(['acme']);
    await send(datastore, { acme: [system({ tag: ['b', 'a'], debug: {}, extra: { 'test-edge:site': [] } })] });
    assert.equal(rowValue(datastore, 'acme', '/system/tag'), '["b","a"]');
    assert.equal(rowValue(datastore, 'acme', '/system/debug'), '{}');
    assert.notEqual(rowValue(datastore, 'acme', '/system/extra'), undefined);
    const result = await send(datastore, {
      acme: [remove('/system/debug'), replace('/system/tag', { 'test-edge:tag': ['a'] })],
    });
    assert.deepEqual(changesOf(result), ['/system/debug: {} -> nothing', '/system/tag: ["b","a"] -> ["a"]']);
  });

  it('applies its edits in the order given', async () => {
    const { datastore } = await openWith(['acme']);
    await send(datastore, { acme: [site({ name: 'a', size: 1 }), site({ name: 'b', size: 2 })] });
    await send(datastore, { acme: [remove('/site'), site({ name: 'a', size: 3 }), site({ name: 'a', size: 4 })] });
    assert.deepEqual(rowsOf(datastore, 'acme'), [
      ['/site[name=a]/name', '"a"'],
      ['/site[name=a]/size', '4'],
    ]);
  });

  it('deletes a whole list together with what an edit before put there', async () => {
    const { datastore } = await openWith(['acme']);
    await send(datastore, { acme: [site({ name: 'a' })] });
    await send(datastore, { acme: [site({ name: 'b' }), remove('/site')] });
    assert.deepEqual(rowsOf(datastore, 'acme'), []);
  });

  it('deletes everything that a query with open keys matches, and nothing else', async () => {
    const { datastore } = await openWith(['acme']);
    const port = (number: number, protocol: string) => ({ number, protocol, use: 'x' });
    await send(datastore, {
      acme: [site({ name: 'a', port: [port(1, 'tcp'), port(2, 'udp')] }), site({ name: 'b', port: [port(1, 'udp')] })],
    });
    const result = await send(datastore, { acme: [remove('/site/port[protocol=udp]')] });
    assert.equal(changesOf(result).length, 6);
    const left = rowsOf(datastore, 'acme').map(([text]) => text);
    assert.deepEqual(left, [
      '/site[name=a]/name',
      '/site[name=a]/port[number=1][protocol=tcp]/number',
      '/site[name=a]/port[number=1][protocol=tcp]/protocol',
      '/site[name=a]/port[number=1][protocol=tcp]/use',
      '/site[name=b]/name',
    ]);
  });

  it('with violations tells all of them and keeps nothing', async () => {
    const { datastore } = await openWith(['acme']);
    await send(datastore, { acme: [site({ name: 'a', limit: 5 })] });
    const { head } = datastore;
    const rows = rowsOf(datastore, 'acme');
    await assert.rejects(
      send(datastore, {
        acme: [
          update('/site[name=a]', { 'test-edge:site': [{ name: 'a', size: 9 }] }),
          update('', { 'test-edge:step': [{ name: 's', site: 'nowhere' }] }),
        ],
      }),
      (error: EdgeconfError) => {
        assert.equal(error.code, 'INVALID_ARGUMENT');
        assert.match(error.message, /^2 violations: /);
        assert.match(error.message, /a site is not larger than its limit/);
        const must = error.violations.find((violation) => violation.errorAppTag === 'too-large');
        assert.equal(must?.message, 'a site is not larger than its limit');
        assert.match(must?.path ?? '', /site\[name='a'\]/);
        assert.equal(error.violations.length, 2);
        return true;
      },
    );
    assert.deepEqual(datastore.head, head);
    assert.deepEqual(rowsOf(datastore, 'acme'), rows);
    await send(datastore, { acme: [site({ name: 'a', size: 5 })] });
  });

  it('of a value of the wrong type or an unknown node is INVALID_ARGUMENT and keeps nothing', async () => {
    const { datastore } = await openWith(['acme']);
    const { head } = datastore;
    for (const members of [{ big: 'many' }, { colour: 'red' }, { name: '' }, { name: 'x'.repeat(33) }]) {
      await assert.rejects(send(datastore, { acme: [system(members)] }), { code: 'INVALID_ARGUMENT' });
    }
    assert.deepEqual(datastore.head, head);
    assert.deepEqual(rowsOf(datastore, 'acme'), []);
  });

  it('that deletes what is still referenced is refused', async () => {
    const { datastore } = await openWith(['acme']);
    await send(datastore, {
      acme: [site({ name: 'a' }), update('', { 'test-edge:step': [{ name: 's', site: 'a' }] })],
    });
    await assert.rejects(send(datastore, { acme: [remove('/site[name=a]')] }), { code: 'INVALID_ARGUMENT' });
    await send(datastore, { acme: [remove('/site[name=a]'), remove('/step[name=s]/site')] });
  });

  it('to an unknown target is NOT_FOUND', async () => {
    const { datastore } = await openWith([]);
    await assert.rejects(send(datastore, { nobody: [remove('')] }), {
      code: 'NOT_FOUND',
      message: "no such target 'nobody'",
    });
  });

  it('refused by authorize keeps nothing, and authorize sees every change, implied ones too', async () => {
    const { datastore } = await openWith(['acme']);
    await send(datastore, { acme: [system({ volume: 5 })] });
    const { head } = datastore;
    const seen: number[] = [];
    const authorize = (candidates: readonly { changes: readonly unknown[] }[]) => {
      seen.push(...candidates.map(({ changes }) => changes.length));
      throw new EdgeconfError('PERMISSION_DENIED', 'not yours');
    };
    await assert.rejects(send(datastore, { acme: [system({ mode: 'quiet' })] }, { authorize }), {
      code: 'PERMISSION_DENIED',
      message: 'not yours',
    });
    assert.deepEqual(seen, [2]);
    assert.deepEqual(datastore.head, head);
    assert.equal(rowValue(datastore, 'acme', '/system/volume'), '5');
    const again = await send(datastore, { acme: [system({ mode: 'quiet' })] });
    assert.equal(changesOf(again).length, 2);
  });

  it('refused by the plan keeps nothing, and the plan comes after authorize', async () => {
    const order: string[] = [];
    let refuse = false;
    const plan = async () => {
      order.push('plan');
      if (refuse) throw new EdgeconfError('FAILED_PRECONDITION', 'document taken');
    };
    const { datastore } = await openWith(['acme'], { plan });
    const { head } = datastore;
    order.length = 0;
    refuse = true;
    const authorize = async () => {
      order.push('authorize');
    };
    await assert.rejects(send(datastore, { acme: [system({ name: 'core' })] }, { authorize }), {
      message: 'document taken',
    });
    assert.deepEqual(order, ['authorize', 'plan']);
    assert.deepEqual(datastore.head, head);
    assert.deepEqual(rowsOf(datastore, 'acme'), []);
    refuse = false;
    assert.deepEqual(changesOf(await send(datastore, { acme: [system({ name: 'core' })] })), [
      '/system/name: nothing -> "core"',
    ]);
  });

  it('as a dry run shows the changes, is planned, and keeps nothing', async () => {
    let planned = 0;
    const plan = () => {
      planned++;
    };
    const { datastore } = await openWith(['acme'], { plan });
    const { head } = datastore;
    planned = 0;
    const result = await send(datastore, { acme: [system({ name: 'core' })] }, { dryRun: true });
    assert.deepEqual(changesOf(result), ['/system/name: nothing -> "core"']);
    assert.equal(planned, 1);
    assert.equal(result.revision, head.revision);
    assert.deepEqual(datastore.head, head);
    assert.deepEqual(rowsOf(datastore, 'acme'), []);
    assert.equal((await send(datastore, { acme: [system({ name: 'core' })] })).revision, head.revision + 1);
  });

  it('is told to listeners before its answer, in revision order, and a failing listener harms nobody', async () => {
    const { datastore } = await openWith(['acme']);
    const events: FeedEvent[] = [];
    datastore.listen(() => {
      throw new Error('bad listener');
    });
    const end = datastore.listen((event) => {
      assert.equal(datastore.head.revision, event.revision);
      assert.equal(datastore.snapshot('acme')?.revision, event.revision);
      events.push(event);
    });
    const result = await send(datastore, { acme: [system({ name: 'one' })] }, { author: 'bob' });
    assert.equal(events.length, 1);
    assert.equal(events[0]?.author, 'bob');
    assert.equal(events[0]?.revision, result.revision);
    assert.equal(events[0]?.timeNs, result.timeNs);
    assert.deepEqual(events[0]?.commits, result.candidates);
    end();
    await send(datastore, { acme: [system({ name: 'two' })] });
    assert.equal(events.length, 1);
  });

  it('has a time after the one before even when the clock stands still', async () => {
    const { datastore } = await openWith(['acme'], { now: () => 42n });
    const first = await send(datastore, { acme: [system({ name: 'one' })] });
    const second = await send(datastore, { acme: [system({ name: 'two' })] });
    assert.deepEqual([first.timeNs, second.timeNs], [43n, 44n]);
  });

  it('keeps its author, comment and labels in the journal', async () => {
    const { datastore } = await openWith(['acme']);
    const more = { author: 'bob', comment: 'because', labels: { ticket: '7' } };
    const { revision } = await send(datastore, { acme: [system({ name: 'core' })] }, more);
    const entry = await datastore.history.entry(revision);
    assert.deepEqual([entry.author, entry.comment, entry.labels], ['bob', 'because', { ticket: '7' }]);
    assert.deepEqual(
      entry.commits.map(({ target, model }) => [target, model]),
      [['acme', 'edge@1']],
    );
    await assert.rejects(datastore.history.entry(revision + 1), { code: 'NOT_FOUND' });
  });

  it('keeps the RPC that asked for it, and the revision of the policy that allowed it', async () => {
    const { datastore } = await openWith(['acme']);
    const via = { method: '/gnmi.gNMI/Set', peer: '10.0.0.1:5', groups: ['ops', 'staff'] };
    const policy = datastore.snapshot('platform')?.revision;
    for (const name of ['one', 'two']) {
      const { revision } = await send(datastore, { acme: [system({ name })] }, { via, labels: { ticket: '7' } });
      assert.deepEqual((await datastore.history.entry(revision)).labels, {
        ticket: '7',
        'edgeconf:via': '/gnmi.gNMI/Set',
        'edgeconf:peer': '10.0.0.1:5',
        'edgeconf:groups': 'ops staff',
        'edgeconf:policy': `${policy}`,
      });
    }
  });

  it('keeps the revision of the later policy when that changed while it was decided', async () => {
    const { datastore } = await openWith(['acme']);
    const via = { method: '/gnmi.gNMI/Set', peer: '10.0.0.1:5', groups: [] };
    let changed: number | undefined;
    const authorize = async () => {
      // The policy that said yes is gone by the time of the append.
      const note = { platform: [update('/note', { 'test-platform:note': 'new policy' })] };
      changed ??= (await send(datastore, note)).revision;
    };
    const { revision } = await send(datastore, { acme: [system({ name: 'x' })] }, { via, authorize });
    assert.equal((await datastore.history.entry(revision)).labels['edgeconf:policy'], `${changed}`);
  });

  it('with a label name of the service is refused', async () => {
    const { datastore } = await openWith(['acme']);
    await assert.rejects(send(datastore, { acme: [system({ name: 'x' })] }, { labels: { 'edgeconf:x': '1' } }), {
      code: 'INVALID_ARGUMENT',
      message: /names that start with edgeconf: are reserved/,
    });
  });

  it('leaves what each row held before to the history', async () => {
    const { datastore } = await openWith(['acme']);
    const revisions: number[] = [];
    for (const name of ['one', 'two']) revisions.push((await send(datastore, { acme: [system({ name })] })).revision);
    revisions.push((await send(datastore, { acme: [remove('/system/name')] })).revision);
    const [first = 0, second = 0, third = 0] = revisions;
    const snapshot = datastore.snapshot('acme');
    assert.ok(snapshot);
    const key = keyOf(datastore, 'acme', '/system/name');
    const past: unknown[] = [];
    for await (const change of datastore.history.changes('acme', key)) past.push([change.revision, change.before]);
    assert.deepEqual(past, [
      [first, undefined],
      [second, '"one"'],
      [third, '"two"'],
    ]);
    const at = (revision: number) => datastore.history.valueAt(snapshot, key, revision);
    assert.deepEqual(await Promise.all([first - 1, first, second, third].map(at)), [
      undefined,
      '"one"',
      '"two"',
      undefined,
    ]);
  });
});
