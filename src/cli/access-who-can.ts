// `edgeconf access who-can`: who may do this.

import { Verdict } from '../proto/access.ts';
import { plainMessage } from '../proto/load.ts';
import { ruleText } from './access-text.ts';
import type { Asking } from './asking.ts';

/** @returns whether anybody may. */
export async function whoCan({ access, target, json, print }: Asking, action: string, path: string): Promise<boolean> {
  const response = await access.whoCan({ action, target, path });
  const able = response.able ?? [];
  if (json) print(JSON.stringify(plainMessage(response), null, 2));
  else if (able.length === 0) print(`nobody may ${action} ${path} in ${target}`);
  else {
    for (const { kind, name, verdict, rules = [] } of able) {
      print(`${kind} ${name}${verdict === Verdict.PARTLY ? ' (in part)' : ''}`);
      const [first] = rules;
      if (first !== undefined) print(`  by ${ruleText(first)}`);
    }
  }
  return able.length > 0;
}
