// The switches by which a test makes the simulated applications misbehave: queued faults, held calls, going down.
import { status } from '@grpc/grpc-js';

/** Which calls a queued fault hits; all of them when nothing is given. */
export interface FaultScope {
  /** A substring of the path, e.g. `CreateSlice`, or a pattern. */
  readonly method?: string | RegExp;
  /** Matching calls to let pass before the first one is hit (0 by default): the k-th call fails with `skip: k - 1`. */
  readonly skip?: number;
}

export type Fault =
  /** Ends with this status; with `effect` the call was done by then. */
  | { readonly kind: 'fail'; readonly code: status; readonly effect: boolean }
  /** Keeps the call until {@link Faults.release}, then does and answers it. */
  | { readonly kind: 'hang' }
  /** Answers without success, with this cause; nothing is done. A call that has no such answer ends with UNKNOWN. */
  | { readonly kind: 'refuse'; readonly cause: string }
  /** Checks and answers as ever, and changes nothing. */
  | { readonly kind: 'no-effect' }
  /** Does the call, and answers with half of the message. */
  | { readonly kind: 'half' }
  /** Does nothing and answers with bytes that are no message. */
  | { readonly kind: 'garbage' }
  /** Does nothing and answers with an empty message. */
  | { readonly kind: 'empty' };

/** What the switches need from the server; implemented by the simulator. */
export interface Power {
  stopListening(): Promise<void>;
  listenAgain(): Promise<void>;
  loseState(): void;
}

interface Queued {
  readonly fault: Fault;
  readonly scope: FaultScope;
  skip: number;
  count: number;
}

export interface RestartOptions {
  /** 'kept' as with its records intact, 'lost' as freshly installed. */
  readonly state: 'kept' | 'lost';
}

export class Faults {
  readonly #power: Power;
  readonly #queue: Queued[] = [];
  #held: (() => void)[] = [];

  constructor(power: Power) {
    this.#power = power;
  }

  /** The next `count` calls end with this status; nothing is done. */
  failNext(count: number, code: status, scope: FaultScope = {}): void {
    this.#add(count, { kind: 'fail', code, effect: false }, scope);
  }

  /** The next `count` calls end with UNAVAILABLE, as when the connection breaks; with `effect` they are done by then. */
  loseNext(count: number, scope: FaultScope & { readonly effect?: boolean } = {}): void {
    this.#add(count, { kind: 'fail', code: status.UNAVAILABLE, effect: scope.effect ?? false }, scope);
  }

  /** The next `count` calls get no answer until {@link release}. */
  hangNext(count: number, scope: FaultScope = {}): void {
    this.#add(count, { kind: 'hang' }, scope);
  }

  /** The next `count` calls are answered without success. */
  refuseNext(count: number, cause: string, scope: FaultScope = {}): void {
    this.#add(count, { kind: 'refuse', cause }, scope);
  }

  /** The next `count` calls misbehave in this way. */
  next(count: number, kind: 'no-effect' | 'half' | 'garbage' | 'empty', scope: FaultScope = {}): void {
    this.#add(count, { kind }, scope);
  }

  /** Does and answers all calls held so far, in the order they came. */
  release(): void {
    for (const resume of this.#held.splice(0)) resume();
  }

  /** Forgets all queued faults; held calls stay held. */
  clear(): void {
    this.#queue.length = 0;
  }

  /** Closes all connections and refuses new ones. */
  async goDown(): Promise<void> {
    this.#held = [];
    await this.#power.stopListening();
  }

  /** Listens again on the same port. */
  async comeUp(options: RestartOptions): Promise<void> {
    if (options.state === 'lost') this.#power.loseState();
    await this.#power.listenAgain();
  }

  async restart(options: RestartOptions): Promise<void> {
    await this.goDown();
    await this.comeUp(options);
  }

  /** For the server: the fault of this call, used up by asking. */
  take(path: string): Fault | undefined {
    for (const [index, queued] of this.#queue.entries()) {
      if (!matches(queued.scope, path)) continue;
      if (queued.skip > 0) {
        queued.skip -= 1;
        continue;
      }
      queued.count -= 1;
      if (queued.count === 0) this.#queue.splice(index, 1);
      return queued.fault;
    }
    return undefined;
  }

  /** For the server: keeps a call until it is released. */
  hold(resume: () => void): void {
    this.#held.push(resume);
  }

  #add(count: number, fault: Fault, scope: FaultScope): void {
    if (count > 0) this.#queue.push({ fault, scope, skip: scope.skip ?? 0, count });
  }
}

function matches({ method }: FaultScope, path: string): boolean {
  if (method === undefined) return true;
  return typeof method === 'string' ? path.includes(method) : path.search(method) >= 0;
}
