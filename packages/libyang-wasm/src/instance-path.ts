// Instance paths in violations: found in the schema, and completed where an entry's key was refused.
import type { PathElem, SchemaNodeJson } from './api.ts';

/** A step of a path as text. */
interface Step {
  /** As written, perhaps with the module. */
  name: string;
  predicates: string;
  /** Names of the keys that the predicates give. */
  given: string[];
}

/** The JSON that a violation is about, and where in the tree it begins. */
export interface JsonSpot {
  json: string;
  /** Path of the node that is the JSON object's member; empty for top-level JSON. */
  path: readonly PathElem[];
}

/** Schema nodes along a path as text, or undefined when the path is not one of instances. */
export function findSchema(path: string, top: readonly SchemaNodeJson[]): SchemaNodeJson | undefined {
  let node: SchemaNodeJson | undefined;
  for (const { name } of splitPath(path)) {
    node = (node ? node.children : top)?.find((child) => child.name === plain(name));
    if (!node) return undefined;
  }
  return node;
}

/**
 * The path with all keys of each entry. An entry whose key was refused has not all of them in libyang's path: they are taken from the
 * JSON, from the entry whose key value the message names.
 * @param nth which of several equal findings this is
 */
export function completePath(
  path: string,
  top: readonly SchemaNodeJson[],
  message: string,
  spotOf: () => JsonSpot | undefined,
  nth: number,
): string {
  const steps = splitPath(path);
  // The JSON may be as large as the configuration: it is read only for a path that lacks a key.
  const spot = lacksKey(steps, top) ? spotOf() : undefined;
  if (spot === undefined) return path;
  let nodes: readonly SchemaNodeJson[] | undefined = top;
  let values: unknown[] = [parse(spot.json)];
  let changed = false;
  for (const [index, step] of steps.entries()) {
    const node: SchemaNodeJson | undefined = nodes?.find((child) => child.name === plain(step.name));
    if (!node) return path;
    nodes = node.children;
    if (index < spot.path.length - 1) continue;
    values = values.flatMap((value) => members(value, node));
    if (node.kind !== 'list') continue;
    const keys = node.keys ?? [];
    values = values.filter((entry) => agrees(entry, step));
    if (step.given.length === keys.length) continue;
    const leaf = steps[index + 1];
    const lacking = /missing its key "([^"]+)"/.exec(message)?.[1];
    const refused = values.filter((entry) =>
      leaf === undefined
        ? lacking !== undefined && member(entry, lacking) === undefined
        : message.includes(`"${text(member(entry, plain(leaf.name)))}"`),
    );
    const entry = refused[nth] ?? refused[0];
    if (entry === undefined) return path;
    const missing = keys.filter((key) => !step.given.includes(key) && member(entry, key) !== undefined);
    step.predicates += missing.map((key) => `[${key}=${quote(text(member(entry, key)))}]`).join('');
    values = [entry];
    changed ||= missing.length > 0;
  }
  return changed ? steps.map(({ name, predicates }) => `/${name}${predicates}`).join('') : path;
}

function splitPath(path: string): Step[] {
  const steps: Step[] = [];
  for (const [, name = '', predicates = ''] of path.matchAll(/\/([^/[]+)((?:\[(?:'[^']*'|"[^"]*"|[^\]'"])*\])*)/g)) {
    steps.push({
      name,
      predicates,
      given: [...predicates.matchAll(/\[([^=\]]+)=/g)].map((match) => plain(match[1] ?? '')),
    });
  }
  return steps;
}

const plain = (name: string): string => name.slice(name.indexOf(':') + 1);

function quote(value: string): string {
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Only for messages, so that a number's exact text does not matter. */
function lacksKey(steps: readonly Step[], top: readonly SchemaNodeJson[]): boolean {
  let nodes: readonly SchemaNodeJson[] | undefined = top;
  for (const step of steps) {
    const node: SchemaNodeJson | undefined = nodes?.find((child) => child.name === plain(step.name));
    if (!node) return false;
    if (node.kind === 'list' && step.given.length !== (node.keys ?? []).length) return true;
    nodes = node.children;
  }
  return false;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) if (plain(key) === name) return inner;
  return undefined;
}

function members(value: unknown, node: SchemaNodeJson): unknown[] {
  const inner = member(value, node.name);
  if (inner === undefined) return [];
  return Array.isArray(inner) ? inner : [inner];
}

function agrees(entry: unknown, step: Step): boolean {
  return [...step.predicates.matchAll(/\[([^=\]]+)=(?:'([^']*)'|"([^"]*)")\]/g)].every(
    ([, key = '', one, two]) => text(member(entry, plain(key))) === (one ?? two),
  );
}
