// Rows print as the JSON that libyang loads.

import assert from 'node:assert/strict';
import { rowsToJson } from '../../src/datastore/rows-to-json.ts';
import type { Snapshot } from '../../src/datastore/snapshot.ts';
import { snapshotOf, testModel } from './test-schema.ts';

describe('rows as JSON', () => {
  const print = (snapshot: Snapshot) =>
    rowsToJson(
      testModel.root,
      [...snapshot.subtree('')].flatMap((row) => [row.key, row.value]),
    );

  it('no rows are an empty object', () => {
    assert.equal(print(snapshotOf({})), '{}');
  });

  it('lists nest, and names carry their module where it changes', () => {
    const snapshot = snapshotOf({
      '/site[name=a]/name': '"a"',
      '/site[name=a]/extra': '"more"',
      '/site[name=a]/port[number=9][protocol=tcp]/number': '9',
      '/site[name=a]/port[number=9][protocol=tcp]/protocol': '"tcp"',
      '/site[name=a]/port[number=80][protocol=tcp]/number': '80',
      '/site[name=a]/port[number=80][protocol=tcp]/protocol': '"tcp"',
      '/site[name=b]/name': '"b"',
      '/site-count': '2',
    });
    assert.deepEqual(JSON.parse(print(snapshot)), {
      'm:site': [
        {
          name: 'a',
          'x:extra': 'more',
          port: [
            { number: 9, protocol: 'tcp' },
            { number: 80, protocol: 'tcp' },
          ],
        },
        { name: 'b' },
      ],
      'm:site-count': 2,
    });
  });

  it('entries of a user-ordered list come in the order of their ranks', () => {
    const values = { '/step[name=a]/name': '"a"', '/step[name=b]/name': '"b"', '/step[name=c]/name': '"c"' };
    const ranks = { '/step[name=a]': 'i0000002', '/step[name=b]': 'i0000000', '/step[name=c]': 'i0000000i' };
    assert.equal(print(snapshotOf(values, ranks)), '{"m:step":[{"name":"b"},{"name":"c"},{"name":"a"}]}');
  });

  it('a presence container is there with and without children', () => {
    assert.equal(print(snapshotOf({ '/debug': '{}' })), '{"m:debug":{}}');
    assert.equal(print(snapshotOf({ '/debug': '{}', '/debug/level': '3' })), '{"m:debug":{"level":3}}');
  });

  it('state is left out', () => {
    const snapshot = snapshotOf({ '/site[name=a]/name': '"a"', '/site[name=a]/seen': '"77"' });
    assert.equal(print(snapshot), '{"m:site":[{"name":"a"}]}');
  });

  it('a thousand entries of five rows come out complete', () => {
    const values: Record<string, string> = {};
    for (let i = 0; i < 1000; i++) {
      values[`/site[name=s${i}]/name`] = `"s${i}"`;
      values[`/site[name=s${i}]/size`] = `${i}`;
      for (let port = 1; port <= i % 4; port++)
        values[`/site[name=s${i}]/port[number=${port}][protocol=x]/number`] = `${port}`;
    }
    const { 'm:site': sites } = JSON.parse(print(snapshotOf(values))) as {
      'm:site': { name: string; size: number; port?: { number: number }[] }[];
    };
    assert.equal(sites.length, 1000);
    for (const { name, size, port } of sites) {
      assert.equal(name, `s${size}`);
      assert.deepEqual(
        port ?? [],
        Array.from({ length: size % 4 }, (_, i) => ({ number: i + 1 })),
      );
    }
  });
});
