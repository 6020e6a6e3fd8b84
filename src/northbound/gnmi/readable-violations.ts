// Keeps violations in parts of the data that a caller may not read out of what the caller is told.

import type { Grants } from '../../access/grants.ts';
import type { Snapshot } from '../../datastore/snapshot.ts';
import { EdgeconfError, type Violation } from '../../errors.ts';
import { resolveQuery, type TextElem } from '../../schema/path.ts';

/** The error with only those violations that the caller may read; how many others there are is said in the message. */
export function readableViolations(
  error: EdgeconfError,
  grants: Grants,
  snapshots: readonly Snapshot[],
): EdgeconfError {
  if (error.violations.length === 0) return error;
  if (snapshots.every(({ target }) => grants.covers(target, 'read', []) === true)) return error;
  const violations = error.violations.filter((violation) =>
    // A violation does not say its target, so it must be readable in each that may be meant.
    snapshots.every((snapshot) => isReadable(violation, grants, snapshot)),
  );
  const hidden = error.violations.length - violations.length;
  if (hidden === 0) return error;
  const shown = violations.slice(0, 5).map(({ path, message }) => `${path}: ${message}`);
  const rest = `${hidden} ${hidden === 1 ? 'rule' : 'rules'} in parts that you may not read`;
  return new EdgeconfError(error.code, `the result would break ${[...shown, rest].join('; ')}`, { violations });
}

/** A violation is about its own path, and may name others: the entry that has the same value, say. */
function isReadable({ path, message }: Violation, grants: Grants, snapshot: Snapshot): boolean {
  const others = (message.match(mentioned) ?? []).filter((text) => text.includes('['));
  return [path, ...others].every((each) => isReadablePath(each, grants, snapshot));
}

function isReadablePath(path: string, grants: Grants, { target, model }: Snapshot): boolean {
  const elems = instanceElems(path);
  if (elems === undefined) return false;
  try {
    return resolveQuery(model.root, elems).every((query) => grants.covers(target, 'read', query) === true);
  } catch {
    return false;
  }
}

const step = /\/([^/[\]'"=]+)((?:\[[^\]'"=]+=(?:'[^']*'|"[^"]*")\])*)/y;
const mentioned = /\/[^\s/[\]'"=]+(?:\[[^\]'"=]+=(?:'[^']*'|"[^"]*")\]|\/[^\s/[\]'"=]+)*/g;
const predicate = /\[([^\]'"=]+)=(?:'([^']*)'|"([^"]*)")\]/g;

/** The elements of an instance path as validation prints it, `/m:list[key='value']/leaf`; undefined for other forms. */
export function instanceElems(path: string): TextElem[] | undefined {
  const elems: TextElem[] = [];
  step.lastIndex = 0;
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (match === null) return undefined;
    const [, name = '', predicates = ''] = match;
    const key: Record<string, string> = {};
    for (const [, keyName = '', single, double] of predicates.matchAll(predicate)) {
      // `[.='x']` picks a value of a leaf-list, which is one row.
      if (keyName !== '.') key[keyName.slice(keyName.indexOf(':') + 1)] = single ?? double ?? '';
    }
    elems.push({ name, key });
  }
  return elems.length === 0 ? undefined : elems;
}
