// Values at the terminal: what a person types becomes JSON, what the service sends becomes text.

import { EdgeconfError } from '../errors.ts';
import type { TypedValue } from '../proto/gnmi.ts';

/** JSON as typed; any other text is a string, so that quotes are not needed: `Chicago`, `7`, `true`, `"7"`, `{"a":1}`. */
export function typedJson(text: string): TypedValue {
  let json = text;
  try {
    JSON.parse(text);
  } catch {
    if (/^\s*[{[]/.test(text)) {
      throw new EdgeconfError('INVALID_ARGUMENT', `the value starts like JSON but is none: ${text.slice(0, 60)}`);
    }
    json = JSON.stringify(text);
  }
  return { json_ietf_val: Buffer.from(json) };
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

/** Indents JSON without touching a value: numbers stay the text that they are. */
function printJson(text: string, indent?: number): string {
  return indent === undefined ? text : JSON.stringify(JSON.parse(text), null, indent);
}
