// Grants: what the sample's users may do, and how requests and changes beyond it are refused.

import assert from 'node:assert/strict';
import { Access } from '../../src/access/access.ts';
import type { Engine } from '../../src/access/policy-grants.ts';
import { unknownTarget } from '../../src/access/unknown-target.ts';
import type { Edit } from '../../src/datastore/transaction.ts';
import { encodeKey, rankKey } from '../../src/schema/row-key.ts';
import {
  candidate,
  path,
  policyTree,
  query,
  refusal,
  samplePolicy,
  type TestRule,
  TestSource,
  who,
} from './fixture.ts';

const update = (text: string): Edit => ({ op: 'update', path: path(text), json: '{}' });
const replace = (text: string): Edit => ({ op: 'replace', path: path(text), json: '{}' });
const remove = (text: string): Edit => ({ op: 'delete', query: query(text) });
const CHICAGO = '/site[site-id=chicago]';
const BOSTON = '/site[site-id=boston]';

function one(rules: TestRule[]) {
  const source = new TestSource(policyTree({ u: ['acme/r'] }, { r: { rules } }));
  return new Access(source).grants(who('u'));
}

for (const engine of ['grants', 'enforce'] satisfies Engine[]) {
  describe(`grants of the sample's users, decided by ${engine}`, () => {
    const access = new Access(new TestSource(samplePolicy), { engine });
    const of = (name: string) => access.grants(who(name));

    it('let the operator do everything everywhere', () => {
      for (const target of ['platform', 'acme', 'acme-lab', 'globex'])
        assert.ok(of('root').decide(target, 'delete', []));
      assert.deepEqual(of('root').readableTargets(), ['platform', 'acme', 'acme-lab', 'globex']);
    });

    it('let an enterprise admin change all targets of the enterprise and nothing of another', () => {
      for (const target of ['acme', 'acme-lab']) assert.ok(of('alice').decide(target, 'update', path('/contact')));
      for (const target of ['globex', 'platform', 'nowhere']) {
        assert.ok(!of('alice').decide(target, 'read', target === 'platform' ? [] : path('/contact')));
      }
      assert.deepEqual(of('alice').readableTargets(), ['acme', 'acme-lab']);
      assert.deepEqual(of('bob').readableTargets(), ['globex']);
    });

    it('let a reader read only', () => {
      assert.ok(of('rita').decide('acme', 'read', path('/contact')));
      for (const action of ['create', 'update', 'delete', 'execute'] as const) {
        assert.ok(!of('rita').decide('acme', action, path('/contact')));
      }
    });

    it('let a site admin rule one site', () => {
      const sam = of('sam');
      assert.ok(sam.decide('acme', 'create', path(`${CHICAGO}/slice[slice-id=x]/sst`)));
      assert.ok(!sam.decide('acme', 'read', path(`${BOSTON}/slice[slice-id=x]/sst`)));
      assert.ok(!sam.decide('acme', 'update', path(`${CHICAGO}/test-site:display-name`)));
      assert.ok(!sam.decide('acme', 'read', path('/contact')));
    });

    it('give nothing to a user whom the policy does not know', () => {
      assert.deepEqual(of('nobody').readableTargets(), []);
      assert.ok(!of('nobody').decide('acme', 'read', path('/contact')));
    });

    it('refuse a change by its exact path and action', () => {
      const grow = candidate(
        'acme',
        { site: [{ 'site-id': 'boston' }] },
        { site: [{ 'site-id': 'boston', mbr: { uplink: '5' } }] },
      );
      assert.equal(
        refusal(() => of('alice').check([grow])),
        "PERMISSION_DENIED: user 'alice' may not create /site[site-id=boston]/mbr/uplink in target 'acme'; no rule allows it or one denies it",
      );
      of('root').check([grow]);
    });

    it('refuse an implied change outside the rights without naming what may not be read', () => {
      const before = { contact: 'x', site: [{ 'site-id': 'chicago', slice: [{ 'slice-id': 'a', sst: '1' }] }] };
      const implied = candidate('acme', before, { site: [{ 'site-id': 'chicago' }] });
      assert.equal(
        refusal(() => of('sam').check([implied])),
        "PERMISSION_DENIED: user 'sam' may not make this change of target 'acme': it reaches beyond what the user may change and read",
      );
      of('sam').check([candidate('acme', before, { contact: 'x', site: [{ 'site-id': 'chicago' }] })]);
    });

    it('refuse the deletion of a list above what the user may delete', () => {
      const sites = { site: [{ 'site-id': 'chicago', mbr: { uplink: '1' } }] };
      of('alice').checkEdits('acme', [remove('/site')]);
      assert.match(
        refusal(() => of('alice').check([candidate('acme', sites, {})])),
        /may not delete .*\/mbr\/uplink in target 'acme'/,
      );
    });

    it('refuse everything when one target of several is foreign', () => {
      const mine = candidate('acme', {}, { contact: 'x' });
      const foreign = candidate('globex', {}, { contact: 'x' });
      of('alice').check([mine]);
      assert.equal(
        refusal(() => of('alice').check([mine, foreign])),
        "PERMISSION_DENIED: no access to target 'globex'",
      );
    });
  });
}

