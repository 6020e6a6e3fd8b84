// Which target a request is about, and its data: what the caller may not know of answers like what is not there.

import type { Grants } from '../../access/grants.ts';
import type { Datastore } from '../../datastore/datastore.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import { EdgeconfError } from '../../errors.ts';
import type { RequestPath } from './request-path.ts';

/** A path in one target; the path names the target wherever the request named `*`. */
export interface Place {
  readonly path: RequestPath;
  readonly snapshot: Snapshot;
}

/** The targets as one caller sees them during one request; every target is looked at in one snapshot only. */
export class Targets {
  readonly #datastore: Datastore;
  readonly #grants: Grants;
  readonly #count: (target: string) => void;
  readonly #snapshots = new Map<string, Snapshot>();

  /** @param count called once with each target, when it is known that the caller may know of it. */
  constructor(datastore: Datastore, grants: Grants, count: (target: string) => void = () => {}) {
    this.#datastore = datastore;
    this.#grants = grants;
    this.#count = count;
  }

  /** Names of all targets that were asked for so far. */
  get names(): Iterable<string> {
    return this.#snapshots.keys();
  }

  /**
   * Where a path is to be read: in its target, or with target `*` in every target in which the caller may read something.
   * Each place is written with its own target, so that answers name it. [gNMI 2.2.2.1]
   * @throws EdgeconfError like `snapshot`.
   */
  places(path: RequestPath): Place[] {
    if (path.target !== '*') return [{ path, snapshot: this.snapshot(path) }];
    const names = this.#grants.readableTargets();
    if (names.length === 0) throw nothingToRead(path.text);
    return names.map((name) => {
      const place = inTarget(path, name);
      return { path: place, snapshot: this.snapshot(place) };
    });
  }

  /**
   * The snapshot of the target that a path names; without a name, of the only target that the caller may read. `platform`
   * counts only when there is no other.
   * @throws EdgeconfError PERMISSION_DENIED for an unknown target and for one that the caller may do nothing in, in the
   * same words; INVALID_ARGUMENT listing the readable targets when the path names none and there are several; RESOURCE_EXHAUSTED
   * when requests are counted and there were too many.
   */
  snapshot({ target, text }: RequestPath): Snapshot {
    const name = target === '' ? this.#only(text) : target;
    const known = this.#snapshots.get(name);
    if (known !== undefined) return known;
    if (name === '*') {
      throw new EdgeconfError(
        'INVALID_ARGUMENT',
        `path ${text}: target '*' is for Get and Subscribe only; name one of ${this.#list()}`,
      );
    }
    this.#require(name);
    const snapshot = this.#datastore.snapshot(name);
    if (snapshot === undefined) throw new EdgeconfError('UNAVAILABLE', `target '${name}' is not loaded yet`);
    this.#count(name);
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
    if (only === undefined) throw nothingToRead(text);
    if (others.length === 0) return only;
    throw new EdgeconfError('INVALID_ARGUMENT', `path ${text}: name a target, there are several: ${this.#list()}`);
  }

  #list(): string {
    const names = this.#grants.readableTargets();
    if (names.length === 0) return 'none';
    return names.length <= 20 ? names.join(', ') : `${names.slice(0, 20).join(', ')} and ${names.length - 20} more`;
  }
}

/** The path as if the request had named this target instead of `*`. */
function inTarget(request: RequestPath, target: string): RequestPath {
  const named = <P extends { target?: string }>(path: P): P => (path.target === '*' ? { ...path, target } : path);
  const { prefix, path } = request;
  return { ...request, target, prefix: prefix === undefined ? undefined : named(prefix), path: named(path) };
}

function nothingToRead(text: string): EdgeconfError {
  return new EdgeconfError('PERMISSION_DENIED', `path ${text}: there is no target that you may read`);
}
