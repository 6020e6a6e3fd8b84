// Examples of regions: rows that are there where one fits, otherwise made-up paths that lie in the region all the same.

import assert from 'node:assert/strict';
import type { Action } from '../../src/access/action.ts';
import { examplePath, leafPath } from '../../src/access/example-path.ts';
import type { Region } from '../../src/access/region.ts';
import { formatPath } from '../../src/schema/path.ts';
import { query, siteModel, snapshotOf, type Tree } from './fixture.ts';

const region = (path: string, ...except: string[]): Region => ({
  query: path === '/' ? [] : query(path),
  except: except.map((each) => query(each)),
});
const tree: Tree = {
  site: [{ 'site-id': 'chicago', mbr: { uplink: '5' }, slice: [{ 'slice-id': 's', sst: '1' }] }],
  port: [{ number: '7', open: true }],
};
const snapshot = snapshotOf('acme', siteModel, tree);

function example(action: Action, of: Region, shows?: (text: string) => boolean): string {
  const target = { name: 'acme', tenant: 'acme', root: siteModel.root, snapshot: () => snapshot };
  const shown =
    shows === undefined
      ? target
      : { ...target, shows: (path: Parameters<typeof formatPath>[0]) => shows(formatPath(path)) };
  return formatPath(examplePath(shown, of, action));
}

describe('an example of a region', () => {
  it('is a row that is there, no key where it is to be changed, and none of the exceptions', () => {
    assert.equal(example('read', region('/site')), '/site[site-id=chicago]/mbr/uplink');
    assert.equal(example('update', region('/site/slice')), '/site[site-id=chicago]/slice[slice-id=s]/sst');
    assert.equal(example('delete', region('/', '/site')), '/port[number=7]/open');
    assert.equal(example('read', region('/site', '/site/mbr')), '/site[site-id=chicago]/site-id');
  });

  it('is made up where nothing is there, or nothing may be shown, with keys that no exception has', () => {
    assert.equal(example('read', region('/site[site-id=boston]/mbr')), '/site[site-id=boston]/mbr');
    assert.equal(
      example('update', region('/site'), () => false),
      '/site[site-id=example]/display-name',
    );
    assert.equal(example('create', region('/site', '/site[site-id=example]')), '/site[site-id=example-2]/display-name');
    assert.equal(example('create', region('/port', '/port[number=1]')), '/port[number=2]/open');
    assert.equal(example('execute', region('/')), '/');
  });

  it('that is a leaf does not depend on what is there', () => {
    assert.equal(formatPath(leafPath(siteModel.root, region('/', '/contact'))), '/site[site-id=example]/display-name');
    assert.equal(formatPath(leafPath(siteModel.root, region('/site/mbr'))), '/site[site-id=example]/mbr/uplink');
  });
});
