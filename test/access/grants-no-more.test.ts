// Nobody grants more than they hold: by roles, groups, rules, parameters, passwords, moved targets, and for random policies.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Access } from '../../src/access/access.ts';
import { ACTIONS } from '../../src/access/action.ts';
import type { Identity } from '../../src/access/identity.ts';
import type { Path } from '../../src/schema/path.ts';
import {
  ALL,
  candidate,
  EDIT,
  path,
  platformModel,
  policyTree,
  refusal,
  sampleRoles,
  sampleTargets,
  sampleUsers,
  TestSource,
  type Tree,
  who,
} from './fixture.ts';

const policyLists = ['/user', '/group', '/role', '/target'].map((at) => ({
  target: 'platform',
  path: at,
  action: ['read', ...EDIT],
}));
/** May write all of the policy, and has no rights of tenants by that. */
const roles = { ...sampleRoles, policy: { rules: policyLists } };
const hash = 'scrypt$2$1$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAA==';
const users = { ...sampleUsers, peter: ['*/policy', 'acme/admin'] };
const base = policyTree(users, roles, { root: hash });

function change(after: Tree, author: Identity, before: Tree = base): string {
  const grants = new Access(new TestSource(before)).grants(author);
  const staged = [candidate('platform', before, after, platformModel)];
  let told = 'accepted';
  try {
    grants.check(staged);
  } catch {
    told = refusal(() => grants.check(staged));
  }
  return told;
}

const peter = who('peter');
const beyond = (party: string, right: string, author = 'peter') =>
  `PERMISSION_DENIED: this gives ${party} the right to ${right}, which user '${author}' does not have; nobody grants more ` +
  'than they hold: leave that out, or have it done by somebody who holds it';

