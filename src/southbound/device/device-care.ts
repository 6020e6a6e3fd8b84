// What the platform says about how the service treats a device: how often it is called and checked, what drift leads to.

import type { SchemaNode } from '../../schema/schema-node.ts';
import type { IntentNode } from '../adapter.ts';
import type { DriftPolicy } from '../document-status.ts';
import { intentView, noReads, type RowSource } from '../intent/intent-view.ts';

export interface DeviceCare {
  /** Whether the platform says which version the device has; otherwise it is asked. */
  readonly namesVersion: boolean;
  /** Undefined: as fast as it answers. */
  readonly callsPerSecond: number | undefined;
  readonly checkIntervalMs: number;
  readonly policy: DriftPolicy;
  readonly exceptions: readonly DriftException[];
}

/** What is done about documents made from one entry of a target, or from what is below it. */
export interface DriftException {
  readonly target: string;
  /** Names and list keys, as in `DocumentRef.source`; empty for the whole target. */
  readonly path: readonly string[];
  readonly policy: DriftPolicy;
}

/** What holds when the platform says nothing. */
export const usualCare: DeviceCare = {
  namesVersion: false,
  callsPerSecond: undefined,
  checkIntervalMs: 300_000,
  policy: 'revert',
  exceptions: [],
};

/** @param platform the platform target's rows; `usualCare` for a device that it does not list */
export function readCare(platform: RowSource, root: SchemaNode, device: string): DeviceCare {
  const entry = intentView(platform, root, noReads()).entry('device', device);
  if (entry === undefined) return usualCare;
  const drift = entry.container('drift');
  const calls = entry.leaf('calls-per-second');
  return {
    namesVersion: entry.leaf('version') !== undefined,
    callsPerSecond: calls === undefined ? undefined : Number(calls),
    checkIntervalMs: Number(drift.leaf('check-interval') ?? 300) * 1_000,
    policy: policyOf(drift),
    exceptions: drift.list('exception').map((each) => ({
      target: String(each.leaf('target') ?? ''),
      path: wordsOf(String(each.leaf('path') ?? '/')),
      policy: policyOf(each),
    })),
  };
}

/** What is done about drift of a document that is made from this entry: the exception with the longest path counts. */
export function driftPolicy(care: DeviceCare, target: string | undefined, source: readonly string[]): DriftPolicy {
  let best: DriftException | undefined;
  for (const exception of care.exceptions) {
    if (exception.target !== target || !exception.path.every((word, i) => word === source[i])) continue;
    if (best === undefined || exception.path.length > best.path.length) best = exception;
  }
  return best?.policy ?? care.policy;
}

function policyOf(node: IntentNode): DriftPolicy {
  const policy = node.leaf('policy');
  return policy === 'report' || policy === 'adopt' ? policy : 'revert';
}

/** `/site[site-id=north]/slice[slice-id=a]` as `site north slice a`; the model has made sure that it looks like that. */
function wordsOf(path: string): string[] {
  const words: string[] = [];
  for (const [, name, key] of path.matchAll(/\/([^/[\]]+)|\[[^=\]]+=((?:[^\]\\]|\\.)+)\]/gs)) {
    words.push(name ?? (key ?? '').replace(/\\(.)/gs, '$1'));
  }
  return words;
}
