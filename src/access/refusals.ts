// What is said to whom is not let in: the same for whatever part was wrong.

import { EdgeconfError } from '../errors.ts';

/** Any refusal of a caller who is not known. */
export function unauthenticated(message: string): EdgeconfError {
  return new EdgeconfError('UNAUTHENTICATED', message);
}

/** For a wrong name, password, token or certificate; nobody is told which. */
export function notAccepted(): EdgeconfError {
  return unauthenticated('the credentials were not accepted');
}

/** For who has tried too often. */
export function tooMany(waitMs: number): EdgeconfError {
  return unauthenticated(`too many attempts; wait ${Math.ceil(waitMs / 1000)} s`);
}
