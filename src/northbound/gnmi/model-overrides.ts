// What Aether's clients say of the models of targets, compared with what the targets have.

import type { Snapshot } from '../../datastore/snapshot.ts';
import { EdgeconfError } from '../../errors.ts';
import type { Extension } from '../../proto/gnmi.ts';
import {
  decodeTargetVersionOverrides,
  TARGET_VERSION_OVERRIDES,
  type TargetVersion,
} from '../../proto/target-version-overrides.ts';
import { registered } from './extensions.ts';

/**
 * Requires that the targets of a request have the models that the client was written for. What it says of other targets
 * does not matter here, and a target's model is changed in the platform only.
 * @throws EdgeconfError FAILED_PRECONDITION naming the target, its model and the client's; INVALID_ARGUMENT for a broken
 * extension.
 */
export function checkModels(snapshots: readonly Snapshot[], extensions: readonly Extension[] | undefined): void {
  const msg = registered(extensions, TARGET_VERSION_OVERRIDES);
  if (msg === undefined) return;
  const overrides = decodeTargetVersionOverrides(msg);
  for (const { target, model } of snapshots) {
    const wanted = overrides.get(target);
    if (wanted === undefined || isModel(wanted, model)) continue;
    throw new EdgeconfError(
      'FAILED_PRECONDITION',
      `target '${target}' has model ${model.id}, not ${wanted.type}@${wanted.version}; ` +
        `leave registered extension ${TARGET_VERSION_OVERRIDES} out or name that model`,
    );
  }
}

/** Aether's clients write `2.1.0` or `2.1.x` for the model version 2.1, and type names in either case. */
function isModel({ type, version }: TargetVersion, model: Snapshot['model']): boolean {
  const sameType = type === '' || type.toLowerCase() === model.name.toLowerCase();
  return sameType && (version === '' || version === model.version || version.startsWith(`${model.version}.`));
}
