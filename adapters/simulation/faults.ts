// The switches by which a test makes a simulated system misbehave: queued faults, held requests, going down.

/** Which requests a queued fault hits; all of them when nothing is given. */
export interface FaultScope {
  readonly method?: string | readonly string[];
  /** A substring of the path, or a pattern. */
  readonly path?: string | RegExp;
  /** Matching requests to let pass before the first one is hit (0 by default): the k-th call fails with `skip: k - 1`. */
  readonly skip?: number;
}

export type Fault =
  /** Answers with this status and body; nothing is done. */
  | { readonly kind: 'fail'; readonly status: number; readonly body: string }
  /** Keeps the request until {@link Faults.release}, then does and answers it. */
  | { readonly kind: 'hang' }
  /** Closes the connection without an answer, before or after the request took effect. */
  | { readonly kind: 'close'; readonly effect: boolean }
  /** Checks and answers as ever, and changes nothing. */
  | { readonly kind: 'no-effect' }
  /** Does the request, sends half of the answer, closes the connection. */
  | { readonly kind: 'half' }
  /** Does nothing and answers 200 with a body that is no JSON. */
  | { readonly kind: 'garbage' };

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
  /** 'kept' as with its database intact, 'lost' as freshly installed. */
  readonly state: 'kept' | 'lost';
}

export class Faults {
  readonly #power: Power;
  readonly #queue: Queued[] = [];
  #held: (() => void)[] = [];

  constructor(power: Power) {
    this.#power = power;
  }

  /** The next `count` requests answer with `status`; nothing is done. */
  failNext(count: number, status: number, scope: FaultScope = {}, body = '{"error":"injected"}'): void {
    this.#add(count, { kind: 'fail', status, body }, scope);
  }

  /** The next `count` requests get no answer until {@link release}. */
  hangNext(count: number, scope: FaultScope = {}): void {
    this.#add(count, { kind: 'hang' }, scope);
  }

  /** The next `count` requests lose their connection; with `effect` the system has done them by then. */
  closeNext(count: number, scope: FaultScope & { readonly effect?: boolean } = {}): void {
    this.#add(count, { kind: 'close', effect: scope.effect ?? false }, scope);
  }

  /** The next `count` requests succeed without effect. */
  ignoreNext(count: number, scope: FaultScope = {}): void {
    this.#add(count, { kind: 'no-effect' }, scope);
  }

  /** The next `count` requests take effect but their answer breaks off in the middle. */
  halfAnswerNext(count: number, scope: FaultScope = {}): void {
    this.#add(count, { kind: 'half' }, scope);
  }

  /** The next `count` requests answer 200 with text that is no JSON; nothing is done. */
  garbageNext(count: number, scope: FaultScope = {}): void {
    this.#add(count, { kind: 'garbage' }, scope);
  }

  /** Does and answers all requests held so far, in the order they came. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const resume of held) resume();
  }

  /** Forgets all queued faults; held requests stay held. */
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

  /** For the server: the fault of this request, used up by asking. */
  take(method: string, path: string): Fault | undefined {
    for (const [index, queued] of this.#queue.entries()) {
      if (!matches(queued.scope, method, path)) continue;
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

  /** For the server: keeps a request until it is released. */
  hold(resume: () => void): void {
    this.#held.push(resume);
  }

  #add(count: number, fault: Fault, scope: FaultScope): void {
    if (count > 0) this.#queue.push({ fault, scope, skip: scope.skip ?? 0, count });
  }
}

function matches(scope: FaultScope, method: string, path: string): boolean {
  if (scope.method !== undefined && ![scope.method].flat().includes(method)) return false;
  if (scope.path === undefined) return true;
  return typeof scope.path === 'string' ? path.includes(scope.path) : path.search(scope.path) >= 0;
}
