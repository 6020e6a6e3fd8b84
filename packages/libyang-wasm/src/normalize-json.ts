// Brings JSON escapes into the form that libyang's reader takes: it refuses surrogate pairs written as two escapes, and a BOM.

const bom = '\ufeff';

/** The same JSON text with \u escapes of printable characters written as the characters. */
export function normalizeJson(json: string): string {
  const text = json.startsWith(bom) ? json.slice(1) : json;
  if (!text.includes('\\u')) return text;
  return text.replace(
    /\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|[\s\S])/g,
    (whole, high, low) =>
      high === undefined ? whole : String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16)),
  );
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** JSON text as `encodeEdits` packs it: made beforehand, e.g. in another thread, packing it is a mere copy. */
export function encodeJson(json: string | Uint8Array): Uint8Array {
  return typeof json === 'string' ? encoder.encode(normalizeJson(json)) : json;
}

/** The reverse of `encodeJson`. */
export function decodeJson(json: string | Uint8Array): string {
  return typeof json === 'string' ? json : decoder.decode(json);
}
