// Lets a stream hand several messages to the socket at once: grpc-js by itself writes one for each turn of the event loop.

import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import type { GnmiLimits } from './limits.ts';

/** What is on its way to the socket is bounded by `messagesAhead` and `bytesAhead`; beyond it a write waits. */
export function earlyAck(limits: Pick<GnmiLimits, 'messagesAhead' | 'bytesAhead'>): ServerInterceptor {
  return (method, call) => (method.responseStream ? new EarlyAckCall(call, limits) : new ServerInterceptingCall(call));
}

type NextCall = ConstructorParameters<typeof ServerInterceptingCall>[0];

class EarlyAckCall extends ServerInterceptingCall {
  readonly #limits: Pick<GnmiLimits, 'messagesAhead' | 'bytesAhead'>;
  #messages = 0;
  #bytes = 0;
  /** The write that waits; grpc-js has one at a time. */
  #waiting: (() => void) | undefined;

  constructor(call: NextCall, limits: Pick<GnmiLimits, 'messagesAhead' | 'bytesAhead'>) {
    super(call);
    this.#limits = limits;
  }

  override sendMessage(message: unknown, callback: () => void): void {
    const bytes = Buffer.isBuffer(message) ? message.length : 0;
    this.#messages++;
    this.#bytes += bytes;
    super.sendMessage(message, () => {
      this.#messages--;
      this.#bytes -= bytes;
      const waiting = this.#waiting;
      if (waiting === undefined || this.#isFull) return;
      this.#waiting = undefined;
      waiting();
    });
    if (this.#isFull) this.#waiting = callback;
    else process.nextTick(callback);
  }

  get #isFull(): boolean {
    return this.#messages >= this.#limits.messagesAhead || this.#bytes >= this.#limits.bytesAhead;
  }
}
