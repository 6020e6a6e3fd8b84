// What answers about documents are made of.

import type { Datastore } from '../../datastore/datastore.ts';
import type { Reconciler } from '../../southbound/reconciler.ts';
import type { EditDeps } from '../gnmi/set-operations.ts';
import type { TargetFacts } from './southbound-messages.ts';

/** The engine as far as it answers questions. */
export type Engine = Pick<Reconciler, 'questions' | 'documents' | 'document' | 'actual' | 'verify' | 'found'>;

export interface SouthboundDeps extends EditDeps {
  readonly engine: Engine;
}

/** Looks tenants up when asked; they may change meanwhile. */
export function targetFacts(datastore: Pick<Datastore, 'targets' | 'snapshot'>): TargetFacts {
  const tenants = new Map(datastore.targets().map(({ name, tenant }) => [name, tenant]));
  return {
    tenantOf: (target) => tenants.get(target) ?? '',
    rootOf: (target) => datastore.snapshot(target)?.model.root,
  };
}
