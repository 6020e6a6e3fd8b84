// `edgeconf access diff`: which decisions a planned change of the policy would flip.

import { plainMessage } from '../proto/load.ts';
import { regionText } from './access-text.ts';
import type { Asking } from './asking.ts';
import { type Edits, headersOf, setRequest } from './set.ts';

/** @returns true: that nothing flips is an answer, too. */
export async function diff({ access, json, print }: Asking, edits: Edits): Promise<boolean> {
  const change = setRequest({ prefix: { target: 'platform' } }, edits);
  const response = await access.compare({ change }, headersOf(edits));
  const flips = response.flips ?? [];
  if (json) print(JSON.stringify(plainMessage(response), null, 2));
  else if (flips.length === 0) print('no decision changes');
  else {
    for (const { kind, name, target, actions = [], allowed, region, example } of flips) {
      const what = `${allowed ? 'gains' : 'loses'} ${actions.join(', ')} at ${regionText(region ?? {})}`;
      print(`${kind} ${name} in ${target} ${what}`);
      if (example !== region?.path) print(`  such as ${example}`);
    }
  }
  return true;
}
