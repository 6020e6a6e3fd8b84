// Decisions about access: compiled grants and Casbin's plain enforce by number of rules, and what a change of the policy costs.

import { join } from 'node:path';
import { Access } from '../src/access/access.ts';
import type { Action } from '../src/access/action.ts';
import { type Datastore, openDatastore } from '../src/datastore/datastore.ts';
import { readModels } from '../src/datastore/model-folder.ts';
import { packageRoot } from '../src/package-root.ts';
import { parsePath } from '../src/proto/path-text.ts';
import { concretePath, type Path, resolveQuery } from '../src/schema/path.ts';
import { inSlices } from '../src/slices.ts';
import { attempt } from './attempt.ts';
import type { Measurement } from './measurement.ts';
import { percentiles, round } from './percentiles.ts';
import { aetherTargets, benchUser, seedPlatform } from './platform-seed.ts';
import { ratio } from './table.ts';

/** With so many rules, all of them the asker's. */
interface AccessFigures {
  readonly decisionsPerSecond: number;
  /** The same questions answered by Casbin itself. */
  readonly enforcePerSecond: number;
  readonly ratio: number;
  /** A commit that changes one rule, authorized as a Set is. */
  readonly changeCommitP50Ms: number;
  /** From that commit's answer to the first decision by the new policy, all of the asker's rules compiled anew. */
  readonly firstDecisionP50Ms: number;
}

export const access: Measurement<'access', Record<number, AccessFigures | null>> = {
  name: 'access',
  async run({ rules, decideMs, changes, deadlineMs }, say) {
    const found: Record<number, AccessFigures | null> = {};
    for (const count of rules) {
      found[count] = await attempt(say, `access with ${count} rules`, deadlineMs, async (scope) => {
        const models = await readModels(join(packageRoot, 'models'));
        const datastore = await openDatastore({ folder: await scope.folder(), models, plan: () => {}, deadlineMs });
        scope.onEnd(() => datastore.close());
        await seedPlatform(datastore, aetherTargets('bench'));
        await seedRules(datastore, count);
        return measure(datastore, count, decideMs, changes);
      });
    }
    return found;
  },
  table: (figures) => ({
    title: 'Decisions about access, by number of rules (per second; ms)',
    columns: ['rules', 'decisions/s', 'enforce/s', 'ratio', 'change: commit p50', 'first decision p50'],
    rows: Object.entries(figures).map(([count, each]) => [
      Number(count).toLocaleString('en-US'),
      ...[each?.decisionsPerSecond, each?.enforcePerSecond, each?.ratio],
      ...[each?.changeCommitP50Ms, each?.firstDecisionP50Ms],
    ]),
  }),
};

const asker = { name: 'asker', groups: [] };
const rulesPerRole = 100;

/** Roles of a hundred rules each, which all belong to one user; a tenth of the rules denies a part of what others allow. */
async function seedRules(datastore: Datastore, count: number): Promise<void> {
  const roles = Array.from({ length: Math.ceil(count / rulesPerRole) }, (_, r) => ({
    name: `role-${r}`,
    rule: Array.from({ length: Math.min(rulesPerRole, count - r * rulesPerRole) }, (_, i) =>
      ruleOf(r * rulesPerRole + i),
    ),
  }));
  const everything = { effect: 'allow', path: '/', action: ['read', 'create', 'update', 'delete'] };
  const admin = { name: 'admin', rule: [{ name: 'platform', target: 'platform', ...everything }] };
  await merge(datastore, {
    'edgeconf-platform:role': [...roles, admin],
    'edgeconf-platform:user': [
      { name: asker.name, role: roles.map(({ name }) => ({ tenant: 'bench', role: name })) },
      { name: benchUser.username, role: [{ tenant: '*', role: 'admin' }] },
    ],
  });
}

function ruleOf(i: number): object {
  const site = `/site[site-id=site-${i - (i % 10)}]`;
  const path = i % 10 === 9 ? `${site}/imsi-definition` : `${site}/slice[slice-id=slice-${i}]`;
  return { name: `rule-${i}`, effect: i % 10 === 9 ? 'deny' : 'allow', target: '*', path, action: ['update'] };
}

async function merge(datastore: Datastore, value: object, access?: Access): Promise<void> {
  const grants = access?.grants({ name: benchUser.username, groups: [] });
  await datastore.commit({
    author: benchUser.username,
    edits: [{ target: 'platform', edits: [{ op: 'update', path: [], json: JSON.stringify(value) }] }],
    authorize: (candidates) => (grants === undefined ? undefined : inSlices(grants.checkInSteps(candidates))),
  });
}

async function measure(datastore: Datastore, count: number, decideMs: number, changes: number): Promise<AccessFigures> {
  const paths = askedPaths(datastore, count);
  const compiled = new Access(datastore);
  const decisionsPerSecond = rate(compiled, paths, decideMs);
  const enforcePerSecond = rate(new Access(datastore, { engine: 'enforce' }), paths, decideMs);
  const [commitMs, firstMs]: [number[], number[]] = [[], []];
  for (let i = 0; i < changes; i++) {
    const rule = { ...ruleOf(0), path: `/site[site-id=site-0]/slice[slice-id=changed-${i}]` };
    const start = performance.now();
    await merge(datastore, { 'edgeconf-platform:role': [{ name: 'role-0', rule: [rule] }] }, compiled);
    const committed = performance.now();
    compiled.grants(asker).decide('bench', 'update', paths[0] ?? []);
    commitMs.push(committed - start);
    firstMs.push(performance.now() - committed);
  }
  return {
    ...{ decisionsPerSecond, enforcePerSecond, ratio: ratio(decisionsPerSecond, enforcePerSecond) ?? 0 },
    changeCommitP50Ms: percentiles(commitMs).p50Ms,
    firstDecisionP50Ms: percentiles(firstMs).p50Ms,
  };
}

/** Every second one is allowed by a rule somewhere among all of them. */
function askedPaths(datastore: Datastore, count: number): Path[] {
  const root = datastore.snapshot('bench')?.model.root;
  return Array.from({ length: 100 }, (_, n) => {
    const i = Math.floor((n * count) / 100);
    const slice = n % 2 === 0 ? `slice-${i}` : 'no-such-slice';
    const { elem = [] } = parsePath(`/site[site-id=site-${i - (i % 10)}]/slice[slice-id=${slice}]/display-name`);
    const elems = elem.map(({ name = '', key = {} }) => ({ name, key }));
    const [query = []] = root === undefined ? [] : resolveQuery(root, elems);
    return concretePath(query) ?? [];
  });
}

/** Decisions per second, one after the other; as the faces of the service ask for them. */
function rate(access: Access, paths: readonly Path[], decideMs: number): number {
  const action: Action = 'update';
  const ask = (n: number): unknown => access.grants(asker).decide('bench', action, paths[n % paths.length] ?? []);
  // The first one compiles.
  ask(0);
  const start = performance.now();
  let asked = 0;
  while (performance.now() - start < decideMs) ask(asked++);
  return round((asked * 1000) / (performance.now() - start));
}
