// Takes over as intent what somebody changed on a device, where the operator's drift policy says so.

import type { Access } from './access/access.ts';
import type { Datastore } from './datastore/datastore.ts';
import type { Snapshot } from './datastore/snapshot.ts';
import type { Edit } from './datastore/transaction.ts';
import { EdgeconfError } from './errors.ts';
import { readJson } from './schema/json-text.ts';
import { fragmentFromJson } from './schema/normalize.ts';
import { queryOf } from './schema/path.ts';
import { inSlices } from './slices.ts';
import type { Proposal } from './southbound/adapter.ts';
import { proposedTree } from './southbound/questions/proposal-json.ts';

/** Who the journal says it was. */
export const ADOPTION_AUTHOR = 'edgeconf-adopt';

/** Everything of a commit but rights: validation, plan, freezes and budgets hold as for anybody. */
export type Adopt = (
  target: string,
  proposal: Proposal,
  about: { readonly device: string; readonly document: string },
) => Promise<void>;

export interface AdoptionParts {
  readonly datastore: Pick<Datastore, 'commit'>;
  readonly access: Pick<Access, 'checkOwnInSteps'>;
  /** The intent of a target that proposals are made from. */
  readonly intentOf: (target: string) => Snapshot | undefined;
}

/**
 * Rejects with an EdgeconfError when it cannot be: FAILED_PRECONDITION for what no intent can say, or in a freeze; ABORTED
 * when the intent was changed meanwhile, which the proposal knows nothing of; INVALID_ARGUMENT when the model forbids it.
 */
export function adoption({ datastore, access, intentOf }: AdoptionParts): Adopt {
  return async (target, proposal, { device, document }) => {
    const seen = intentOf(target);
    if (seen === undefined) throw new EdgeconfError('NOT_FOUND', `there is no target '${target}'`);
    const [left] = proposal.leftOver;
    if (left !== undefined) {
      throw new EdgeconfError('FAILED_PRECONDITION', `no intent says what device '${device}' holds: ${left.reason}`);
    }
    const { root } = seen.model;
    const { json, deletes } = proposedTree(root, proposal);
    const edits: Edit[] = deletes.map((path) => ({ op: 'delete', query: queryOf(path) }));
    if (json !== undefined) edits.push({ op: 'update', path: [], json: fragmentFromJson(root, [], readJson(json)) });
    await datastore.commit({
      author: ADOPTION_AUTHOR,
      comment: `adopts document '${document}' as device '${device}' was found to hold it`,
      labels: { device, document },
      edits: [{ target, edits }],
      authorize: (candidates) => {
        if (candidates.some(({ before }) => before.revision !== seen.revision)) {
          throw new EdgeconfError('ABORTED', `target '${target}' was changed meanwhile; it is looked at again`);
        }
        return inSlices(access.checkOwnInSteps(candidates));
      },
    });
  };
}
