// `edgeconf access reach`: everything that somebody may do.

import type { Subject } from '../proto/access.ts';
import { plainMessage } from '../proto/load.ts';
import { regionText, subjectText } from './access-text.ts';
import type { Asking } from './asking.ts';

/** @returns true: that there is nothing is an answer, too. */
export async function reach({ access, asker, json, print }: Asking, subject: Subject): Promise<boolean> {
  const response = await access.reach({ subject });
  const parts = response.parts ?? [];
  if (json) print(JSON.stringify(plainMessage(response), null, 2));
  else if (parts.length === 0) print(`${subjectText(subject, asker)} may do nothing`);
  else {
    for (const { target, actions = [], regions = [] } of parts) {
      print(`${target}: ${actions.join(', ')}`);
      for (const region of regions) print(`  ${regionText(region)}`);
    }
  }
  return true;
}