describe('grants on requested paths', () => {
  const access = new Access(new TestSource(samplePolicy));
  const sam = access.grants(who('sam'));

  it('let pass what touches the rights at, above or below the path', () => {
    sam.checkEdits('acme', [update(`${CHICAGO}/mbr/uplink`), replace(CHICAGO), update('/site'), remove(CHICAGO)]);
  });

  it('refuse to remove what may be there and cannot be read, whatever is there', () => {
    for (const edit of [replace('/'), replace('/site'), remove('/'), remove('/site'), remove('/site/slice')]) {
      assert.match(
        refusal(() => sam.checkEdits('acme', [edit])),
        /^PERMISSION_DENIED: user 'sam' may not (replace|delete) \S+ in target 'acme': not all that may be there/,
      );
    }
    one([{ path: '/', action: ['create', 'update', 'delete'] }]).checkEdits('acme', [remove('/'), replace('/')]);
    // Whoever reads everything is told by `check`, which knows what is there.
    access.grants(who('alice')).checkEdits('acme', [remove('/'), replace('/site')]);
  });

  it('refuse a value where the user may neither write nor read, whatever is there', () => {
    const values = (json: string): Edit => ({ op: 'update', path: [], json });
    sam.checkEdits('acme', [values('{"test-site:site":[{"site-id":"chicago","mbr":{"uplink":"1"}}]}')]);
    assert.equal(
      refusal(() => sam.checkEdits('acme', [values('{"test-site:site":[{"site-id":"boston","mbr":{"uplink":"1"}}]}')])),
      "PERMISSION_DENIED: user 'sam' may not update /site[site-id=boston]/site-id in target 'acme'; no rule allows it or one denies it",
    );
    assert.match(
      refusal(() => sam.checkEdits('acme', [values('{"test-site:contact":"x"}')])),
      /may not update \/contact in target 'acme'/,
    );
    assert.match(
      refusal(() => sam.checkEdits('acme', [{ op: 'update', path: [], json: Buffer.from('{}') }])),
      /may write only parts of \/ in target 'acme'/,
    );
  });

  it('refuse what cannot touch them, naming user, operation, path and target', () => {
    const text = (op: string, where: string) =>
      `PERMISSION_DENIED: user 'sam' may not ${op} ${where} in target 'acme'; no rule allows it or one denies it`;
    assert.equal(
      refusal(() => sam.checkEdits('acme', [update(CHICAGO), replace(BOSTON)])),
      text('replace', BOSTON),
    );
    assert.equal(
      refusal(() => sam.checkEdits('acme', [remove('/contact')])),
      text('delete', '/contact'),
    );
    assert.equal(
      refusal(() => sam.checkEdits('acme', [remove('/port')])),
      text('delete', '/port[number=*]'),
    );
  });

  it('refuse a foreign target with the words for one that does not exist', () => {
    for (const target of ['globex', 'platform', 'nowhere', '']) {
      const expected = `PERMISSION_DENIED: no access to target '${target}'`;
      assert.equal(
        refusal(() => sam.checkEdits(target, [])),
        expected,
      );
      assert.equal(
        refusal(() => sam.requireTarget(target)),
        expected,
      );
      assert.equal(
        refusal(() => {
          throw unknownTarget(target);
        }),
        expected,
      );
    }
    sam.requireTarget('acme');
  });

  it('ask for create or update where something is written and for delete where it goes', () => {
    const writer = one([{ path: '/contact', action: ['create'] }]);
    writer.checkEdits('acme', [update('/contact')]);
    assert.match(
      refusal(() => writer.checkEdits('acme', [remove('/contact')])),
      /may not delete \/contact/,
    );
    const eraser = one([{ path: '/contact', action: ['delete'] }]);
    eraser.checkEdits('acme', [remove('/contact')]);
    assert.match(
      refusal(() => eraser.checkEdits('acme', [update('/contact')])),
      /may not update \/contact/,
    );
  });
});

