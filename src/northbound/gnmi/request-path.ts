// A request's prefix and path as one absolute path, with target and origin, checked for what no schema is needed for.

import { EdgeconfError } from '../../errors.ts';
import type { Path } from '../../proto/gnmi.ts';
import { printElems } from '../../proto/path-text.ts';
import type { TextElem } from '../../schema/path.ts';
import type { GnmiLimits } from './limits.ts';

/** A path of a request, joined with the request's prefix. [gNMI 2.2.2, 2.4.1] */
export interface RequestPath {
  /** As they came, for echoing. */
  readonly prefix: Path | undefined;
  readonly path: Path;
  /** `''` when the request names none. */
  readonly target: string;
  /** `''` when the request names none. */
  readonly origin: string;
  /** Prefix and path together. */
  readonly elems: readonly TextElem[];
  /** How many of `elems` came from the prefix. */
  readonly prefixLength: number;
  /** For messages; cut when it is very long. */
  readonly text: string;
}

/**
 * Joins every path with the prefix.
 * @throws EdgeconfError INVALID_ARGUMENT naming the path and what is wrong in its form, target or origin; the path is in the
 * status details too.
 */
export function joinPaths(
  prefix: Path | null | undefined,
  paths: readonly (Path | null | undefined)[],
  limits: GnmiLimits,
): RequestPath[] {
  const prefixElems = checkedElems(prefix ?? {}, 'prefix', limits);
  const joined = paths.map((path) => join(prefix ?? undefined, prefixElems, path ?? {}, limits));
  // Elements of a prefix cannot belong to several origins at once; none is the default origin. [gNMI 2.7, 2.7.1]
  const origins = new Set(joined.map(({ origin }) => origin || 'openconfig'));
  if (prefixElems.length > 0 && origins.size > 1) {
    const list = [...origins].map((origin) => `'${origin}'`).join(', ');
    const text = shortText(prefixElems);
    throw invalid(text, `prefix ${text}: it has elements, so all paths must have one origin, not ${list}`);
  }
  return joined;
}

function join(prefix: Path | undefined, prefixElems: TextElem[], path: Path, limits: GnmiLimits): RequestPath {
  const elems = [...prefixElems, ...checkedElems(path, 'path', limits)];
  const text = shortText(elems);
  if (elems.length > limits.pathElems) {
    throw invalid(text, `path ${text} has ${elems.length} elements; at most ${limits.pathElems} are allowed`);
  }
  // A target belongs into the prefix [gNMI 2.2.2.1], and clients of Aether write it into the path. Onos-config lets the
  // prefix win in a Set and the path in a Get; to read or write elsewhere than one of the two says helps nobody, so two
  // different ones are refused.
  const targets = [prefix?.target, path.target].filter(isSet);
  if (targets.length === 2 && targets[0] !== targets[1]) {
    throw invalid(text, `path ${text}: the prefix names target '${targets[0]}' and the path '${targets[1]}'; name one`);
  }
  const origins = [prefix?.origin, path.origin].filter(isSet);
  if (origins.length === 2) {
    throw invalid(
      text,
      `path ${text}: origin is in the prefix and in the path; it may be in one of them only [gNMI 2.7]`,
    );
  }
  const [target = ''] = targets;
  const [origin = ''] = origins;
  return { prefix, path, target, origin, elems, prefixLength: prefixElems.length, text };
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

function checkedElems(path: Path, role: 'prefix' | 'path', limits: GnmiLimits): TextElem[] {
  const elems = (path.elem ?? []).map(({ name, key }) => ({ name: name ?? '', key: key ?? {} }));
  const wrong = (what: string) => invalid(shortText(elems), `${role} ${shortText(elems)} has ${what}`);
  if (elems.length > limits.pathElems) {
    throw wrong(`${elems.length} elements; at most ${limits.pathElems} are allowed`);
  }
  // Old clients send both forms, so the deprecated one matters only when it is alone.
  if (elems.length === 0 && (path.element ?? []).length > 0) {
    throw wrong(`only the deprecated field 'element' (${(path.element ?? []).join('/')}); use 'elem'`);
  }
  for (const { name, key } of elems) {
    if (name === '') throw wrong('an element without a name; the root has no elements');
    if (name === '...' && Object.keys(key).length > 0) {
      throw wrong("keys at '...', which is any depth and no list; name the list");
    }
    for (const text of [name, ...Object.keys(key), ...Object.values(key)]) {
      // The decoder puts U+FFFD where bytes are not UTF-8.
      if (text.includes('\u{fffd}')) throw wrong('text that is not UTF-8');
    }
  }
  if ((path.origin ?? '').includes('\u{fffd}') || (path.target ?? '').includes('\u{fffd}')) {
    throw wrong('an origin or a target that is not UTF-8');
  }
  return elems;
}

/** The path for a message: whole when it is short, else its beginning. */
function shortText(elems: readonly TextElem[]): string {
  const text = printElems(elems.slice(0, 16) as TextElem[]);
  if (elems.length <= 16 && text.length <= 400) return text;
  return `${text.slice(0, 400)}...`;
}

function invalid(path: string, message: string): EdgeconfError {
  const violations = [{ path, errorTag: 'invalid-value', message }];
  return new EdgeconfError('INVALID_ARGUMENT', message, { violations });
}
