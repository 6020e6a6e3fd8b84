// Answers about documents as messages.

import type * as proto from '../../proto/southbound.ts';
import { formatPath } from '../../schema/path.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';
import { documentText, type Json } from '../../southbound/adapter.ts';
import type { DocumentStatus, DriftLeaf, LeafDifference } from '../../southbound/document-status.ts';
import type { AllocationChange } from '../../southbound/intent/allocations-changed.ts';
import type { ExplainedLeaf, IntentRead, Reason } from '../../southbound/questions/explain.ts';
import type { PlanStep } from '../../southbound/questions/plan-steps.ts';
import { entryPath } from './document-sight.ts';

/** Names of tenants and schemas of targets, as far as they are there. */
export interface TargetFacts {
  tenantOf(target: string): string;
  rootOf(target: string): SchemaNode | undefined;
}

/** @param reasonIsShown whether the caller may read why it is not in effect. */
export function documentMessage(
  device: string,
  { ref, target = '', status, verified, reason, revision }: DocumentStatus,
  facts: TargetFacts,
  reasonIsShown: boolean,
): proto.Document {
  return {
    ...{ device, document: ref.id, kind: ref.kind, target, tenant: facts.tenantOf(target) },
    ...{ source: sourceText(facts, target, ref.source), status, verified, revision },
    reason: reasonIsShown ? (reason ?? '') : '',
  };
}

/** As a path where the model still has it. */
export function sourceText(facts: TargetFacts, target: string, source: readonly string[]): string {
  const root = facts.rootOf(target);
  const path = root === undefined ? undefined : entryPath(root, source);
  return path === undefined ? `/${source.join('/')}` : formatPath(path);
}

/** JSON text; '' for nothing. */
export function bodyText(body: Json | undefined): string {
  return body === undefined ? '' : documentText(body);
}

export function differenceMessage({ path, expected = '', actual = '' }: LeafDifference): proto.Difference {
  return { path, expected, actual };
}

export function driftMessage(drift: DriftLeaf, facts: TargetFacts): proto.Drift {
  const { document, target = '', source, policy } = drift;
  return {
    ...{ document, target, source: sourceText(facts, target, source), policy },
    difference: differenceMessage(drift),
  };
}

/**
 * Leaves with their reasons, each reason once.
 * @param shows whether a piece of intent may be shown.
 */
export function explainedMessage(
  target: string,
  leaves: readonly ExplainedLeaf[],
  shows: (read: IntentRead) => boolean,
): Pick<proto.ExplainResponse, 'reasons' | 'leaves'> {
  const reasons: proto.Reason[] = [];
  const known = new Map<Reason, number>();
  const indexOf = (reason: Reason): number => {
    const made = known.get(reason);
    if (made !== undefined) return made;
    const within = reason.within === undefined ? 0 : indexOf(reason.within);
    const intent = reason.intent.filter(shows).map((read) => readMessage(target, read));
    const index = reasons.push({ rule: reason.rule, intent, within });
    known.set(reason, index);
    return index;
  };
  return {
    leaves: leaves.map(({ path, value, reason }) => ({ path, value: documentText(value), reason: indexOf(reason) })),
    reasons,
  };
}

function readMessage(target: string, { kind, path, value = '', isDefault }: IntentRead): proto.IntentRead {
  return { target, path: formatPath(path), value, is_default: isDefault, kind };
}

/** @param number counted from 1; @param isHeld the device has this content already. */
export function stepMessage(step: PlanStep, number: number, facts: TargetFacts, isHeld: boolean): proto.Step {
  const { device, target, ref, op, before, body, interruption = '', waits = '', after } = step;
  return {
    ...{ number, after: after.map((index) => index + 1), device, document: ref.id, kind: ref.kind, target },
    ...{ source: sourceText(facts, target, ref.source), op: isHeld ? 'keep' : op },
    ...{ before: bodyText(before), body: bodyText(body), interruption: isHeld ? '' : interruption, waits },
  };
}

export function allocatedMessage({ target, entry, device, pool, before, after }: AllocationChange): proto.Allocated {
  return { target, entry, device, pool, before: before ?? 0, number: after ?? 0 };
}
