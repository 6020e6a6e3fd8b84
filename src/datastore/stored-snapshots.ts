// The snapshots of all targets as they are stored: what a start begins with.

import { EdgeconfError } from '../errors.ts';
import type { Model } from '../schema/model.ts';
import type { RowStore } from './row-store.ts';
import { Snapshot } from './snapshot.ts';
import { declaredTargets, platformTarget } from './targets.ts';

/**
 * One snapshot for each declared target, `platform` included. O(pages of rows).
 * @throws EdgeconfError FAILED_PRECONDITION when a model is missing; DATA_LOSS when rows are not those that were stored.
 */
export async function loadSnapshots(
  rows: RowStore,
  models: ReadonlyMap<string, Model>,
): Promise<Map<string, Snapshot>> {
  const platformModel = [...models.values()].find((model) => model.name === 'edgeconf-platform');
  if (platformModel === undefined) {
    throw new EdgeconfError(
      'FAILED_PRECONDITION',
      `there is no model edgeconf-platform; models found: ${[...models.keys()].join(', ') || 'none'}`,
    );
  }
  const platform = await loadSnapshot(rows, platformTarget, platformModel);
  const snapshots = new Map([[platformTarget, platform]]);
  for (const { name, modelId } of declaredTargets(platform)) {
    if (name === platformTarget) continue;
    const model = models.get(modelId);
    if (model === undefined) {
      throw new EdgeconfError(
        'FAILED_PRECONDITION',
        `target ${name} uses model ${modelId}, which is not there; models found: ${[...models.keys()].join(', ')}. ` +
          'Put the model back',
      );
    }
    snapshots.set(name, await loadSnapshot(rows, name, model));
  }
  for (const name of await rows.targets()) {
    if (!snapshots.has(name)) {
      throw new EdgeconfError(
        'DATA_LOSS',
        `there are rows of target ${name}, but no such target; restore from a backup`,
      );
    }
  }
  return snapshots;
}

async function loadSnapshot(rows: RowStore, target: string, model: Model): Promise<Snapshot> {
  const { rows: loaded, revision } = await rows.load(target);
  return Snapshot.of(target, model, revision, loaded);
}