describe('who changes the policy', () => {
  const withUsers = (more: Record<string, string[]>, hashes: Record<string, string> = {}) =>
    policyTree({ ...users, ...more }, roles, { root: hash, ...hashes });

  it('may give what they hold, to new users and to others', () => {
    assert.equal(change(withUsers({ carl: ['acme/admin'] }), peter), 'accepted');
    assert.equal(change(withUsers({ carl: ['acme/reader'], rita: ['acme/admin'] }), peter), 'accepted');
    assert.equal(change(withUsers({ carl: ['*/policy', 'acme/admin'] }), peter), 'accepted');
    assert.equal(change(withUsers({ sam: ['acme/site-admin'], carl: ['acme/reader'] }), peter), 'accepted');
  });

  it('may take away anything, and change what is no right', () => {
    assert.equal(change(withUsers({ bob: [], rita: [] }), peter), 'accepted');
    assert.equal(change({ ...base, target: [{ name: 'new', tenant: 'globex' }] }, peter), 'accepted');
    const { bob: _, ...others } = users;
    assert.equal(change(policyTree(others, roles, { root: hash }), peter), 'accepted');
  });

  it('may not give a role for another tenant, or for all', () => {
    assert.equal(
      change(withUsers({ carl: ['globex/reader'] }), peter),
      beyond("user 'carl'", "read / in the targets of tenant 'globex'"),
    );
    assert.equal(
      change(withUsers({ peter: ['*/policy', '*/admin'] }), peter),
      beyond("user 'peter'", 'read / in the targets of every tenant'),
    );
  });

  it('may not give a role with more actions, another path, or fewer denials', () => {
    const given = (role: object) =>
      change(policyTree({ ...users, carl: ['acme/new'] }, { ...roles, new: role }, { root: hash }), peter);
    const acme = "in the targets of tenant 'acme'";
    assert.equal(
      given({ rules: [{ path: '/contact', action: ['execute'] }] }),
      beyond("user 'carl'", `execute /contact ${acme}`),
    );
    assert.equal(
      given({ rules: [{ path: '/site', action: ['update'] }] }),
      beyond("user 'carl'", `update /site[site-id=*] ${acme}`),
    );
    assert.equal(given({ rules: [{ path: '/site/mbr', action: ['read'] }] }), 'accepted');
    const deny = { effect: 'deny', path: '/site/mbr', action: ['update'] };
    assert.equal(given({ rules: [{ path: '/site', action: ['update'] }, deny] }), 'accepted');
  });

  it('may not widen a role that others have, nor take its denials out', () => {
    const changed = (role: object) => change(policyTree(users, { ...roles, admin: role }, { root: hash }), peter);
    const { inherits, rules } = sampleRoles.admin;
    assert.equal(
      changed({ inherits, rules: [...rules, { path: '/port', action: ['execute'] }] }),
      beyond("user 'alice'", "execute /port[number=*] in the targets of tenant 'acme'"),
    );
    assert.equal(
      changed({ inherits, rules: rules.slice(0, 1) }),
      beyond("user 'alice'", "create /site[site-id=*]/mbr in the targets of tenant 'acme'"),
    );
    assert.equal(changed({ inherits: [], rules }), 'accepted');
  });

  it('may not widen a role by what it inherits, in a tenant where others have it', () => {
    const reader = { rules: [{ path: '/', action: ['read', 'update'] }] };
    assert.equal(
      change(policyTree(users, { ...roles, reader }, { root: hash }), peter),
      beyond("user 'rita'", "update / in the targets of tenant 'acme'"),
    );
    const site = { inherits: ['operator'] };
    const own = { ...roles, 'site-admin': site };
    assert.match(
      change(policyTree(users, own, { root: hash }), peter),
      /^PERMISSION_DENIED: this gives user 'sam' the right to/,
    );
  });

  it('may not set the password of somebody with other rights, but may set their own', () => {
    const taken = (name: string, author = peter) =>
      change(policyTree(users, roles, { root: hash, [name]: hash.replace('$2$', '$4$') }), author);
    assert.equal(taken('bob'), beyond("user 'bob'", "read / in the targets of tenant 'globex'"));
    assert.match(taken('root'), /^PERMISSION_DENIED: this gives user 'root' the right to read \/ in/);
    assert.equal(taken('peter'), 'accepted');
    assert.equal(taken('rita'), 'accepted');
    assert.equal(taken('bob', who('root')), 'accepted');
  });

  it('may not put anybody into a group with other rights, nor give a group such', () => {
    const group = (name: string, ...given: string[][]) => ({
      name,
      role: given.map(([tenant, role]) => ({ tenant, role })),
    });
    const before = { ...base, group: [group('ops', ['*', 'operator']), group('readers', ['acme', 'reader'])] };
    const joined = (...groups: string[]) => ({
      ...before,
      user: (base.user as Tree[]).map((user) => (user.name === 'rita' ? { ...user, group: groups } : user)),
    });
    assert.equal(change(joined('readers'), peter, before), 'accepted');
    assert.equal(
      change(joined('readers', 'ops'), peter, before),
      beyond("user 'rita'", 'read / in the targets of every tenant'),
    );
    const widened = { ...before, group: [before.group[0] as object, group('readers', ['globex', 'reader'])] };
    assert.equal(change(widened, peter, before), beyond("group 'readers'", "read / in the targets of tenant 'globex'"));
  });

  it('may not give parameters other values', () => {
    const site = { rules: [{ path: '/site[site-id={site}]', action: ['read'] }] };
    const given = (value: string[], author: string[]) => {
      const entry = (name: string, values: string[]) => ({
        name,
        role: [
          { tenant: 'acme', role: 'one-site', parameter: [{ name: 'site', value: values }] },
          ...(name === 'paul' ? [{ tenant: '*', role: 'policy' }] : []),
        ],
      });
      const tree = policyTree(users, { ...roles, 'one-site': site }, { root: hash });
      const list = (...more: object[]) => ({ ...tree, user: [...(tree.user as Tree[]), ...more] });
      return change(list(entry('paul', author), entry('carl', value)), who('paul'), list(entry('paul', author)));
    };
    assert.equal(given(['a'], ['a', 'b']), 'accepted');
    assert.equal(given(['a', 'b'], ['a', 'b']), 'accepted');
    assert.equal(
      given(['a', 'c'], ['a', 'b']),
      beyond("user 'carl'", "read /site[site-id=c] in the targets of tenant 'acme'", 'paul'),
    );
  });

  it('may not move a target to where others have more rights in it than the author', () => {
    const targets = (lab: string) => [
      { name: 'acme', tenant: 'acme' },
      { name: 'acme-lab', tenant: lab },
    ];
    const before = { ...base, target: targets('acme') };
    const after = { ...base, target: targets('globex') };
    // Bob would have in it what peter has now.
    assert.equal(change(after, peter, before), 'accepted');
    const given = policyTree({ ...users, bob: ['globex/operator'] }, roles, { root: hash });
    assert.equal(
      change({ ...given, target: targets('globex') }, peter, { ...given, target: targets('acme') }),
      beyond("user 'bob'", "create / in target 'acme-lab'"),
    );
  });

  it('is not told of roles that they may not read', () => {
    const blind = { rules: [{ target: 'platform', path: '/user', action: EDIT }] };
    const before = policyTree({ ...users, paul: ['*/blind'] }, { ...roles, blind }, { root: hash });
    const after = policyTree({ ...users, paul: ['*/blind', 'acme/admin'] }, { ...roles, blind }, { root: hash });
    assert.match(
      change(after, who('paul'), before),
      /^PERMISSION_DENIED: this gives user 'paul' rights, which user 'paul' does not have/,
    );
  });

  it('is not held up when they hold everything', () => {
    assert.equal(change(withUsers({ carl: ['*/operator'], dora: ['globex/admin'] }), who('root')), 'accepted');
  });
});

