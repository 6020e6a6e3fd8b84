// Events that wait for their entry in the audit log: the same ones together, and of a flood only how many there were.

import type { JournalHead } from '../datastore/journal-entry.ts';
import type { AuditEvent } from './audit-entry.ts';
import { FloodGate, type FloodLimits } from './flood-gate.ts';

/** An event with when it happened first. */
export interface Waiting {
  readonly event: AuditEvent;
  readonly timeNs: bigint;
  readonly journal: JournalHead;
}

/** Different events that wait; what comes beyond is counted. Without that a full disk would fill the memory. */
const mostWaiting = 4_000;
/** So many have come before strangers are only counted. */
const mostBeforeStrangers = 2_000;

/** An event about nobody in particular. */
export const noEvent: Omit<AuditEvent, 'kind'> = {
  user: '',
  groups: [],
  peer: '',
  method: '',
  code: '',
  asked: '',
  message: '',
  count: 1,
};

export class Backlog {
  /** Of who was not recognized, by address. */
  readonly #strangers: FloodGate;
  /** Of users, by name: what strangers do, or a user who plays the stranger, hides nothing of what a user does. */
  readonly #users: FloodGate;
  readonly #waiting = new Map<string, Waiting & { count: number }>();
  #taken = 0;

  constructor(limits: FloodLimits | undefined) {
    this.#strangers = new FloodGate(limits);
    this.#users = new FloodGate(limits);
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0 && !this.#strangers.hasSuppressed && !this.#users.hasSuppressed;
  }

  /** How many events with an entry of their own were taken, and how many will have been when those that wait now are. */
  get progress(): { readonly taken: number; readonly added: number } {
    return { taken: this.#taken, added: this.#taken + this.#waiting.size };
  }

  /** @param nowMs ms that never run backwards, for the limits. */
  add(event: AuditEvent, timeNs: bigint, journal: JournalHead, nowMs: number): void {
    const address = addressOf(event.peer);
    const key = JSON.stringify({ ...event, peer: address });
    const same = this.#waiting.get(key);
    if (same !== undefined) {
      same.count += event.count;
      return;
    }
    const isStranger = event.kind === 'login-failed';
    const [gate, name] = isStranger ? [this.#strangers, address] : [this.#users, event.user];
    const isRoom = this.#waiting.size < (isStranger ? mostBeforeStrangers : mostWaiting);
    // Who takes the log cannot hide that behind refusals of their own.
    if (isRoom && (event.kind === 'exported' || gate.admits(name, nowMs))) {
      this.#waiting.set(key, { event, timeNs, journal, count: event.count });
    } else gate.suppress(name, event.count);
  }

  /**
   * Takes events in the order in which they happened, until the caller has enough; last come those that were only counted.
   * @param now when these are told
   */
  *take(now: () => Omit<Waiting, 'event'>): IterableIterator<Waiting> {
    for (const [key, { count, ...waiting }] of this.#waiting) {
      this.#waiting.delete(key);
      this.#taken++;
      yield { ...waiting, event: { ...waiting.event, count } };
    }
    const message = 'refusals that came too fast for an entry each';
    for (const [peer, count] of this.#strangers.takeSuppressed()) {
      yield { ...now(), event: { ...noEvent, kind: 'suppressed', peer, message, count } };
    }
    for (const [user, count] of this.#users.takeSuppressed()) {
      yield { ...now(), event: { ...noEvent, kind: 'suppressed', user, message, count } };
    }
  }
}

/** Without the port, which is another one with every connection. */
function addressOf(peer: string): string {
  return peer.replace(/:\d+$/, '');
}
