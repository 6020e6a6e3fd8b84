// Asks V8 to give back what large work left behind: by itself it keeps the memory until it needs it for something else.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/** The second collection gives back the pages that the first has emptied. */
const againMs = 1_000;

/** Two full collections of this thread's heap. Each takes as long as what is alive takes to mark, some 10 ms for 10 MB. */
export function collectGarbage(): void {
  collector()();
  setTimeout(collector(), againMs).unref();
}

function collector(): () => void {
  if (collect !== undefined) return collect;
  // The function is there only in contexts that are made behind the flag.
  setFlagsFromString('--expose-gc');
  collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
