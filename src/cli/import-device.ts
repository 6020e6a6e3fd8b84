// `edgeconf import` and `edgeconf verify-device`: what a device holds, as intent, and compared with intent.

import { plainMessage } from '../proto/load.ts';
import { printPath } from '../proto/path-text.ts';
import { differenceLine } from './document-text.ts';
import type { AskingDocuments } from './southbound-commands.ts';
import { printValue } from './value.ts';

/** Prints the proposed intent as JSON, to be kept in a file, and tells the rest apart from it. @returns whether all can be said. */
export async function importDevice(
  { southbound, target, json, print, tell }: AskingDocuments,
  device: string,
  options: Readonly<Record<string, string>>,
): Promise<boolean> {
  const response = await southbound.import({ device, target, options: { ...options } });
  const { change, left_over: leftOver = [], found = 0 } = response;
  if (json) {
    print(JSON.stringify(plainMessage(response), null, 2));
    return leftOver.length === 0;
  }
  for (const { val } of change?.update ?? []) print(printValue(val, 2));
  for (const path of change?.delete ?? []) tell(`to be deleted: ${printPath(path)}`);
  tell(`${found} documents were found on ${device}, ${leftOver.length} of which no intent can say in full`);
  for (const { document, reason } of leftOver) tell(`  ${document}: ${reason}`);
  if ((change?.update ?? []).length > 0) {
    tell(`look at it, then try it: edgeconf plan --ask-devices -t ${target} --file FILE`);
  }
  return leftOver.length === 0;
}

/** @returns whether the device holds what it should. */
export async function verifyDevice({ southbound, json, print }: AskingDocuments, device: string): Promise<boolean> {
  const response = await southbound.verify({ device });
  const { checked = 0, not_verifiable: notVerifiable = 0, foreign = 0, drift = [] } = response;
  const unnamed = response.unnamed_drift ?? 0;
  const isRight = drift.length + unnamed === 0;
  if (json) {
    print(JSON.stringify(plainMessage(response), null, 2));
    return isRight;
  }
  for (const { document, target, policy, difference } of drift) {
    print(`${document} of target ${target} ${differenceLine(difference ?? {})} (policy: ${policy})`);
  }
  print(`${checked} documents checked, ${drift.length + unnamed} leaves differ`);
  if (unnamed > 0) print(`${unnamed} of these leaves are of documents that you may not read`);
  if (notVerifiable > 0) print(`${notVerifiable} documents are of kinds that the device gives nothing back of`);
  if (foreign > 0) print(`${foreign} documents on the device are nobody's; they are left alone`);
  return isRight;
}
