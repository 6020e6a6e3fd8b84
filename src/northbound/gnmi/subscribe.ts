// Subscribe: one RPC from its first request to its end, in modes ONCE, POLL and STREAM. [gNMI 3.5]

import { setImmediate } from 'node:timers/promises';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Identity, Proof } from '../../access/identity.ts';
import { platformTarget } from '../../datastore/targets.ts';
import { EdgeconfError } from '../../errors.ts';
import { gnmiLog } from '../../log.ts';
import type { SubscribeRequest, SubscribeResponse } from '../../proto/gnmi.ts';
import { Slices } from '../../slices.ts';
import type { FrontDoor } from '../front-door.ts';
import { askedBySubscribe } from './asked.ts';
import { syncResponse } from './bundle.ts';
import { currentValues } from './current-values.ts';
import { feedsOf, snapshotsOf, type TargetFeeds } from './feeds.ts';
import type { GnmiDeps } from './gnmi-deps.ts';
import { checkElapsed, pastRange, snapshotsAt } from './history-stream.ts';
import { LiveStream } from './live-stream.ts';
import { revisionAt } from './past.ts';
import { checkProof, lookAgain } from './same-rights.ts';
import { readSubscriptions, type Subscriptions } from './subscriptions.ts';
import { Targets } from './targets.ts';
import { dataTimeNs } from './timestamp.ts';

export type SubscribeCall = ServerDuplexStream<SubscribeRequest, SubscribeResponse>;

/** Serves one RPC; it lives until the client cancels it, ONCE is done, or something is wrong with it. */
export class SubscribeSession {
  readonly #deps: GnmiDeps;
  readonly #door: FrontDoor;
  readonly #call: SubscribeCall;
  #identity: Identity | undefined;
  #asked = '';
  #subscriptions: Subscriptions | undefined;
  #live: LiveStream | undefined;
  /** What was looked up last, and the revision of the platform target that it was looked up with. */
  #seen: { readonly targets: TargetFeeds[]; readonly policyRevision: number | undefined } | undefined;
  /** From the end of the initial values on, changes may be sent. */
  #synced = false;
  /** Whether queued changes are being written. */
  #sending = false;
  #ended = false;
  /** Gives back the place in the tenants' budgets. */
  #leave: () => void = () => {};
  #serving: Promise<void> = Promise.resolve();

  readonly #onEnd: () => void;
  /** Ends the waiting for the end of what proves the caller. */
  #stopExpiry: () => void = () => {};
  /** Goes on with what waits for the client to take more. */
  #wake: () => void = () => {};

  /** @param onEnd called when nothing more is done for the RPC. */
  constructor(deps: GnmiDeps, door: FrontDoor, call: SubscribeCall, onEnd: () => void) {
    this.#deps = deps;
    this.#door = door;
    this.#call = call;
    this.#onEnd = onEnd;
  }

