// One attack: what somebody tries, and which world answers as if the victim had never been.

import type { status } from '@grpc/grpc-js';
import type { Answer } from './answer.ts';
import type { Hand } from './hand.ts';
import type { Given, Kind } from './world.ts';

export interface Attack {
  /** Unique in the suite: the face and the trick. */
  readonly name: string;
  /** Who tries it: a user of the seed, undefined for nobody in particular. */
  readonly as: string | undefined;
  /** The world without the victim: it must answer the same. */
  readonly like: Exclude<Kind, 'all'>;
  readonly code: keyof typeof status;
  readonly run: (hand: Hand, world: Given) => Promise<Answer>;
}

/** What attackers may change in the targets of their enterprise, as the beginning of a row's text; all else is a victim. */
export const ownRows: Readonly<Record<string, readonly string[]>> = {
  'acme-admin': ['acme ', 'lab '],
  'site-admin': ['acme /site[site-id=chicago]/'],
  provider: ['acme /application[application-id=cam]/'],
};
