// Extensions of requests: which RPC may carry which, and what becomes of those that are not served. [gnmi-extensions]

import { EdgeconfError } from '../../errors.ts';
import type { Extension, ExtensionKind } from '../../proto/gnmi.ts';

export type Verb = 'Capabilities' | 'Get' | 'Set' | 'Subscribe';

/** The RPCs that each well-known extension is defined for. */
const verbsOf: Readonly<Record<Exclude<ExtensionKind, 'registered_ext'>, readonly Verb[]>> = {
  master_arbitration: ['Set'],
  history: ['Subscribe'],
  commit: ['Set'],
  depth: ['Get', 'Subscribe'],
  config_subscription: ['Subscribe'],
};

/**
 * Looks at the extensions of a request. A registered extension that is not known is ignored, so that the RPC keeps
 * working; a well-known one changes what the RPC means and is never ignored.
 * @throws EdgeconfError INVALID_ARGUMENT for one that the RPC cannot carry, UNIMPLEMENTED for one that is not served.
 */
export function checkExtensions(verb: Verb, extensions: readonly Extension[] | undefined): void {
  for (const { ext } of extensions ?? []) {
    // A member that this version does not know is like an unknown registered extension.
    if (ext === undefined || ext === 'registered_ext') continue;
    if (!verbsOf[ext].includes(verb)) {
      const verbs = verbsOf[ext].join(' and ');
      throw new EdgeconfError('INVALID_ARGUMENT', `extension ${ext} belongs to ${verbs} and cannot go with ${verb}`);
    }
    throw new EdgeconfError('UNIMPLEMENTED', `extension ${ext} is not served; send the ${verb} without it`);
  }
}
