// A scan finds the concrete paths that a query stands for.

import assert from 'node:assert/strict';
import { entriesOf, entryKeys } from '../../src/datastore/scan.ts';
import { formatPath } from '../../src/schema/path.ts';
import { encodeName } from '../../src/schema/row-key.ts';
import { path, query, snapshotOf } from './test-schema.ts';

describe('a scan of a snapshot', () => {
  const snapshot = snapshotOf({
    '/site[name=a]/name': '"a"',
    '/site[name=a]/size': '5',
    '/site[name=a]/port[number=9][protocol=tcp]/number': '9',
    '/site[name=a]/port[number=9][protocol=udp]/number': '9',
    '/site[name=a]/port[number=80][protocol=tcp]/number': '80',
    '/site[name=a]/port[number=80][protocol=tcp]/use': '"web"',
    '/site[name=ab]/name': '"ab"',
    '/site[name=b]/name': '"b"',
    '/site[name=b]/size': '7',
    '/site[name=b]/port[number=80][protocol=udp]/number': '80',
    '/site-count': '3',
  });
  const found = (text: string) => entriesOf(snapshot, query(text)).map(formatPath);

  it('finds every entry of a list, keys in tree order', () => {
    assert.deepEqual(found('/site'), ['/site[name=a]', '/site[name=ab]', '/site[name=b]']);
  });

  it('finds entries below every entry, numbers in numeric order', () => {
    assert.deepEqual(found('/site/port'), [
      '/site[name=a]/port[number=9][protocol=tcp]',
      '/site[name=a]/port[number=9][protocol=udp]',
      '/site[name=a]/port[number=80][protocol=tcp]',
      '/site[name=b]/port[number=80][protocol=udp]',
    ]);
  });

  it('narrows by the keys that are given, whichever they are', () => {
    assert.deepEqual(found('/site/port[number=80]'), [
      '/site[name=a]/port[number=80][protocol=tcp]',
      '/site[name=b]/port[number=80][protocol=udp]',
    ]);
    assert.deepEqual(found('/site[name=a]/port[protocol=udp]'), ['/site[name=a]/port[number=9][protocol=udp]']);
  });

  it('finds leaves only where they exist', () => {
    assert.deepEqual(found('/site/size'), ['/site[name=a]/size', '/site[name=b]/size']);
    assert.deepEqual(found('/site/port/use'), ['/site[name=a]/port[number=80][protocol=tcp]/use']);
    assert.deepEqual(found('/site[name=none]/size'), []);
    assert.deepEqual(found('/debug'), []);
  });

  it('finds the root for the empty query', () => {
    assert.deepEqual(entriesOf(snapshot, []), [[]]);
  });

  it('keeps a list apart from a node whose name starts alike', () => {
    assert.deepEqual(found('/site-count'), ['/site-count']);
    const list = path('/site')[0]?.node;
    assert.ok(list);
    assert.equal([...entryKeys(snapshot, list, encodeName(list))].length, 3);
  });
});
