// Rule paths: what is one, what it covers, and that one which cannot be understood never allows.

import assert from 'node:assert/strict';
import { covers, parseRulePath, resolveRulePath } from '../../src/access/rule-path.ts';
import { formatQuery } from '../../src/schema/path.ts';
import { path, siteModel } from './fixture.ts';

const allows = (rule: string, text: string) => covers(parseRulePath(rule), 'allow', path(text));
const denies = (rule: string, text: string) => covers(parseRulePath(rule), 'deny', path(text));
const resolved = (rule: string, effect: 'allow' | 'deny' = 'allow') =>
  resolveRulePath(parseRulePath(rule), effect, siteModel.root).map(formatQuery);

describe('rule paths', () => {
  it('are gNMI paths as text, with escapes in key values', () => {
    assert.deepEqual(parseRulePath('/'), []);
    const elems = parseRulePath('/m:site[site-id=a\\]/b\\\\][x=*]/*/...');
    assert.deepEqual(JSON.parse(JSON.stringify(elems)), [
      { name: 'm:site', key: { 'site-id': 'a]/b\\', x: '*' } },
      { name: '*', key: {} },
      { name: '...', key: {} },
    ]);
  });

  for (const text of [
    '',
    'site',
    '/site/',
    '//site',
    '/site[site-id]',
    '/site[site-id=a',
    '/site[site-id=a]x',
    '/a b',
    '/site[=a]',
    '/site[k=a][k=b]',
    '/...[k=a]',
    '/../site',
    '/site]',
    '/si*',
  ]) {
    it(`refuse ${JSON.stringify(text)}`, () => assert.equal(parseRulePath(text), undefined));
  }

  it('cover the node and everything below, and nothing beside or above', () => {
    assert.ok(allows('/site/mbr', '/site[site-id=a]/mbr'));
    assert.ok(allows('/site/mbr', '/site[site-id=a]/mbr/uplink'));
    assert.ok(allows('/', '/contact'));
    assert.ok(!allows('/site/mbr', '/site[site-id=a]/slice[slice-id=x]/sst'));
    assert.ok(!allows('/site/mbr', '/site[site-id=a]'));
  });

  it('leave keys open or fix them', () => {
    assert.ok(allows('/site[site-id=a]', '/site[site-id=a]/mbr/uplink'));
    assert.ok(!allows('/site[site-id=a]', '/site[site-id=b]/mbr/uplink'));
    assert.ok(!allows('/site[site-id=a]', '/site'), 'one entry is not the whole list');
    assert.ok(allows('/site[site-id=*]', '/site[site-id=b]'));
    assert.ok(allows('/site', '/site'));
  });

  it('compare keys in their canonical form', () => {
    assert.ok(allows('/port[number=+0080]', '/port[number=80]/open'));
  });

  it('take * as any one node and ... as any number', () => {
    assert.ok(allows('/*/mbr', '/site[site-id=a]/mbr/uplink'));
    assert.ok(!allows('/*/uplink', '/site[site-id=a]/mbr/uplink'));
    assert.ok(allows('/.../uplink', '/site[site-id=a]/mbr/uplink'));
    assert.ok(allows('/.../site', '/site[site-id=a]'));
    assert.ok(!allows('/.../uplink', '/site[site-id=a]/mbr/downlink'));
    assert.ok(allows('/*[site-id=a]', '/site[site-id=a]/mbr'));
    assert.ok(!allows('/*[site-id=a]', '/port[number=1]'));
  });

  it('mean a bare name in any module and a qualified one in its own', () => {
    assert.ok(allows('/site/display-name', '/site[site-id=a]/test-extra:display-name'));
    assert.ok(allows('/site/display-name', '/site[site-id=a]/test-site:display-name'));
    assert.ok(!allows('/site/test-site:display-name', '/site[site-id=a]/test-extra:display-name'));
    assert.ok(!allows('/other:site', '/site[site-id=a]'));
  });

  it('allow nothing and deny everything when they cannot be read', () => {
    assert.ok(!allows('site', '/site[site-id=a]'));
    assert.ok(denies('site', '/site[site-id=a]'));
    assert.deepEqual(resolved('site'), []);
    assert.deepEqual(resolved('site', 'deny'), ['/']);
  });

  it('allow nothing and deny every entry when they ask for a key that the list has not', () => {
    assert.ok(!allows('/site[id=a]', '/site[site-id=b]'));
    assert.ok(denies('/site[id=a]', '/site[site-id=b]'));
    assert.ok(!denies('/site[id=a]', '/contact'));
    assert.ok(!denies('/*[id=a]', '/contact'), 'behind * a key chooses the lists that have it');
    assert.deepEqual(resolved('/site[id=a]', 'deny'), ['/site[site-id=*]']);
  });

  it('resolve to the queries that a model knows', () => {
    assert.deepEqual(resolved('/site[site-id=a]/*/sst'), ['/site[site-id=a]/slice[slice-id=*]/sst']);
    assert.deepEqual(resolved('/.../uplink'), ['/site[site-id=*]/mbr/uplink']);
    assert.deepEqual(resolved('/site/...'), ['/site[site-id=*]']);
    assert.deepEqual(resolved('/device/...'), []);
    assert.equal(resolved('/site/display-name').length, 2);
  });
});
