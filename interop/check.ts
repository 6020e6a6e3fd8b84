// What a client of the matrix is: its checks by mode. A check throws when it fails; a mode without a check does not exist in the client.

import assert from 'node:assert/strict';
import { dialogue, finished, type Step } from './dialogue.ts';
import { leaf, type Target } from './target.ts';

/** The columns of the matrix. */
export const modes = [
  'capabilities',
  'get json',
  'get json_ietf',
  'get proto',
  'set update',
  'set replace',
  'set delete',
  'refused set',
  'wrong password',
  'once',
  'poll',
  'on_change',
  'sample',
  'target_defined',
  'heartbeat',
  'depth',
  'commit confirm',
  'history',
] as const;
export type Mode = (typeof modes)[number];

export type Checks = Partial<Record<Mode, (target: Target) => Promise<void>>> & {
  /** Why the client cannot be run over this transport. */
  readonly impossible?: (target: Target) => string | undefined;
};

/** A value that was never there before. */
let values = 0;
export const fresh = (): string => `value-${process.pid}-${++values}`;

/** The command ends with success and prints all of this. */
export async function prints(
  command: string,
  args: readonly string[],
  expected: readonly RegExp[],
  env = {},
): Promise<void> {
  const { code, output } = await finished(command, args, env);
  if (code !== 0) throw new Error(`exit code ${code}: ${output.trim().slice(-400)}`);
  for (const pattern of expected) assert.match(output, pattern);
}

/** The command fails and prints this. */
export async function fails(command: string, args: readonly string[], expected: RegExp, env = {}): Promise<void> {
  const { code, output } = await finished(command, args, env);
  assert.match(output, expected);
  assert.notEqual(code, 0, 'the client reported success');
}

/** The steps of a stream that shows the present value, and then a change. */
export async function streamSteps(target: Target): Promise<Step[]> {
  const [before, after] = [fresh(), fresh()];
  await target.change(before);
  return [{ sees: new RegExp(before), next: () => target.change(after) }, { sees: new RegExp(after) }];
}

/** The steps of a stream that shows the present value again and again without a change. */
export async function repeatSteps(target: Target): Promise<Step[]> {
  const value = fresh();
  await target.change(value);
  return [{ sees: new RegExp(value) }, { sees: new RegExp(value) }, { sees: new RegExp(value) }];
}

/** The leaf has this value after the command succeeded. */
export async function sets(
  target: Target,
  command: string,
  args: readonly string[],
  value: string,
  env = {},
): Promise<void> {
  const { code, output } = await finished(command, args, env);
  if (code !== 0) throw new Error(`exit code ${code}: ${output.trim().slice(-400)}`);
  assert.equal(await target.read(leaf), value);
}

export { dialogue };
