// One row of the attack matrix: a request, and how it is answered to everybody, in each place.

import type { status } from '@grpc/grpc-js';

/** Every ready-made role, given for one tenant (the first two for all), somebody without a role, and nobody. */
export const callers = [
  'operator',
  'auditor',
  'ran-team',
  'core-team',
  'enterprise-admin',
  'enterprise-reader',
  'site-admin',
  'app-developer',
  'third-party-provider',
  'end-user',
  'without-roles',
  'unauthenticated',
] as const;

export type Caller = (typeof callers)[number];

/** The target of the callers' tenant, that of another tenant, the service's own, and one that is not there. */
export const places = ['acme', 'globex', 'platform', 'nowhere'] as const;

export type Place = (typeof places)[number];

/** A code other than OK, or what is shown: all of it, nothing else. */
export type Answer = Exclude<keyof typeof status, 'OK'> | readonly string[];

export type Answers = Readonly<Record<Caller, Answer>>;

export interface Row {
  readonly title: string;
  readonly requests: (place: Place) => readonly object[];
  /** How it is answered in each place that matters; a place that is left out is answered like one that is not there. */
  readonly answers: Readonly<Partial<Record<Place, Answers>>>;
  /** Names what an answer shows; by default nothing. */
  readonly shows?: (messages: readonly Record<string, unknown>[]) => Iterable<string>;
  /** When a stream has said what is asked of it. */
  readonly isEnough?: (message: Record<string, unknown>) => boolean;
}

/** Rows by RPC. A service has one file; what it exports is listed in `matrix.test.ts`. */
export type Rows = Readonly<Record<string, readonly Row[]>>;

/** PERMISSION_DENIED, UNAUTHENTICATED for nobody in particular, and what is different for some. */
export function answers(some: Readonly<Partial<Record<Caller, Answer>>> = {}): Answers {
  const denied = Object.fromEntries(callers.map((caller) => [caller, 'PERMISSION_DENIED']));
  return { ...denied, unauthenticated: 'UNAUTHENTICATED', ...some } as Answers;
}
