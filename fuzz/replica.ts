// A client that keeps a copy of a target's configuration, stops reading now and then, and comes back from its last marker.

import { startRevision } from '../src/northbound/gnmi/start-revision.ts';
import { Encoding, type SubscribeResponse, type Subscription, type SubscriptionList } from '../src/proto/gnmi.ts';
import type { GnmiClient, SubscribeStream } from '../src/proto/gnmi-client.ts';
import { printPath } from '../src/proto/path-text.ts';
import { plain } from '../test/northbound/gnmi/messages.ts';

/** What a replica held when it was sent the marker of a revision. */
export interface Marked {
  readonly revision: number;
  readonly tree: string;
}

/** Leaves with their values as text, one a line, so that two trees can be compared. */
export function treeText(leaves: Iterable<readonly [path: string, value: unknown]>): string {
  return [...leaves]
    .map(([path, value]) => `${path} ${JSON.stringify(value)}`)
    .sort()
    .join('\n');
}

export class Replica {
  readonly #client: GnmiClient;
  readonly #list: SubscriptionList;
  readonly #random: (below: number) => number;
  readonly #tree = new Map<string, unknown>();
  #stream: SubscribeStream | undefined;
  #marked = 0;
  #seen: Marked[] = [];
  /** Steps for which it reads nothing. */
  #pause = 0;
  reconnects = 0;
  /** Values that were overtaken before they were sent. */
  duplicates = 0;
  failure: unknown;

  constructor(client: GnmiClient, subscription: readonly Subscription[], random: (below: number) => number) {
    this.#client = client;
    this.#list = { subscription: [...subscription], encoding: Encoding.PROTO };
    this.#random = random;
  }

  /** The last revision that was marked; 0 before the first. */
  get marked(): number {
    return this.#marked;
  }

  /** What was marked since this was asked last. */
  takeMarked(): Marked[] {
    return this.#seen.splice(0);
  }

  /** What was applied behind the last marker stays: the changes since then bring the latest value of each leaf again. */
  connect(): void {
    const stream = this.#client.subscribe();
    this.#stream = stream;
    this.#pause = 0;
    stream.on('error', (error) => {
      if (this.#stream === stream) this.failure ??= error;
    });
    stream.on('data', (message: SubscribeResponse) => {
      if (this.#stream === stream) this.#take(message);
    });
    const since = this.#marked === 0 ? [] : [startRevision(this.#marked)];
    stream.write({ subscribe: this.#list, extension: [{ config_subscription: { start: {} } }, ...since] });
  }

  /** Stops reading, reads on, is cut off and comes back, or goes on as it is. */
  step(): void {
    if (this.#marked > 0 && this.#random(15) === 0) {
      this.reconnects++;
      this.close();
      this.connect();
    } else if (this.#pause > 0) {
      this.#pause--;
      if (this.#pause === 0) this.resume();
    } else if (this.#random(8) === 0) {
      this.#pause = 1 + this.#random(40);
      this.#stream?.pause();
    }
  }

  resume(): void {
    this.#stream?.resume();
  }

  close(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
  }

  #take({ update, extension }: SubscribeResponse): void {
    for (const gone of update?.delete ?? []) {
      const text = printPath(gone);
      for (const held of [...this.#tree.keys()]) {
        if (held === text || held.startsWith(`${text}/`)) this.#tree.delete(held);
      }
    }
    for (const { path, val, duplicates = 0 } of update?.update ?? []) {
      this.#tree.set(printPath(path ?? {}), plain(val));
      this.duplicates += duplicates;
    }
    const id = extension?.[0]?.config_subscription?.sync_done?.server_commit_id;
    if (id === undefined) return;
    this.#marked = Number(id);
    this.#seen.push({ revision: this.#marked, tree: treeText(this.#tree) });
  }
}
