// What takes a commit back is as small as the commit was.

import assert from 'node:assert/strict';
import { restoreEdits } from '../../src/datastore/restore-edits.ts';
import type { Edit } from '../../src/datastore/transaction.ts';
import { formatPath, formatQuery } from '../../src/schema/path.ts';
import { closeAll, openWith, remove, replace, send, type TextEdit, update } from './edge.ts';
import { removeTempFolders } from './temp-folder.ts';

const site = (members: Record<string, unknown>) => update('', { 'test-edge:site': [members] });

describe('the edits that take a commit back', () => {
  afterEach(async () => {
    await closeAll();
    await removeTempFolders();
  });

  async function backOf(edit: TextEdit): Promise<string[]> {
    const { datastore } = await openWith(['acme']);
    const ports = [1, 2, 3].map((number) => ({ number, protocol: 'udp', use: 'x' }));
    await send(datastore, {
      acme: [
        site({ name: 'a', size: 1, port: ports }),
        site({ name: 'b', size: 2 }),
        update('/system', { 'test-edge:system': { address: '1', debug: { level: 1 } } }),
        replace('/step', { 'test-edge:step': [{ name: 's' }, { name: 't' }] }),
      ],
    });
    const { candidates } = await send(datastore, { acme: [edit] });
    const [candidate] = candidates;
    assert.ok(candidate);
    return restoreEdits(candidate.after, candidate.changes).map(textOf);
  }

  function textOf(edit: Edit): string {
    return edit.op === 'delete'
      ? `delete ${formatQuery(edit.query)}`
      : `${edit.op} ${formatPath(edit.path)} ${edit.json}`;
  }

  it('are one leaf for one leaf, in whatever large entry it stands', async () => {
    assert.deepEqual(await backOf(site({ name: 'a', port: [{ number: 2, protocol: 'udp', use: 'y' }] })), [
      'replace /site[name=a]/port[number=2][protocol=udp]/use {"test-edge:use":"x"}',
    ]);
  });

  it('are one entry for an entry that came or went, with all that is below it', async () => {
    assert.deepEqual(await backOf(site({ name: 'c', size: 3, port: [{ number: 1, protocol: 'tcp' }] })), [
      'delete /site[name=c]',
    ]);
    assert.deepEqual(await backOf(remove('/site[name=a]/port[number=2]')), [
      'replace /site[name=a]/port[number=2][protocol=udp] {"test-edge:port":[{"test-edge:number":2,"test-edge:protocol":"udp","test-edge:use":"x"}]}',
    ]);
  });

  it('are the whole list where its order changed', async () => {
    assert.deepEqual(await backOf(replace('/step', { 'test-edge:step': [{ name: 't' }, { name: 's' }] })), [
      'replace /step {"test-edge:step":[{"test-edge:name":"s"},{"test-edge:name":"t"}]}',
    ]);
  });

  it('take away the case that stands in the way before they write the other', async () => {
    assert.deepEqual(await backOf(update('/system', { 'test-edge:system': { dhcp: true } })), [
      'delete /system/dhcp',
      'replace /system/address {"test-edge:address":"1"}',
    ]);
    assert.deepEqual(await backOf(remove('/system/debug')), [
      'replace /system/debug {"test-edge:debug":{"test-edge:level":1}}',
    ]);
  });
});
