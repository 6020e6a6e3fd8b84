// Laws for random policies: what questions are answered with is what grants and Casbin's enforce decide.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ACTIONS } from '../../src/access/action.ts';
import { explain, whoCan } from '../../src/access/explain.ts';
import { flips } from '../../src/access/flips.ts';
import { holdersOf, identityOf } from '../../src/access/holders.ts';
import type { Policy } from '../../src/access/policy.ts';
import { PolicyEnforcer } from '../../src/access/policy-enforcer.ts';
import { PolicyView, type ViewedTarget } from '../../src/access/policy-view.ts';
import { reach } from '../../src/access/reach.ts';
import { contains, meeting, regionHolds } from '../../src/access/region.ts';
import { formatQuery, type Path, queryOf } from '../../src/schema/path.ts';
import { atOnce } from '../../src/slices.ts';
import { platformModel, sampleTargets, siteModel, who } from './fixture.ts';
import { policy, request, USERS } from './random-policy.ts';

function viewOf(of: Policy): PolicyView {
  return new PolicyView(
    of,
    sampleTargets.map((target) => ({
      ...target,
      root: (target.name === 'platform' ? platformModel : siteModel).root,
      snapshot: () => undefined,
    })),
  );
}

function targetOf(view: PolicyView, name: string): ViewedTarget {
  return view.targets.get(name) ?? assert.fail(name);
}

/** Whether Casbin's enforce depends on the path's end alone: nothing can be asked below a leaf. */
function isLeaf(path: Path): boolean {
  return path.at(-1)?.node.kind === 'leaf';
}

const requests = fc.array(request, { minLength: 20, maxLength: 40 });

describe('laws of questions', () => {
  it('explain answers what enforce does, and names a rule that decides it so', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(policy, requests, (of, asked) => {
        const enforcer = new PolicyEnforcer(of);
        const view = viewOf(of);
        for (const { user, target: name, action, path } of asked) {
          const target = targetOf(view, name);
          const { verdict, rules } = explain(view, who(user), { target, action, query: queryOf(path) });
          const decided = enforcer.allows(who(user), target.tenant, name, action, path);
          if (isLeaf(path) || verdict !== 'some') assert.equal(verdict, decided);
          const [first] = rules;
          if (verdict === true) assert.deepEqual([first?.rule.effect, first?.extent], ['allow', 'all']);
          if (verdict === false && first?.extent === 'all') assert.equal(first.rule.effect, 'deny');
          seen.add(`${verdict} ${first?.rule.effect} ${first?.extent}`);
          for (const { role, origin } of rules) {
            assert.equal(origin.chain.at(-1), role.name);
            const holder =
              origin.group === undefined ? of.users.get(user)?.own : of.groups.get(origin.group)?.assignments;
            assert.ok(holder?.some((each) => each.tenant === origin.tenant && each.role === origin.chain[0]));
            for (const [i, inherited] of origin.chain.slice(1).entries()) {
              assert.ok(of.roles.get(origin.chain[i] ?? '')?.inherits.includes(inherited));
            }
          }
        }
      }),
      { numRuns: 120 },
    );
    for (const outcome of ['true allow all', 'false deny all', 'false undefined undefined', 'some allow part']) {
      assert.ok(seen.has(outcome), `${outcome} did not come up`);
    }
  });

  it('who-can names exactly those users and groups whom enforce allows it', () => {
    fc.assert(
      fc.property(policy, requests, (of, asked) => {
        const enforcer = new PolicyEnforcer(of);
        const view = viewOf(of);
        for (const { target: name, action, path } of asked.filter(({ path }) => isLeaf(path))) {
          const target = targetOf(view, name);
          const able = atOnce(whoCan(view, { target, action, query: queryOf(path) }));
          const expected = holdersOf(of).filter((holder) =>
            enforcer.allows(identityOf(holder), target.tenant, name, action, path),
          );
          assert.deepEqual(
            able.map(({ holder }) => holder),
            expected,
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it('reach holds exactly what enforce allows, and no path that another one covers', () => {
    let held = 0;
    fc.assert(
      fc.property(policy, requests, fc.constantFrom(...USERS), (of, asked, user) => {
        const enforcer = new PolicyEnforcer(of);
        const view = viewOf(of);
        const all = atOnce(reach(view, who(user)));
        for (const { target: name, action, path } of asked) {
          const regions = all.flatMap((each) =>
            each.target.name === name && each.actions.includes(action) ? each.regions : [],
          );
          const inside = regions.some((region) => regionHolds(region, queryOf(path)));
          if (inside) held++;
          assert.equal(inside, enforcer.allows(who(user), targetOf(view, name).tenant, name, action, path));
        }
        for (const { regions } of all) {
          for (const one of regions) {
            for (const other of regions)
              assert.ok(one === other || !contains(one.query, other.query), formatQuery(other.query));
            for (const missing of one.except) assert.ok(contains(one.query, missing) && !contains(missing, one.query));
          }
        }
      }),
      { numRuns: 120 },
    );
    assert.ok(held > 100, `${held} allowed requests are too few to prove anything`);
  });

  it('a decision differs between two policies if and only if it lies in a flip, and each flip has an example', () => {
    let differing = 0;
    fc.assert(
      fc.property(policy, policy, requests, (before, after, asked) => {
        const [old, now] = [new PolicyEnforcer(before), new PolicyEnforcer(after)];
        const found = atOnce(flips(viewOf(before), viewOf(after)));
        const decisions = (path: Path, name: string, action: (typeof ACTIONS)[number], of: ReturnType<typeof who>) => {
          const tenant = sampleTargets.find((target) => target.name === name)?.tenant ?? '';
          return [old.allows(of, tenant, name, action, path), now.allows(of, tenant, name, action, path)];
        };
        for (const { user, target, action, path } of asked) {
          const [was, is] = decisions(path, target, action, who(user));
          const inside = found.filter(
            (flip) =>
              flip.holder.kind === 'user' &&
              flip.holder.name === user &&
              flip.target.name === target &&
              flip.actions.includes(action) &&
              regionHolds(flip.region, queryOf(path)),
          );
          assert.deepEqual(new Set(inside.map(({ allowed }) => allowed)), was === is ? new Set() : new Set([is]));
          if (was !== is) differing++;
        }
        for (const { holder, target, actions, allowed, region, example } of found) {
          assert.ok(regionHolds(region, queryOf(example)));
          for (const action of actions) {
            assert.deepEqual(decisions(example, target.name, action, identityOf(holder)), [!allowed, allowed]);
          }
        }
      }),
      { numRuns: 60 },
    );
    assert.ok(differing > 100, `${differing} differences are too few to prove anything`);
  });

  it('no flip lies within another one', () => {
    fc.assert(
      fc.property(policy, policy, (before, after) => {
        const found = atOnce(flips(viewOf(before), viewOf(after)));
        for (const action of ACTIONS) {
          for (const one of found) {
            for (const two of found) {
              if (one === two || one.holder !== two.holder || one.target !== two.target) continue;
              if (!one.actions.includes(action) || !two.actions.includes(action)) continue;
              const within =
                contains(one.region.query, two.region.query) &&
                one.region.except.every((missing) => {
                  const both = meeting(missing, two.region.query);
                  return both === undefined || two.region.except.some((other) => contains(other, both));
                });
              assert.ok(!within, `${formatQuery(two.region.query)} in ${formatQuery(one.region.query)}`);
            }
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