const rule = fc.record({
  effect: fc.constantFrom('allow', 'allow', 'allow', 'deny'),
  target: fc.constantFrom('*', '*', 'acme', 'globex'),
  path: fc.constantFrom(
    '/',
    '/site',
    '/site[site-id=a]',
    '/site/mbr',
    '/*/slice',
    '/site[site-id=a]/mbr',
    '/port',
    '/...',
  ),
  action: fc.subarray(['read', 'update'], { minLength: 1 }),
});
const names = ['r0', 'r1', 'r2'];
const role = fc.record({ inherits: fc.subarray(names, { maxLength: 1 }), rules: fc.array(rule, { maxLength: 3 }) });
const gifts = fc.uniqueArray(
  fc.tuple(fc.constantFrom('acme', 'globex', '*'), fc.constantFrom(...names)).map((pair) => pair.join('/')),
  { maxLength: 2 },
);
const people = ['author', 'u0', 'u1'];
const state = fc.record({
  roles: fc.record(Object.fromEntries(names.map((name) => [name, role]))),
  users: fc.record(Object.fromEntries(people.map((name) => [name, gifts]))),
});
/** A few parts of one state in place of those of another. */
const edit = fc.tuple(state, state, fc.subarray([...names, ...people], { minLength: 1, maxLength: 2 }));
const paths = [
  '/contact',
  '/site[site-id=a]/site-id',
  '/site[site-id=a]/mbr/uplink',
  '/site[site-id=b]/mbr/uplink',
  '/site[site-id=b]/site-id',
  '/site[site-id=a]/slice[slice-id=x]/sst',
  '/port[number=1]/open',
].map((text) => path(text));

describe('for random policies and edits', () => {
  it('nobody can do afterwards what neither they nor the author could do before, and an author of all may do all', () => {
    let accepted = 0;
    let refused = 0;
    const editor = { rules: [{ target: 'platform', path: '/', action: ALL }] };
    const tree = ({ roles, users }: { roles: Record<string, object>; users: Record<string, string[]> }) =>
      policyTree(
        { ...users, author: [...(users.author ?? []), '*/editor'], root: ['*/all'] },
        { ...roles, editor, all: sampleRoles.operator },
      );
    fc.assert(
      fc.property(edit, ([one, other, parts]) => {
        const mixed = { roles: { ...one.roles }, users: { ...one.users } };
        for (const part of parts) {
          const kind = part.startsWith('r') ? ('roles' as const) : ('users' as const);
          Object.assign(mixed[kind], { [part]: other[kind][part] });
        }
        const [before, after] = [tree(one), tree(mixed)];
        assert.equal(change(after, who('root'), before), 'accepted');
        if (change(after, who('author'), before) !== 'accepted') {
          refused += 1;
          return;
        }
        accepted += 1;
        const [then, now] = [new Access(new TestSource(before)), new Access(new TestSource(after))];
        const may = (access: Access, name: string, target: string, action: 'read' | 'update', at: Path) =>
          access.grants(who(name)).decide(target, action, at);
        for (const { name: target } of sampleTargets.slice(1)) {
          for (const action of ['read', 'update'] as const) {
            for (const at of paths) {
              if (may(then, 'author', target, action, at)) continue;
              for (const name of people) {
                if (may(then, name, target, action, at)) continue;
                assert.ok(!may(now, name, target, action, at), `${name} gained ${action} in ${target}`);
              }
            }
          }
        }
      }),
      { numRuns: 150 },
    );
    assert.ok(
      accepted > 15 && refused > 15,
      `${accepted} accepted and ${refused} refused are too few to prove anything`,
    );
  });

  it('has all actions in its sample', () => assert.deepEqual(ALL.toSorted(), [...ACTIONS].toSorted()));
});
