// Values at the terminal: what a person types becomes JSON, what the service sends becomes text.

import { EdgeconfError } from '../errors.ts';
import type { TypedValue } from '../proto/gnmi.ts';

/**
 * An object, an array or a quoted text is JSON; anything else is plain text, which the service reads by the type of the
 * leaf. So `Chicago`, `7` and `true` need no quotes, whatever the leaf is.
 * @throws EdgeconfError INVALID_ARGUMENT when it starts like JSON and is none.
 */
export function typedValue(text: string): TypedValue {
  if (!/^\s*["{[]/.test(text)) return { ascii_val: text };
  return jsonValue(text, `the value ${text.slice(0, 60)} starts like JSON but is none`);
}

/** @param otherwise what to say when the text is no JSON. @throws EdgeconfError INVALID_ARGUMENT */
export function jsonValue(text: string, otherwise: string): TypedValue {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new EdgeconfError('INVALID_ARGUMENT', `${otherwise}: ${(error as Error).message}`);
  }
  return { json_ietf_val: Buffer.from(text) };
}

/** A value from the service as text; JSON is indented when `indent` is given. */
export function printValue(value: TypedValue | null | undefined, indent?: number): string {
  if (value?.value === undefined) return '';
  switch (value.value) {
    case 'json_ietf_val':
    case 'json_val':
      return printJson(Buffer.from(value[value.value] ?? []).toString('utf8'), indent);
    case 'string_val':
    case 'ascii_val':
      return JSON.stringify(value[value.value]);
    case 'leaflist_val':
      return `[${(value.leaflist_val?.element ?? []).map((element) => printValue(element)).join(', ')}]`;
    case 'bytes_val':
      return Buffer.from(value.bytes_val ?? []).toString('base64');
    default:
      return String(value[value.value]);
  }
}

/** Indents JSON; 64-bit numbers are texts in it, so nothing is lost. [RFC 7951 6.1] */
function printJson(text: string, indent?: number): string {
  return indent === undefined ? text : JSON.stringify(JSON.parse(text), null, indent);
}
