// Which targets exist: the platform target always, the others as entries of its list /target; and the rules for them.

import { EdgeconfError } from '../errors.ts';
import type { Model } from '../schema/model.ts';
import { decodeKeyValue, encodeKeyValue, encodeName, type RowKey, rangeEnd } from '../schema/row-key.ts';
import { findChild, type SchemaNode } from '../schema/schema-node.ts';
import type { Change } from './row.ts';
import { entryKeys } from './scan.ts';
import type { Snapshot } from './snapshot.ts';

/** The reserved target through which the service itself is configured. */
export const platformTarget = 'platform';

/** A target as the platform configuration declares it. */
export interface TargetInfo {
  readonly name: string;
  /** The owner; '' for the platform target. */
  readonly tenant: string;
  /** `name@version` of its model. */
  readonly modelId: string;
}

/** The list `/target` of the platform model. @throws EdgeconfError FAILED_PRECONDITION when the model has none. */
export function targetList(platform: Model): SchemaNode {
  const list = findChild(platform.root, 'target');
  if (list === undefined || list === 'ambiguous' || list.kind !== 'list' || list.keys.length !== 1) {
    throw new EdgeconfError('FAILED_PRECONDITION', `model ${platform.id} has no list /target with one key`);
  }
  return list;
}

/** Every declared target, `platform` first, then by name. O(targets). */
export function declaredTargets(platform: Snapshot): TargetInfo[] {
  const list = targetList(platform.model);
  const infos: TargetInfo[] = [{ name: platformTarget, tenant: '', modelId: platform.model.id }];
  for (const entry of entryKeys(platform, list, encodeName(list))) {
    const info = infoAt(platform, list, entry);
    if (info !== undefined) infos.push(info);
  }
  return infos;
}

/** What a platform transaction does to one target; undefined means that it is not declared. */
export interface TargetTurn {
  readonly name: string;
  readonly before: TargetInfo | undefined;
  readonly after: TargetInfo | undefined;
}

/** The targets whose declaration these changes of the platform touch. O(changes). */
export function targetTurns(before: Snapshot, after: Snapshot, changes: readonly Change[]): TargetTurn[] {
  const list = targetList(before.model);
  const prefix = encodeName(list);
  const end = rangeEnd(prefix);
  const names = new Set<string>();
  for (const { key } of changes) {
    if (key < prefix || key >= end) continue;
    const [leaf] = list.keys;
    if (leaf !== undefined)
      names.add(decodeKeyValue(leaf, key.slice(prefix.length, key.indexOf('\x00', prefix.length))));
  }
  return [...names].map((name) => ({ name, before: targetInfo(before, name), after: targetInfo(after, name) }));
}

/** The declaration of one target. */
export function targetInfo(platform: Snapshot, name: string): TargetInfo | undefined {
  const list = targetList(platform.model);
  const [leaf] = list.keys;
  return leaf === undefined ? undefined : infoAt(platform, list, encodeName(list) + encodeKeyValue(leaf, name));
}

/**
 * The revision that gave a target to the tenant that it has now; what was in it before was another's, even under the same
 * name. 0 for the platform target, which is nobody's, and for a target that is not declared.
 */
export function tenantSince(platform: Snapshot, name: string): number {
  const list = targetList(platform.model);
  const [key] = list.keys;
  const leaf = findChild(list, 'tenant');
  if (name === platformTarget || key === undefined || leaf === undefined || leaf === 'ambiguous') return 0;
  return platform.get(encodeName(list) + encodeKeyValue(key, name) + encodeName(leaf))?.revision ?? 0;
}

/**
 * Refuses what would leave rows without a model.
 * @param size number of rows that the target has after the transaction.
 * @throws EdgeconfError FAILED_PRECONDITION saying what stands in the way.
 */
export function checkTurn(turn: TargetTurn, models: ReadonlyMap<string, Model>, size: number): void {
  const { name, before, after } = turn;
  const where = `/target[name=${name}]`;
  if (name === platformTarget) {
    throw refused(
      `${where}: '${platformTarget}' is the reserved name of the service's own target; choose another name`,
    );
  }
  if (after !== undefined && !models.has(after.modelId)) {
    throw refused(`${where}: unknown model '${after.modelId}'; known models: ${[...models.keys()].sort().join(', ')}`);
  }
  if (before === undefined || size === 0 || before.modelId === after?.modelId) return;
  if (after === undefined) {
    throw refused(`${where}: target '${name}' still holds ${size} rows of configuration; delete them first`);
  }
  throw refused(
    `${where}: target '${name}' holds ${size} rows of model ${before.modelId} and cannot become ${after.modelId}; ` +
      'delete them first',
  );
}

function infoAt(platform: Snapshot, list: SchemaNode, entry: RowKey): TargetInfo | undefined {
  const name = leafText(platform, list, entry, 'name');
  if (name === undefined) return undefined;
  const model = leafText(platform, list, entry, 'model') ?? '';
  const version = leafText(platform, list, entry, 'model-version') ?? '';
  return { name, tenant: leafText(platform, list, entry, 'tenant') ?? '', modelId: `${model}@${version}` };
}

/** The text of a string leaf. What is parsed is a string token that libyang printed, so nothing can be lost. */
function leafText(platform: Snapshot, list: SchemaNode, entry: RowKey, name: string): string | undefined {
  const leaf = findChild(list, name);
  if (leaf === undefined || leaf === 'ambiguous') return undefined;
  const row = platform.get(entry + encodeName(leaf));
  return row === undefined ? undefined : String(JSON.parse(row.value));
}

function refused(message: string): EdgeconfError {
  return new EdgeconfError('FAILED_PRECONDITION', message);
}
