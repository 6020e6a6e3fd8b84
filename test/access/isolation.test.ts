// The isolation proof: planted faults are found, staff is listed, and for random policies it agrees with trying everything.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ACTIONS } from '../../src/access/action.ts';
import { type IsolationProof, proveIsolation } from '../../src/access/isolation.ts';
import { type Policy, readPolicy } from '../../src/access/policy.ts';
import { PolicyEnforcer } from '../../src/access/policy-enforcer.ts';
import { PolicyView } from '../../src/access/policy-view.ts';
import { EVERYWHERE } from '../../src/access/subjects.ts';
import { waysIn } from '../../src/access/ways-in.ts';
import type { Snapshot } from '../../src/datastore/snapshot.ts';
import { formatPath, type Path } from '../../src/schema/path.ts';
import type { SchemaNode } from '../../src/schema/schema-node.ts';
import { atOnce } from '../../src/slices.ts';
import {
  platformModel,
  policyTree,
  sampleRoles,
  sampleTargets,
  sampleUsers,
  siteModel,
  snapshotOf,
  type TestRule,
  type Tree,
} from './fixture.ts';
import { policy } from './random-policy.ts';

const configuration = new Map(
  sampleTargets.map(({ name }) => {
    const tree = { site: [{ 'site-id': 'chicago', 'display-name': 'Chicago' }], contact: 'Ann' };
    return [name, snapshotOf(name, siteModel, tree)];
  }),
);

function viewOf(of: Policy, platform?: Snapshot): PolicyView {
  return new PolicyView(
    of,
    sampleTargets.map((target) => ({
      ...target,
      root: (target.name === 'platform' ? platformModel : siteModel).root,
      snapshot: () => (target.name === 'platform' ? platform : configuration.get(target.name)),
    })),
  );
}

function proofOf(tree: Tree): IsolationProof {
  const platform = snapshotOf('platform', platformModel, tree);
  return atOnce(proveIsolation(viewOf(readPolicy(platform), platform)));
}

/** The sample with more users, roles and other lists. */
function planted(
  users: Readonly<Record<string, readonly string[]>>,
  roles: Readonly<Record<string, { rules: readonly TestRule[] }>> = {},
  more: Tree = {},
): IsolationProof {
  return proofOf({ ...policyTree({ ...sampleUsers, ...users }, { ...sampleRoles, ...roles }), ...more });
}

function shown({ crossings }: IsolationProof): string[] {
  return crossings.map(({ kind, who, homes, target, requests, rules }) => {
    const asked = requests.map(({ action, path }) => `${action} ${formatPath(path)}`).join(', ');
    const by = rules.map(({ role, rule }) => `${role.name}/${rule.name}`).join(', ');
    return `${kind}: ${who.kind} ${who.name} of ${homes.join('+')} in ${target.name}: ${asked} by ${by}`;
  });
}

