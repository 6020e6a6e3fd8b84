// How often an address may fail to sign in, whatever it tries: what is known to be good is not held back by it.

import { isIPv4, isIPv6 } from 'node:net';
import { type AttemptLimits, Attempts, DEFAULT_PEER_ATTEMPTS } from './attempts.ts';

/** One for all ways to sign in. Callers ask only for credentials that have to be verified, and give back what succeeds. */
export class PeerLimit {
  readonly #nowMs: () => number;
  readonly #attempts: Attempts;

  constructor(nowMs: () => number, limits: AttemptLimits = DEFAULT_PEER_ATTEMPTS) {
    this.#nowMs = nowMs;
    this.#attempts = new Attempts(limits);
  }

  /** Takes one attempt. @returns 0, or how many ms to wait until there is one. */
  take(peer: string | undefined): number {
    return peer === undefined ? 0 : this.#attempts.take(peerNetwork(peer), this.#nowMs());
  }

  /** The attempt succeeded. Only that one is given back: somebody else behind the address may be guessing. */
  giveBack(peer: string | undefined): void {
    if (peer !== undefined) this.#attempts.giveBack(peerNetwork(peer));
  }
}

/** What counts as one caller: an IPv4 address, or the /64 network of an IPv6 address, of which everybody has plenty. */
export function peerNetwork(peer: string): string {
  // Written as grpc-js writes it, without brackets: `::1:50000`.
  const address = peer.replace(/:\d+$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIPv4(address) || !isIPv6(address)) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').toLowerCase().split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array.from({ length: zeros }, () => '0'), ...last];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
