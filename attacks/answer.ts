// What a client hears, as text in which only times and revisions are left out, so that two services can be compared byte for byte.

import { type ServiceError, status } from '@grpc/grpc-js';

export interface Answer {
  readonly code: keyof typeof status;
  /** Everything else: values in their order, or message and details of a refusal. */
  readonly text: string;
}

/** An answer of any number of messages that ended well. */
export function answered(...messages: readonly unknown[]): Answer {
  return { code: 'OK', text: messages.map((message) => written(message)).join('\n') };
}

/** An answer that ended with an error, with what came before it. */
export function refused({ code, details, metadata }: ServiceError, ...messages: readonly unknown[]): Answer {
  const trailer = metadata?.get('grpc-status-details-bin').map((bytes) => Buffer.from(bytes).toString('latin1'));
  const text = [...messages.map((message) => written(message)), details, ...(trailer ?? [])].join('\n');
  return { code: status[code] as keyof typeof status, text: withoutMoments(text) };
}

/** The message with bytes as text, without its times and revisions. */
function written(message: unknown): string {
  return withoutMoments(JSON.stringify(message, (name, value: unknown) => momentless(name, value)));
}

/** Messages write their bytes in base64. */
const byteFields = ['json_val', 'json_ietf_val', 'bytes_val'];

function momentless(name: string, value: unknown): unknown {
  if (name === 'timestamp') return 'time';
  if (['server_commit_id', 'revision', 'changed_at'].includes(name)) return 'revision';
  // The message of the extension that tells a revision.
  if (name === 'msg') return 'revision';
  return byteFields.includes(name) ? Buffer.from(String(value), 'base64').toString() : value;
}

function withoutMoments(text: string): string {
  return text
    .replace(/\brevision \d+/g, 'revision N')
    .replace(/\b(the last is|is) \d+( revisions ago)?/g, '$1 N$2')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/\b\d{19}\b/g, 'TIME');
}
