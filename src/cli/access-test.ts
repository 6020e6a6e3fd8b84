// `edgeconf access test`: runs the tests that an author or operator keeps beside a policy, and writes those that are missing.

import { existsSync } from 'node:fs';
import { EdgeconfError } from '../errors.ts';
import { Verdict } from '../proto/access.ts';
import { ruleText, subjectText } from './access-text.ts';
import type { Asking } from './asking.ts';
import { addTests, type PolicyTest, readTests, requestId } from './policy-tests.ts';

/** What became of a test. */
interface Outcome {
  readonly file: string;
  readonly test: PolicyTest;
  readonly verdict: 'allow' | 'deny' | 'partly';
  readonly rule: string;
}

/** Asks the service about every test. @returns whether all of them are as expected. */
export async function testPolicy({ access, json, print }: Asking, files: readonly string[]): Promise<boolean> {
  // All files are read before anything is asked.
  const tests = files.flatMap((file) => readTests(file).map((test) => ({ file, test })));
  const failed: Outcome[] = [];
  for (const { file, test } of tests) {
    const { user, groups, action, target, path, expect } = test;
    const { verdict, rules = [] } = await access.check({
      subject: { user, groups: [...groups] },
      action,
      target,
      path,
    });
    const found = verdict === Verdict.ALLOWED ? 'allow' : verdict === Verdict.PARTLY ? 'partly' : 'deny';
    const [first] = rules;
    const rule = first === undefined ? 'no rule allows it' : `by ${ruleText(first)}`;
    if (found !== expect) failed.push({ file, test, verdict: found, rule });
  }
  if (json) print(JSON.stringify({ tests: tests.length, failed }, null, 2));
  else {
    for (const { file, test, verdict, rule } of failed) {
      const what = `${subjectText({ user: test.user, groups: [...test.groups] }, '')}, ${test.action} ${test.path} in ${test.target}`;
      print(`FAILED ${file}: ${what}: expected ${test.expect}, found ${verdict}`);
      print(`  ${rule}`);
    }
    print(`${tests.length} policy tests, ${tests.length - failed.length} as expected, ${failed.length} failed`);
  }
  return failed.length === 0;
}

/** Adds what is missing at the boundaries of the policy to a file. @returns true */
export async function generateTests({ access, json, print }: Asking, files: readonly string[]): Promise<boolean> {
  const [file, second] = files;
  if (file === undefined || second !== undefined) {
    throw new EdgeconfError('INVALID_ARGUMENT', '--generate writes into one file: name exactly one');
  }
  const known = new Set((existsSync(file) ? readTests(file) : []).map(requestId));
  const { boundaries = [] } = await access.boundaries();
  const missing = boundaries
    .map(({ user = '', action = '', target = '', path = '', allowed, why = '' }) => {
      return { user, groups: [], action, target, path, expect: allowed ? ('allow' as const) : ('deny' as const), why };
    })
    .filter((test) => !known.has(requestId(test)));
  if (missing.length > 0) addTests(file, missing);
  if (json) print(JSON.stringify({ file, added: missing }, null, 2));
  else
    print(
      `${missing.length} tests added to ${file}; they say what is decided now: look at each, and change what should not be`,
    );
  return true;
}
