// What a change of the policy would do, found out without making it.

import { type Flip, flips } from '../../access/flips.ts';
import { PLATFORM } from '../../access/platform-target.ts';
import { readPolicy } from '../../access/policy.ts';
import { PolicyView } from '../../access/policy-view.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import { declaredTargets } from '../../datastore/targets.ts';
import { EdgeconfError } from '../../errors.ts';
import type { SetRequest } from '../../proto/gnmi.ts';
import { inSlices } from '../../slices.ts';
import type { Caller } from '../caller.ts';
import { readableViolations } from '../gnmi/readable-violations.ts';
import { type EditDeps, editsOf, operationsOf } from '../gnmi/set-operations.ts';
import { visibleView } from './asked.ts';

/**
 * The decisions that a change of the platform target would flip.
 * @throws EdgeconfError as the Set would, and INVALID_ARGUMENT for a change of other targets.
 */
export async function plannedFlips(deps: EditDeps, caller: Caller, change: SetRequest): Promise<Flip[]> {
  const request: SetRequest = { ...change, prefix: { ...change.prefix, target: change.prefix?.target || PLATFORM } };
  const { edits } = await editsOf(deps, caller.grants, request, operationsOf(request, deps));
  const other = edits.find(({ target }) => target !== PLATFORM);
  if (other !== undefined) {
    throw new EdgeconfError(
      'INVALID_ARGUMENT',
      `the change is about target '${other.target}'; a policy is changed in target '${PLATFORM}'`,
    );
  }
  for (const each of edits) caller.grants.checkEdits(each.target, each.edits);
  const { before, after } = await stage(deps, caller, edits);
  if (before === undefined || after === undefined) return [];
  const viewed = (snapshot: Snapshot) => visibleView(viewOf(deps, snapshot), caller);
  return inSlices(flips(viewed(before), viewed(after)));
}

async function stage(
  { datastore, access }: EditDeps,
  { identity, consent }: Caller,
  edits: Awaited<ReturnType<typeof editsOf>>['edits'],
): Promise<{ before?: Snapshot; after?: Snapshot }> {
  try {
    const { candidates } = await datastore.commit({
      author: identity.name,
      edits,
      dryRun: true,
      authorize: (staged) => inSlices(access.grants(identity).checkInSteps(staged, consent)),
    });
    return candidates[0] ?? {};
  } catch (thrown) {
    const platform = datastore.snapshot(PLATFORM);
    throw readableViolations(
      EdgeconfError.from(thrown),
      access.grants(identity),
      platform === undefined ? [] : [platform],
    );
  }
}

/** The policy and the targets of a platform configuration that may not be in force. */
function viewOf({ datastore }: EditDeps, platform: Snapshot): PolicyView {
  const targets = declaredTargets(platform).flatMap(({ name, tenant, modelId }) => {
    const root = datastore.models().get(modelId)?.root;
    return root === undefined ? [] : [{ name, tenant, root, snapshot: () => datastore.snapshot(name) }];
  });
  return new PolicyView(readPolicy(platform), targets);
}