describe('the isolation proof', () => {
  it('finds nothing in the sample, and names its staff', () => {
    const { crossings, staff, idle, decided } = proofOf(policyTree(sampleUsers, sampleRoles));
    assert.deepEqual({ crossings, idle, decided }, { crossings: [], idle: [], decided: 5 + 4 * 4 * 5 });
    assert.deepEqual(
      staff.map(({ who, operator, roles }) => [who.name, operator, roles]),
      [['root', true, ['operator']]],
    );
  });

  it('finds somebody with roles for two tenants, in the targets of each', () => {
    assert.deepEqual(shown(planted({ mallory: ['acme/reader', 'globex/site-admin'] })), [
      'tenant: user mallory of acme+globex in acme: read /contact by reader/r0',
      'tenant: user mallory of acme+globex in acme-lab: read /contact by reader/r0',
      'tenant: user mallory of acme+globex in globex: read /site[site-id=chicago]/display-name, create /site[site-id=chicago]/display-name, update /site[site-id=chicago]/display-name, delete /site[site-id=chicago]/display-name by site-admin/r0',
    ]);
  });

  it('finds a group that gives its members what belongs to another tenant than they do', () => {
    const tree = policyTree({ eve: ['acme/reader'] }, sampleRoles);
    const [user] = tree.user as Tree[];
    const group = [{ name: 'helpers', role: [{ tenant: 'globex', role: 'reader' }] }];
    assert.deepEqual(shown(proofOf({ ...tree, user: [{ ...user, group: ['helpers'] }], group })), [
      'tenant: user eve of acme in globex: read /contact by reader/r0',
    ]);
  });

  it('shows that a rule which names a target of another tenant, or the platform, does nothing', () => {
    const rules = [
      { target: 'globex', path: '/', action: ['read'] },
      { target: 'platform', path: '/user', action: ['update'] },
    ];
    const { crossings, idle } = planted({ trudy: ['acme/sly'] }, { sly: { rules } });
    assert.deepEqual(crossings, []);
    assert.deepEqual(
      idle.map(({ who, tenant, role, rule, target }) => [who.name, tenant, role, rule, target]),
      [
        ['trudy', 'acme', 'sly', 'r0', 'globex'],
        ['trudy', 'acme', 'sly', 'r1', 'platform'],
      ],
    );
  });

  it('finds staff who are no operators and can change the policy', () => {
    const helpdesk = { rules: [{ target: 'platform', path: '/user/password-hash', action: ['update'] }] };
    const wide = {
      rules: [
        { target: 'platform', path: '/', action: ACTIONS },
        { effect: 'deny', target: 'platform', path: '/role', action: ['update', 'delete', 'create'] },
      ],
    };
    const names = {
      rules: [
        { target: 'platform', path: '/tenant', action: ACTIONS },
        { target: 'platform', path: '/target', action: ['create'] },
      ],
    };
    const mover = { rules: [{ target: 'platform', path: '/target', action: ['update'] }] };
    const proof = planted(
      { hal: ['*/helpdesk'], wendy: ['*/wide'], nick: ['*/names'], mo: ['*/mover'] },
      { helpdesk, wide, names, mover },
    );
    assert.deepEqual(shown(proof), [
      'policy: user hal of  in platform: update /user[name=example]/password-hash by helpdesk/r0',
      'policy: user mo of  in platform: update /target[name=example]/tenant by mover/r0',
      'policy: user wendy of  in platform: create /user[name=example]/password-hash, update /user[name=example]/password-hash, delete /user[name=example]/password-hash by wide/r0',
    ]);
    assert.deepEqual(
      proof.staff.map(({ who, operator }) => [who.name, operator]),
      [
        ['hal', false],
        ['mo', false],
        ['nick', false],
        ['root', true],
        ['wendy', false],
      ],
    );
  });

  it('says for random policies what trying every path says, and every request that it shows is allowed', () => {
    const sitePaths = everyPath(siteModel.root, ['a', 'b', '1', 'other']);
    const platformPaths = everyPath(platformModel.root, ['a', 'other']);
    const outcomes = { crossing: 0, none: 0 };
    fc.assert(
      fc.property(policy, (of) => {
        const view = viewOf(of);
        const enforcer = new PolicyEnforcer(of);
        const { crossings } = atOnce(proveIsolation(view));
        const found = crossings
          .filter(({ kind }) => kind === 'tenant')
          .map(({ who, target }) => `${who.name}@${target.name}`);
        for (const { who, target, requests } of crossings) {
          for (const { action, path } of requests) {
            assert.ok(enforcer.allows(who.identity, target.tenant, target.name, action, path), formatPath(path));
          }
        }
        const expected: string[] = [];
        for (const { name, identity } of waysIn(of, undefined)) {
          const own = of.users.get(identity.name)?.own ?? of.groups.get(identity.groups[0] ?? '')?.assignments ?? [];
          const homes = new Set(own.map(({ tenant }) => tenant));
          const all = [...(of.users.get(identity.name)?.assignments ?? own)];
          if (all.some(({ tenant }) => tenant === EVERYWHERE)) continue;
          for (const { name: target, tenant } of sampleTargets) {
            if (homes.size === 1 && homes.has(tenant)) continue;
            const paths = target === 'platform' ? platformPaths : sitePaths;
            const crosses = ACTIONS.some((action) =>
              paths.some((path) => enforcer.allows(identity, tenant, target, action, path)),
            );
            if (crosses) expected.push(`${name}@${target}`);
            outcomes[crosses ? 'crossing' : 'none']++;
          }
        }
        assert.deepEqual(found, expected);
      }),
      { numRuns: 12 },
    );
    assert.ok(outcomes.crossing > 3 && outcomes.none > 3, JSON.stringify(outcomes));
  });
});

/** Every path of a small world: keys that random rules name, and one that none does. */
function everyPath(root: SchemaNode, names: readonly string[]): Path[] {
  const below = (node: SchemaNode, path: Path): Path[] => [
    path,
    ...[...node.children.values()].flatMap((child) => {
      if (child.keys.length === 0) return below(child, [...path, { node: child }]);
      return names.flatMap((key) => below(child, [...path, { node: child, keys: child.keys.map(() => key) }]));
    }),
  ];
  return below(root, []);
}
