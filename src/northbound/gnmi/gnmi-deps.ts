// What the gNMI service is made of; handed to every verb.

import type { Access } from '../../access/access.ts';
import type { Datastore } from '../../datastore/datastore.ts';
import type { GnmiLimits } from './limits.ts';

export interface GnmiDeps {
  readonly datastore: Datastore;
  readonly access: Access;
  readonly limits: GnmiLimits;
  /** The clock, ns since the epoch. */
  readonly nowNs: () => bigint;
}
