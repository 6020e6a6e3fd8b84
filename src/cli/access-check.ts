// `edgeconf access check`: may somebody do this, and which rule decides.

import { type Subject, Verdict } from '../proto/access.ts';
import { plainMessage } from '../proto/load.ts';
import { ruleText, subjectText } from './access-text.ts';
import type { Asking } from './asking.ts';

/** @returns whether all of it is allowed. */
export async function check(
  { access, target, asker, json, print }: Asking,
  { subject, action, path }: { subject: Subject; action: string; path: string },
): Promise<boolean> {
  const response = await access.check({ subject, action, target, path });
  if (json) {
    print(JSON.stringify(plainMessage(response), null, 2));
    return response.verdict === Verdict.ALLOWED;
  }
  const [first, ...others] = response.rules ?? [];
  const what = `${action} ${path} in ${target}`;
  const who = subjectText(subject, asker);
  if (response.verdict === Verdict.ALLOWED) print(`allowed: ${who} may ${what}`);
  else if (response.verdict === Verdict.PARTLY) print(`in part: ${who} may ${what}, but not all below it`);
  else print(`denied: ${who} may not ${what}${first?.effect === 'deny' ? '' : '; no rule allows it'}`);
  if (first !== undefined) print(`  ${response.verdict === Verdict.PARTLY ? 'see' : 'by'} ${ruleText(first)}`);
  for (const rule of others) print(`  also ${ruleText(rule)}`);
  return response.verdict === Verdict.ALLOWED;
}
