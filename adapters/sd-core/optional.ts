// A member of a body that is there only when intent has a value for it.

import type { Because, Json } from '../../src/southbound/adapter.ts';

/** `make` is called once to see whether there is a value, and once for the reason: what `because` gives is not looked at. */
export function optional(
  because: Because,
  name: string,
  rule: string,
  make: () => Json | undefined,
): { [name: string]: Json } {
  return make() === undefined ? {} : { [name]: because(rule, () => make() ?? null) };
}
