// Looks which devices are registered in a core and which addresses they have, and remembers when they were last seen.

import type { Json } from '../../src/southbound/adapter.ts';
import type { HttpWire } from './http-wire.ts';

/** Sessions whose address is asked for in one look; the others get their turn in the next ones. */
const SESSIONS_PER_LOOK = 100;
/** Devices that are remembered after they went; the ones seen longest ago are forgotten first. */
const MAX_REMEMBERED = 100_000;
/** Times are told to the minute, so that a device that stays does not change its state at every look. */
const MINUTE_MS = 60_000;

/** One registration, as the access management of the core tells it. */
interface Registration {
  readonly Supi?: Json;
  readonly CmState?: Json;
  readonly PduSessions?: Json;
}

export class UeWatch {
  readonly #wire: HttpWire;
  readonly #base: string;
  readonly #nowMs: () => number;
  /** Addresses by session, which keeps its address as long as it lives. */
  #addresses = new Map<string, string>();
  /** By IMSI, in the order in which they were last seen. */
  readonly #lastSeen = new Map<string, string>();

  /** @param base path of the API that has both resources, without a slash at its end. */
  constructor(wire: HttpWire, base: string, nowMs: () => number = Date.now) {
    this.#wire = wire;
    this.#base = base;
    this.#nowMs = nowMs;
  }

  /** `{ues: {<imsi>: {connected, address?, seen?}}}`; `ues` is null for a core that cannot tell. */
  async look(signal: AbortSignal): Promise<Json> {
    const found = await this.#wire.get(`${this.#base}/registered-ue-context`, signal);
    // No list at all: a core of 4G, or one without access management. Null: nobody is registered.
    if (found !== null && !Array.isArray(found)) return { ues: null };
    const registrations = ((found ?? []) as readonly Json[]).map((item) => (item ?? {}) as Registration);
    await this.#askAddresses(registrations.flatMap(sessionsOf), signal);
    const ues: { [imsi: string]: Json } = {};
    for (const registration of registrations) {
      const imsi = String(registration.Supi ?? '').replace(/^imsi-/, '');
      if (imsi !== '') ues[imsi] = this.#ueOf(imsi, registration);
    }
    for (const [imsi, seen] of this.#lastSeen) ues[imsi] ??= { connected: 'No', seen };
    return { ues };
  }

  #ueOf(imsi: string, registration: Registration): Json {
    const isConnected = registration.CmState === 'CONNECTED';
    if (isConnected) this.#remember(imsi);
    const address = sessionsOf(registration)
      .map((ref) => this.#addresses.get(ref))
      .find((known) => known !== undefined);
    const seen = this.#lastSeen.get(imsi);
    return {
      connected: isConnected ? 'Yes' : 'Idle',
      ...(address === undefined ? {} : { address }),
      ...(seen === undefined ? {} : { seen }),
    };
  }

  #remember(imsi: string): void {
    const minute = Math.floor(this.#nowMs() / MINUTE_MS) * MINUTE_MS;
    this.#lastSeen.delete(imsi);
    this.#lastSeen.set(imsi, new Date(minute).toISOString().replace('.000Z', 'Z'));
    const [oldest] = this.#lastSeen.keys();
    if (this.#lastSeen.size > MAX_REMEMBERED && oldest !== undefined) this.#lastSeen.delete(oldest);
  }

  /** Asks for sessions that are new, and forgets those that ended. */
  async #askAddresses(refs: readonly string[], signal: AbortSignal): Promise<void> {
    const known = new Map(
      refs.flatMap((ref) => {
        const address = this.#addresses.get(ref);
        return address === undefined ? [] : [[ref, address] as const];
      }),
    );
    this.#addresses = known;
    for (const ref of refs.filter((each) => !known.has(each)).slice(0, SESSIONS_PER_LOOK)) {
      const info = await this.#wire.get(`${this.#base}/ue-pdu-session-info/${encodeURIComponent(ref)}`, signal);
      const address = (info as { readonly PDUAddress?: Json } | undefined)?.PDUAddress;
      if (typeof address === 'string' && address !== '') known.set(ref, address);
    }
  }
}

function sessionsOf({ PduSessions }: Registration): string[] {
  const sessions = Array.isArray(PduSessions) ? (PduSessions as readonly Json[]) : [];
  return sessions.flatMap((session) => {
    const ref = (session as { readonly SmContextRef?: Json } | null)?.SmContextRef;
    return typeof ref === 'string' && ref !== '' ? [ref] : [];
  });
}
