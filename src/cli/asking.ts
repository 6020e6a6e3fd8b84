// What the commands below `edgeconf access` work with.

import type { AccessClient } from '../proto/access-client.ts';

/** The service, and how to print. */
export interface Asking {
  readonly access: AccessClient;
  /** The target of the command line; '' when it names none. */
  readonly target: string;
  /** Who asks, as far as it is known here; '' otherwise. */
  readonly asker: string;
  /** JSON instead of text. */
  readonly json: boolean;
  readonly print: (line: string) => void;
}
