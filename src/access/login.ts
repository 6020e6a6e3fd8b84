// Recognizes a user by name and password, telling nobody which of the two was wrong.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { type AttemptLimits, Attempts, DEFAULT_NAME_ATTEMPTS } from './attempts.ts';
import type { Credentials, Identity } from './identity.ts';
import { DEFAULT_COST, type PasswordHash, parsePasswordHash, type ScryptCost, verifyPassword } from './password.ts';
import { type PeerLimit, peerNetwork } from './peer-limit.ts';
import type { Policy } from './policy.ts';
import { notAccepted, tooMany, unauthenticated } from './refusals.ts';
import { Slots } from './slots.ts';

const MAX_BYTES = 1024;
/** Hashes at a time: the thread pool is shared with the disk. */
const HASHES_AT_A_TIME = 2;
const MAX_WAITING = 64;

export interface LoginOptions {
  /** At least 32 random bytes that live as long as the process: remembered passwords are digests under this key. */
  readonly secret: Uint8Array;
  readonly nowMs: () => number;
  /** Of a name from one address. */
  readonly attempts?: AttemptLimits | undefined;
  /** Shared with other ways to sign in. */
  readonly peers: PeerLimit;
}

export class Login {
  readonly #secret: Uint8Array;
  readonly #nowMs: () => number;
  /** By name and address. */
  readonly #attempts: Attempts;
  readonly #byName = new Attempts(DEFAULT_NAME_ATTEMPTS);
  readonly #peers: PeerLimit;
  readonly #slots = new Slots(HASHES_AT_A_TIME, MAX_WAITING);
  /** The digest of each user's last good password. */
  readonly #good = new Map<string, Buffer>();
  readonly #costs = new WeakMap<Policy, readonly ScryptCost[]>();
  /** Verifications under way by digest: calls that a client makes at once are one attempt. */
  readonly #running = new Map<string, Promise<boolean>>();

  constructor({ secret, nowMs, attempts, peers }: LoginOptions) {
    this.#secret = secret;
    this.#nowMs = nowMs;
    this.#peers = peers;
    this.#attempts = new Attempts(attempts);
  }

  /** @throws EdgeconfError UNAUTHENTICATED, the same for an unknown name and a wrong password, in the same time. */
  async authenticate({ username = '', password = '', peer }: Credentials, policy: Policy): Promise<Identity> {
    if (username === '' || password === '') throw unauthenticated('username and password metadata are required');
    if (Buffer.byteLength(username) > MAX_BYTES || Buffer.byteLength(password) > MAX_BYTES) {
      throw unauthenticated(`username and password may have ${MAX_BYTES} bytes each`);
    }
    const stored = policy.users.get(username)?.passwordHash;
    const digest = this.#digest(username, stored ?? '', password);
    const good = this.#good.get(username);
    if (good !== undefined && timingSafeEqual(good, digest)) return { name: username, groups: [] };
    const verified = await this.#attempt(username, password, stored, digest, policy, peer);
    if (!verified) throw notAccepted();
    return { name: username, groups: [] };
  }

  #attempt(
    name: string,
    password: string,
    stored: string | undefined,
    digest: Buffer,
    policy: Policy,
    peer: string | undefined,
  ): Promise<boolean> {
    const id = digest.toString('base64');
    const running = this.#running.get(id);
    if (running !== undefined) return running;
    if (this.#slots.full) throw tooMany(1000);
    const place = JSON.stringify([name, peer === undefined ? '' : peerNetwork(peer)]);
    const waitMs = this.#attempts.take(place, this.#nowMs());
    if (waitMs > 0) throw tooMany(waitMs);
    const nameWaitMs = this.#byName.take(name, this.#nowMs());
    const peerWaitMs = nameWaitMs > 0 ? 0 : this.#peers.take(peer);
    if (nameWaitMs > 0 || peerWaitMs > 0) {
      this.#attempts.giveBack(place);
      if (nameWaitMs === 0) this.#byName.giveBack(name);
      throw tooMany(Math.max(nameWaitMs, peerWaitMs));
    }
    const known = parsePasswordHash(stored);
    const decoy = this.#decoy(name, policy);
    const attempt = this.#slots
      .run(() => verifyPassword(password, known ?? decoy))
      .then((equal) => {
        if (!equal) return false;
        this.#attempts.forget(place);
        this.#byName.giveBack(name);
        this.#peers.giveBack(peer);
        this.#good.set(name, digest);
        return true;
      })
      .finally(() => this.#running.delete(id));
    this.#running.set(id, attempt);
    return attempt;
  }

  /** A hash that no password has, as costly as that of some user and always the same one for a name. */
  #decoy(name: string, policy: Policy): PasswordHash {
    const bytes = createHmac('sha256', this.#secret).update('decoy').update(name).digest();
    const costs = this.#costsOf(policy);
    const cost = costs[bytes.readUInt32BE() % Math.max(1, costs.length)] ?? DEFAULT_COST;
    return { cost, salt: bytes.subarray(0, 16), hash: bytes };
  }

  #costsOf(policy: Policy): readonly ScryptCost[] {
    let costs = this.#costs.get(policy);
    if (costs === undefined) {
      costs = [...policy.users.values()].flatMap((user) => parsePasswordHash(user.passwordHash)?.cost ?? []);
      this.#costs.set(policy, costs);
    }
    return costs;
  }

  /** The stored hash is part of it: a new password makes the old one's digest worthless. */
  #digest(...parts: readonly string[]): Buffer {
    return createHmac('sha256', this.#secret).update(JSON.stringify(parts)).digest();
  }
}
