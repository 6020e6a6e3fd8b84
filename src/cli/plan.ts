// `edgeconf plan`: what a change would do to devices, step by step; nothing is changed.

import { plainMessage } from '../proto/load.ts';
import type * as proto from '../proto/southbound.ts';
import { indented } from './document-text.ts';
import { type Edits, headersOf, setRequest } from './set.ts';
import type { AskingDocuments } from './southbound-commands.ts';

/** How much is told, and whether devices are asked what they hold already. */
export interface PlanOutput {
  /** The documents before and after, too. */
  readonly bodies: boolean;
  readonly askDevices: boolean;
}

/** @returns true: that nothing changes is an answer, too. */
export async function plan(
  { southbound, target, json, print }: AskingDocuments,
  edits: Edits,
  { bodies, askDevices }: PlanOutput,
): Promise<boolean> {
  const change = setRequest({ prefix: target === '' ? null : { target } }, edits);
  let count = 0;
  for await (const part of southbound.plan({ change, ask_devices: askDevices }, headersOf(edits))) {
    const { steps = [], allocated = [], unnamed_steps: unnamed = 0 } = part;
    count += steps.length + unnamed;
    if (json) {
      print(JSON.stringify(plainMessage(part)));
      continue;
    }
    for (const each of allocated) print(allocatedLine(each));
    for (const step of steps) for (const line of stepLines(step, bodies)) print(line);
    if (unnamed > 0) print(`and ${unnamed} steps that you may not know of`);
  }
  if (count === 0 && !json) print('the change is allowed and valid; no device is sent anything');
  return true;
}

const verbs: Readonly<Record<string, string>> = {
  create: 'create',
  change: 'change',
  remove: 'remove',
  reset: 'reset, since it cannot be removed,',
  keep: 'keep',
};

function* stepLines(step: proto.Step, bodies: boolean): Iterable<string> {
  const { number, op = '', document, device, after = [], before, body } = step;
  const behind = after.length === 0 ? '' : ` after ${after.map((each) => `step ${each}`).join(' and ')}`;
  yield `${number}. ${device}: ${verbs[op] ?? op} ${document}${behind}`;
  if (op === 'keep') yield '   the device holds exactly this already: nothing is sent';
  if (step.interruption) yield `   users notice: ${step.interruption}`;
  if (step.waits) yield `   not at once: ${step.waits}`;
  if (!bodies) return;
  if (before) yield `   before:\n${indented(before, '     ')}`;
  if (body) yield `   after:\n${indented(body, '     ')}`;
}

function allocatedLine({ target, entry, device, pool, before, number }: proto.Allocated): string {
  const [old, fresh] = [Number(before ?? 0), Number(number ?? 0)];
  const what = `${pool} of ${device} for ${entry} of target ${target}`;
  if (fresh === 0) return `gives back number ${old} in ${what}`;
  return old === 0 ? `takes number ${fresh} in ${what}` : `takes number ${fresh} instead of ${old} in ${what}`;
}
