// The one answer for a target that is not there and for one that the caller may not know of.

import { EdgeconfError } from '../errors.ts';

/** PERMISSION_DENIED, the same code and text for an unknown and a foreign target, so that nobody can tell them apart. */
export function unknownTarget(name: string): EdgeconfError {
  return new EdgeconfError('PERMISSION_DENIED', `no access to target '${name}'`);
}
