// What gNMI requests ask for, in a line for the audit log: targets and paths as the client named them, and no values.

import type { GetRequest, Path, SetRequest, SubscribeRequest } from '../../proto/gnmi.ts';
import { printPath } from '../../proto/path-text.ts';

/** Enough for a log; a request may have any number of paths, of any length. */
const mostPaths = 20;
const longestPath = 300;

export function askedByGet({ prefix, path = [] }: GetRequest): string {
  return lineOf(
    prefix,
    path.map((each) => ['', each]),
  );
}

export function askedBySet({ prefix, ...request }: SetRequest): string {
  const { delete: deletes = [], replace = [], update = [], union_replace: unionReplace = [] } = request;
  return lineOf(prefix, [
    ...deletes.map((path): Line => ['delete ', path]),
    ...replace.map(({ path }): Line => ['replace ', path]),
    ...update.map(({ path }): Line => ['update ', path]),
    ...unionReplace.map(({ path }): Line => ['union_replace ', path]),
  ]);
}

export function askedBySubscribe({ subscribe }: SubscribeRequest): string {
  return lineOf(
    subscribe?.prefix,
    (subscribe?.subscription ?? []).map(({ path }) => ['', path]),
  );
}

type Line = readonly [verb: string, path: Path | null | undefined];

/** `target acme: delete /site[site-id=a], update /application`, with the prefix in front of each path. */
function lineOf(prefix: Path | null | undefined, lines: readonly Line[]): string {
  const target = prefix?.target ? `target ${prefix.target}: ` : '';
  const shown = lines.slice(0, mostPaths).map(([verb, path]) => `${verb}${pathText(prefix, path)}`);
  const more = lines.length > mostPaths ? ` and ${lines.length - mostPaths} more` : '';
  return `${target}${shown.join(', ')}${more}`;
}

function pathText(prefix: Path | null | undefined, path: Path | null | undefined): string {
  const target = path?.target && path.target !== prefix?.target ? `target ${path.target}: ` : '';
  const elem = [...elemsOf(prefix), ...elemsOf(path)];
  const text = printPath({ origin: path?.origin || prefix?.origin || '', elem });
  return `${target}${text.length <= longestPath ? text : `${text.slice(0, longestPath)}...`}`;
}

function elemsOf(path: Path | null | undefined): NonNullable<Path['elem']> {
  const { elem = [], element = [] } = path ?? {};
  return elem.length > 0 ? elem : element.map((name) => ({ name }));
}
