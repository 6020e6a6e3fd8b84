// What a change would do to devices, found out without making it.

import type { CommitResult } from '../../datastore/transaction.ts';
import { EdgeconfError } from '../../errors.ts';
import type { SetRequest } from '../../proto/gnmi.ts';
import type * as proto from '../../proto/southbound.ts';
import { inSlices } from '../../slices.ts';
import { documentText, type FoundDocument } from '../../southbound/adapter.ts';
import { allocationsChanged } from '../../southbound/intent/allocations-changed.ts';
import type { PlanStep } from '../../southbound/questions/plan-steps.ts';
import type { Caller } from '../caller.ts';
import { checkExtensions } from '../gnmi/extensions.ts';
import { checkModels } from '../gnmi/model-overrides.ts';
import { readableViolations } from '../gnmi/readable-violations.ts';
import { editsOf, operationsOf } from '../gnmi/set-operations.ts';
import { DocumentSight } from './document-sight.ts';
import { type Engine, type SouthboundDeps, targetFacts } from './southbound-deps.ts';
import * as message from './southbound-messages.ts';

/** Steps in one message; each has two bodies. */
const STEPS_PER_PART = 100;

/** @throws EdgeconfError as a Set of the change would; PERMISSION_DENIED for devices that the caller may not ask. */
export async function* planOf(
  deps: SouthboundDeps,
  caller: Caller,
  { change, ask_devices: asks = false }: proto.PlanRequest,
): AsyncIterable<proto.PlanResponse> {
  const { candidates } = await dryRun(deps, caller, change ?? {});
  const all = deps.engine.questions.stepsOf(candidates);
  const sight = new DocumentSight(caller, (target) => deps.datastore.snapshot(target));
  const steps = all.map((step, index) => ({ step, number: index + 1 })).filter(({ step }) => sight.sees(step));
  const held = asks
    ? await heldAlready(
        deps,
        caller,
        sight,
        steps.map(({ step }) => step),
      )
    : new Set<PlanStep>();
  const facts = targetFacts(deps.datastore);
  const allocated = allocationsChanged(candidates).filter(({ target, path }) =>
    caller.grants.decide(target, 'read', path),
  );
  const parts = Math.max(1, Math.ceil(steps.length / STEPS_PER_PART));
  for (let part = 0; part < parts; part++) {
    const some = steps.slice(part * STEPS_PER_PART, (part + 1) * STEPS_PER_PART);
    yield {
      steps: some.map(({ step, number }) => {
        const whole = message.stepMessage(step, number, facts, held.has(step));
        return sight.seesAll(step) ? whole : { ...whole, before: '', body: '' };
      }),
      ...(part === 0 ? { allocated: allocated.map(message.allocatedMessage) } : {}),
      ...(part === parts - 1 ? { unnamed_steps: all.length - steps.length } : {}),
    };
  }
}

/** The transaction up to its plan, with the rights and the limits of a Set. */
async function dryRun(deps: SouthboundDeps, caller: Caller, request: SetRequest): Promise<CommitResult> {
  const { identity, grants, consent } = caller;
  checkExtensions('Set', request.extension, []);
  const { edits, snapshots } = await editsOf(deps, grants, request, operationsOf(request, deps));
  checkModels(snapshots, request.extension);
  for (const each of edits) grants.checkEdits(each.target, each.edits);
  try {
    return await deps.datastore.commit({
      author: identity.name,
      edits,
      dryRun: true,
      authorize: (candidates) => {
        deps.access.requireProof(identity);
        return inSlices(deps.access.grants(identity).checkInSteps(candidates, consent));
      },
    });
  } catch (thrown) {
    throw readableViolations(EdgeconfError.from(thrown), deps.access.grants(identity), snapshots);
  }
}

/**
 * The steps whose devices hold already what they would be sent. Only what a device was never sent is looked for before it is
 * put; a device that lists nothing, or is not asked anything, is sent all of it.
 */
async function heldAlready(
  { engine }: SouthboundDeps,
  { signal }: Caller,
  sight: DocumentSight,
  steps: readonly PlanStep[],
): Promise<Set<PlanStep>> {
  const names = [...new Set(steps.map(({ device }) => device))];
  for (const name of names) sight.requireDevice(name, 'execute', 'ask it what it holds');
  const held = new Set<PlanStep>();
  for (const name of names) {
    const expected = new Map<PlanStep, string>();
    for (const step of steps) {
      if (step.device !== name || step.op !== 'create' || step.body === undefined) continue;
      const body = engine.questions.givenBack(name, step.ref, step.body);
      if (body !== undefined) expected.set(step, documentText(body));
    }
    if (expected.size === 0) continue;
    const found = new Map((await foundOn(engine, name, signal)).map(({ id, body }) => [id, documentText(body)]));
    for (const [step, text] of expected) if (found.get(step.ref.id) === text) held.add(step);
  }
  return held;
}

async function foundOn(engine: Engine, device: string, signal: AbortSignal): Promise<readonly FoundDocument[]> {
  try {
    return await engine.found(device, signal);
  } catch (thrown) {
    if (EdgeconfError.from(thrown).code === 'FAILED_PRECONDITION') return [];
    throw thrown;
  }
}
