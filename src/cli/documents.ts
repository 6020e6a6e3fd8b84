// `edgeconf documents`, `document` and `reaches`: which documents there are, one of them, and which ones intent reaches.

import { plainMessage } from '../proto/load.ts';
import type * as proto from '../proto/southbound.ts';
import { advice, differenceLine, documentLine, indented } from './document-text.ts';
import type { AskingDocuments } from './southbound-commands.ts';

/** @returns whether all of them are in effect. */
export async function documents(
  { southbound, target, json, print }: AskingDocuments,
  device: string | undefined,
): Promise<boolean> {
  let all = 0;
  let inEffect = 0;
  for await (const part of southbound.listDocuments({ device: device ?? '', target })) {
    for (const document of part.documents ?? []) {
      all += 1;
      inEffect += Number(document.status === 'in-effect');
      print(json ? JSON.stringify(plainMessage(document)) : documentLine(document));
    }
  }
  if (!json) print(all === 0 ? 'there are no documents that you may read' : `${inEffect} of ${all} are in effect`);
  return inEffect === all;
}

/** @returns whether the device holds, as far as that is known, what it should. */
export async function oneDocument(
  { southbound, json, print }: AskingDocuments,
  request: proto.GetDocumentRequest,
): Promise<boolean> {
  const answer = await southbound.getDocument(request);
  const { document, desired, actual, differences = [] } = answer;
  const isRight = document?.status === 'in-effect' && differences.length === 0;
  if (json) {
    print(JSON.stringify(plainMessage(answer), null, 2));
    return isRight;
  }
  print(documentLine(document ?? {}));
  const next = advice(document ?? {});
  if (next !== '') print(`  ${next}`);
  print(`made from ${document?.source} of target ${document?.target}`);
  if (answer.changed_by) print(`last changed by ${answer.changed_by} as revision ${answer.changed_at}`);
  if (answer.drift_policy) print(`drift policy: ${answer.drift_policy}`);
  print(desired ? `as intent wants it:\n${indented(desired)}` : 'intent wants none, or you may read nothing of it');
  if (answer.acknowledged && answer.acknowledged !== desired) {
    print(`as the device took it last:\n${indented(answer.acknowledged)}`);
  }
  if (answer.actual_error) print(`the device could not be asked: ${answer.actual_error}`);
  else if (request.ask_device) {
    print(actual ? `as the device holds it now:\n${indented(actual)}` : 'the device holds none, or does not tell');
    if (actual && differences.length === 0) print('which is as it should be');
  }
  for (const difference of differences) print(`differs at ${differenceLine(difference)}`);
  if (answer.partial) print('you may not read all that it is made from; leaves may be left out');
  return isRight;
}

/** @returns whether there are any. */
export async function reaches({ southbound, target, json, print }: AskingDocuments, path: string): Promise<boolean> {
  let found = 0;
  for await (const part of southbound.reach({ target, path })) {
    const { documents: made = [], lists = [] } = part;
    found += made.length + lists.length;
    if (json) {
      print(JSON.stringify(plainMessage(part)));
      continue;
    }
    for (const document of made) print(documentLine(document));
    for (const list of lists)
      print(`which documents there are for ${list.part} on ${list.device}: ${list.documents} now`);
  }
  if (found === 0 && !json) print(`${path} reaches no document that you may read`);
  return found > 0;
}