describe('grants on changes', () => {
  it('tell create, update and delete of a row apart', () => {
    for (const [action, before, after] of [
      ['create', {}, { contact: 'a' }],
      ['update', { contact: 'a' }, { contact: 'b' }],
      ['delete', { contact: 'a' }, {}],
    ] as const) {
      const others = ['create', 'update', 'delete'].filter((other) => other !== action);
      one([{ path: '/', action: [action] }]).check([candidate('acme', before, after)]);
      const grants = one([{ path: '/', action: ['read', ...others] }]);
      assert.match(
        refusal(() => grants.check([candidate('acme', before, after)])),
        new RegExp(`may not ${action} /contact`),
      );
    }
  });

  it('name a readable change before one that is not', () => {
    const grants = one([{ path: '/site', action: ['read'] }]);
    const both = candidate('acme', {}, { contact: 'x', site: [{ 'site-id': 'a' }] });
    assert.match(
      refusal(() => grants.check([both])),
      /may not create \/site\[site-id=a\]\/site-id/,
    );
  });

  it('take the move of an entry as an update of the entry', () => {
    const staged = candidate('acme', {}, {});
    const move = { ...staged, changes: [{ key: rankKey(encodeKey(path(CHICAGO))), before: '"a"', after: '"b"' }] };
    one([{ path: CHICAGO, action: ['update'] }]).check([move]);
    assert.match(
      refusal(() => one([{ path: '/', action: ['read'] }]).check([move])),
      /may not update \/site\[site-id=chicago\] in/,
    );
  });

  it('let a transaction without changes pass', () => {
    one([]).check([candidate('globex', {}, {})]);
  });
});

describe('grants on subtrees', () => {
  const covers = (rules: TestRule[], text: string) => one(rules).covers('acme', 'read', query(text));
  const read = (where: string, effect = 'allow'): TestRule => ({ path: where, effect, action: ['read'] });

  it('cover all below an allowance, nothing beside it, and some above it', () => {
    assert.equal(covers([read(CHICAGO)], `${CHICAGO}/mbr`), true);
    assert.equal(covers([read(CHICAGO)], CHICAGO), true);
    assert.equal(covers([read(CHICAGO)], '/site'), 'some');
    assert.equal(covers([read(CHICAGO)], BOSTON), false);
    assert.equal(covers([read(CHICAGO)], '/port'), false);
    assert.equal(covers([read(CHICAGO)], '/'), 'some');
    assert.equal(covers([read('/site/mbr')], '/port'), false);
    assert.equal(covers([read('/site/mbr')], CHICAGO), 'some');
  });

  it('take a denial above as nothing, below as some, beside as no matter', () => {
    assert.equal(covers([read('/'), read('/site', 'deny')], `${CHICAGO}/mbr`), false);
    assert.equal(covers([read('/'), read('/site/mbr/uplink', 'deny')], `${CHICAGO}/mbr`), 'some');
    assert.equal(covers([read('/'), read(BOSTON, 'deny')], `${CHICAGO}/mbr`), true);
    assert.equal(covers([read('/'), read(BOSTON, 'deny')], '/site'), 'some');
  });

  it('see that an allowance is denied as a whole', () => {
    assert.equal(covers([read('/site'), read('/site', 'deny')], '/'), false);
    assert.deepEqual(one([read(CHICAGO), read('/', 'deny')]).readableTargets(), []);
  });

  it('see nothing in a model that has not the nodes of the rule', () => {
    assert.equal(covers([read('/device')], '/'), false);
    assert.deepEqual(one([read('/device')]).readableTargets(), []);
  });

  it('are false for a target that does not exist', () => {
    assert.equal(one([read('/')]).covers('nowhere', 'read', []), false);
  });
});