  /** Begins to read requests. All failures end the RPC with their status. */
  start(): void {
    // Also comes behind a normal end, so it says nothing about how the RPC went.
    this.#call.on('cancelled', () => this.#release());
    this.#call.on('close', () => this.#release());
    this.#call.on('drain', () => this.#wake());
    this.#door.enter(this.#call).then(
      (identity) => {
        this.#identity = identity;
        this.#endWith(identity.proof);
        this.#call.on('data', (request: SubscribeRequest) => this.#next(request));
        this.#call.on('end', () => this.#halfClose());
      },
      (error) => this.fail(error),
    );
  }

  /** A call may go on for longer than its caller's proof is good for. */
  #endWith(proof: Proof | undefined): void {
    if (proof?.expiresAtMs === undefined || this.#ended) return;
    const leftMs = proof.expiresAtMs - Number(this.#deps.nowNs() / 1_000_000n);
    const expired = new EdgeconfError('UNAUTHENTICATED', `the ${proof.by} has expired; subscribe again`);
    this.#stopExpiry = this.#deps.timers.after(Math.max(0, leftMs), () => this.fail(expired));
  }

  /** Ends the RPC with an error, e.g. UNAVAILABLE when the service stops. */
  fail(thrown: unknown): void {
    if (this.#ended) return;
    this.#release();
    this.#call.emit(
      'error',
      this.#door.statusOf(this.#call, this.#identity, thrown, () => this.#asked),
    );
  }

  /** Requests are served one after the other; meanwhile no more are read. */
  #next(request: SubscribeRequest): void {
    if (this.#ended) return;
    this.#call.pause();
    this.#serving = this.#serve(request)
      .catch((error) => this.fail(error))
      .finally(() => this.#call.resume());
  }

  async #serve(request: SubscribeRequest): Promise<void> {
    // Much may have changed since the call began.
    checkProof(this.#who);
    if (request.request === 'subscribe' && request.subscribe) {
      this.#asked = askedBySubscribe(request);
      if (this.#subscriptions !== undefined) throw invalid('only one SubscriptionList is allowed on an RPC');
      this.#subscriptions = readSubscriptions(request, this.#deps.limits);
      gnmiLog.debug({ user: this.#who.name, mode: this.#subscriptions.mode }, 'a subscription begins');
      this.#leave = this.#deps.access.budgets.subscribe(this.#count(this.#subscriptions));
      await this.#begin(this.#subscriptions);
      return;
    }
    if (this.#subscriptions === undefined) throw invalid("the first request must set 'subscribe'");
    if (request.request !== 'poll') throw invalid("the request sets neither 'subscribe' nor 'poll'");
    if (this.#subscriptions.mode !== 'POLL') {
      throw invalid(`poll is only allowed in mode POLL; this RPC has mode ${this.#subscriptions.mode}`);
    }
    this.#checkRights();
    this.#count(this.#subscriptions);
    await this.#sendValues(this.#subscriptions);
  }

  /** Counts a request. @returns the targets that it is about. */
  #count({ lines }: Subscriptions): Iterable<string> {
    const { access, datastore } = this.#deps;
    const targets = new Targets(datastore, access.grants(this.#who), access.budgets.request());
    for (const { path } of lines) targets.places(path);
    return targets.names;
  }

  async #begin(subscriptions: Subscriptions): Promise<void> {
    const { mode, updatesOnly, history } = subscriptions;
    // Reading goes on while values are sent, so that a second request is answered at once; polls wait for their turn.
    if (mode !== 'POLL') this.#call.resume();
    if (history?.kind === 'range') {
      checkElapsed(history, this.#deps.nowNs());
      const targets = this.#look(subscriptions);
      await this.#send(pastRange(this.#deps.datastore, targets, subscriptions, history, this.#deps.limits));
      return this.#end();
    }
    if (mode === 'STREAM') {
      this.#live = new LiveStream(this.#deps, this.#who, subscriptions, {
        wake: () => this.#pump(),
        fail: (error) => this.fail(error),
      });
      await this.#send(this.#live.begin());
      this.#synced = true;
      this.#pump();
      return;
    }
    // A poller gets what is there before its first poll too; clients wait for it.
    if (updatesOnly) this.#write(syncResponse);
    else await this.#sendValues(subscriptions);
    if (mode === 'ONCE') this.#end();
  }

  /** What is subscribed to with the rights of now; it must be what was seen before, if anything was. */
  #look(subscriptions: Subscriptions): TargetFeeds[] {
    const { access, datastore } = this.#deps;
    const targets = lookAgain(this.#seen?.targets, () => {
      const grants = access.grants(this.#who);
      const places = new Targets(datastore, grants);
      return feedsOf(
        subscriptions,
        subscriptions.lines.map(({ path }) => places.places(path)),
        grants,
      );
    });
    this.#seen = { targets, policyRevision: this.#policyRevision };
    return targets;
  }

  /** The rights may have changed since what is being sent was looked up; a live stream sees to that by itself. */
  #checkRights(): void {
    if (this.#subscriptions === undefined || this.#seen === undefined) return;
    if (this.#seen.policyRevision === this.#policyRevision) return;
    checkProof(this.#who);
    this.#look(this.#subscriptions);
  }

  get #policyRevision(): number | undefined {
    return this.#deps.datastore.snapshot(platformTarget)?.revision;
  }

  /** All values, as they are now or were at the wanted time, then the sync. */
  async #sendValues(subscriptions: Subscriptions): Promise<void> {
    const { datastore, limits } = this.#deps;
    const { encoding, history } = subscriptions;
    const targets = this.#look(subscriptions);
    const feeds = targets.flatMap((each) => each.feeds);
    let snapshots = snapshotsOf(targets, datastore);
    let timeNs = dataTimeNs(this.#deps);
    if (history?.kind === 'snapshot') {
      checkElapsed(history, this.#deps.nowNs());
      snapshots = await snapshotsAt(datastore, targets, await revisionAt(datastore, history.timeNs));
      timeNs = history.timeNs;
    }
    await this.#send(currentValues(feeds, snapshots, { encoding, limits, timeNs }));
    if (!this.#ended) this.#write(syncResponse);
  }

  async #send(messages: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    for await (const message of messages) {
      if (this.#ended) return;
      this.#checkRights();
      if (!this.#write(message)) await this.#drained();
      // Other requests get their turn between two messages.
      await setImmediate();
    }
  }

  /** Sends what there is to send, as far as the client takes it. */
  #pump(): void {
    if (this.#ended || !this.#synced || this.#sending) return;
    this.#sendChanges().catch((error) => this.fail(error));
  }

  async #sendChanges(): Promise<void> {
    this.#sending = true;
    try {
      const slices = new Slices();
      while (!this.#ended) {
        const message = this.#live?.take();
        if (message === undefined) return;
        if (!this.#write(message)) await this.#drained();
        await slices.next();
      }
    } finally {
      this.#sending = false;
    }
  }

  #halfClose(): void {
    if (this.#subscriptions === undefined) {
      // The first request may still be under way.
      this.#serving.then(() => {
        if (this.#subscriptions === undefined) this.fail(invalid('the RPC was closed without a subscription'));
      });
    } else if (this.#subscriptions.mode === 'POLL') this.#serving.then(() => this.#end());
  }

  /** False when the client is behind: wait until the stream has drained before writing more. */
  #write(message: Buffer): boolean {
    return this.#call.write(message as unknown as SubscribeResponse);
  }

  /** Until what was written has left, or the RPC is over. */
  #drained(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #end(): void {
    if (this.#ended) return;
    this.#release();
    this.#call.end();
  }

  #release(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#live?.stop();
    this.#leave();
    this.#stopExpiry();
    this.#wake();
    this.#onEnd();
  }

  get #who(): Identity {
    if (this.#identity === undefined) throw new EdgeconfError('UNAUTHENTICATED', 'the caller is not known yet');
    return this.#identity;
  }
}

function invalid(message: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', message);
}
