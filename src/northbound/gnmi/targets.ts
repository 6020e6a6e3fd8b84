// Which target a request is about, and its data: what the caller may not know of answers like what is not there.

import type { Grants } from '../../access/grants.ts';
import type { Datastore } from '../../datastore/datastore.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import { EdgeconfError } from '../../errors.ts';
import type { RequestPath } from './request-path.ts';

/** The targets as one caller sees them during one request; every target is looked at in one snapshot only. */
export class Targets {
  readonly #datastore: Datastore;
  readonly #grants: Grants;
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(datastore: Datastore, grants: Grants) {
    this.#datastore = datastore;
    this.#grants = grants;
  }

  /**
   * The snapshot of the target that a path names; without a name, of the only target that the caller may read. `platform`
   * counts only when there is no other.
   * @throws EdgeconfError PERMISSION_DENIED for an unknown target and for one that the caller may do nothing in, in the
   * same words; INVALID_ARGUMENT listing the readable targets when the path names none and there are several.
   */
  snapshot({ target, text }: RequestPath): Snapshot {
    const name = target === '' ? this.#only(text) : target;
    const known = this.#snapshots.get(name);
    if (known !== undefined) return known;
    if (name === '*') {
      throw new EdgeconfError('UNIMPLEMENTED', `path ${text}: target '*' is not served; name one of ${this.#list()}`);
    }
    this.#require(name);
    const snapshot = this.#datastore.snapshot(name);
    if (snapshot === undefined) throw new EdgeconfError('UNAVAILABLE', `target '${name}' is not loaded yet`);
    this.#snapshots.set(name, snapshot);
    return snapshot;
  }

  #require(name: string): void {
    try {
      this.#grants.requireTarget(name);
    } catch (thrown) {
      if (!(thrown instanceof EdgeconfError)) throw thrown;
      throw new EdgeconfError(thrown.code, `${thrown.message}; you may read: ${this.#list()}`);
    }
  }

  #only(text: string): string {
    const readable = this.#grants.readableTargets();
    const tenants = readable.filter((name) => name !== 'platform');
    const [only, ...others] = tenants.length > 0 ? tenants : readable;
    if (only === undefined)
      throw new EdgeconfError('PERMISSION_DENIED', `path ${text}: there is no target that you may read`);
    if (others.length === 0) return only;
    throw new EdgeconfError('INVALID_ARGUMENT', `path ${text}: name a target, there are several: ${this.#list()}`);
  }

  #list(): string {
    const names = this.#grants.readableTargets();
    if (names.length === 0) return 'none';
    return names.length <= 20 ? names.join(', ') : `${names.slice(0, 20).join(', ')} and ${names.length - 20} more`;
  }
}
