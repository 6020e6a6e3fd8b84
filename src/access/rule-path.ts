// The paths that rules are written in: read from text, and what one says about schema nodes and concrete paths.
//
// A rule path is a gNMI path as text, `/site[site-id=chicago]/slice`. It covers the node and everything below. Keys left
// out or given as `*` are open, the element `*` stands for any one node, `...` for any number of nodes, `/` for the root.
// A bare name means the node of that name in any module. A rule path that cannot be understood, or has a parameter that no
// value was given for, never allows: an allowance then covers nothing and a denial covers more than was meant.

import { canonicalKeyText } from '../schema/key-text.ts';
import type { Path, PathQuery, TextElem } from '../schema/path.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import type { Rule } from './policy.ts';
import { parametersIn } from './role-parameters.ts';

type Effect = Rule['effect'];

/** The elements of a rule path; undefined when the text is not one. [gnmi-path-strings] */
export function parseRulePath(text: string): readonly TextElem[] | undefined {
  if (!text.startsWith('/') || parametersIn(text).length > 0) return undefined;
  const elems: TextElem[] = [];
  let at = text === '/' ? 1 : 0;
  while (at < text.length) {
    const name = NAME.exec(text.slice(at));
    if (name === null) return undefined;
    at += name[0].length;
    const key: Record<string, string> = Object.create(null);
    for (let predicate = KEY.exec(text.slice(at)); predicate !== null; predicate = KEY.exec(text.slice(at))) {
      const [whole, leaf = '', value = ''] = predicate;
      if (leaf in key) return undefined;
      key[leaf] = value.replace(/\\(.)/gs, '$1');
      at += whole.length;
    }
    if (name[1] === '...' && Object.keys(key).length > 0) return undefined;
    if (name[1] !== '...' || elems.at(-1)?.name !== '...') elems.push({ name: name[1] ?? '', key });
  }
  return elems;
}

const NAME = /^\/(\*|\.\.\.|[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)(?=[/[]|$)/;
const KEY = /^\[([A-Za-z_][\w.:-]*)=((?:[^\]\\]|\\.)+)\]/s;

/** Whether the rule path covers a concrete path. */
export function covers(rule: readonly TextElem[] | undefined, effect: Effect, path: Path): boolean {
  return rule === undefined ? effect === 'deny' : coversFrom(rule, effect, path, 0, 0);
}

function coversFrom(rule: readonly TextElem[], effect: Effect, path: Path, i: number, j: number): boolean {
  const elem = rule[i];
  if (elem === undefined) return true;
  if (elem.name === '...') {
    for (let next = j; next <= path.length; next++) if (coversFrom(rule, effect, path, i + 1, next)) return true;
    return false;
  }
  const step = path[j];
  if (step === undefined) return false;
  const keys = keysMeant(elem, effect, step.node);
  if (keys === undefined) return false;
  return (
    keys.every((key, k) => key === undefined || key === step.keys?.[k]) && coversFrom(rule, effect, path, i + 1, j + 1)
  );
}

/** The queries that the rule path stands for in a model; none when the model has no such nodes. */
export function resolveRulePath(
  rule: readonly TextElem[] | undefined,
  effect: Effect,
  root: SchemaNode,
): readonly PathQuery[] {
  if (rule === undefined) return effect === 'deny' ? [[]] : [];
  const found: PathQuery[] = [];
  const resolve = (node: SchemaNode, i: number, done: PathQuery): void => {
    const elem = rule[i];
    if (elem === undefined) {
      found.push(done);
      return;
    }
    if (elem.name === '...') resolve(node, i + 1, done);
    if (elem.name === '...' && i === rule.length - 1) return;
    for (const child of node.children.values()) {
      if (elem.name === '...') {
        resolve(child, i, [...done, { node: child, keys: child.keys.map(() => undefined) }]);
        continue;
      }
      const keys = keysMeant(elem, effect, child);
      if (keys !== undefined) resolve(child, i + 1, [...done, { node: child, keys }]);
    }
  };
  resolve(root, 0, []);
  return found;
}

/** The key values that an element asks of a node, undefined ones being open; undefined when it does not mean the node. */
function keysMeant(elem: TextElem, effect: Effect, node: SchemaNode): readonly (string | undefined)[] | undefined {
  if (elem.name !== '*' && elem.name !== node.name && elem.name !== `${node.module}:${node.name}`) return undefined;
  const keys: (string | undefined)[] = node.keys.map(() => undefined);
  for (const [name, text] of Object.entries(elem.key)) {
    const at = node.keys.findIndex((leaf) => leaf.name === name || leaf.segment === name);
    if (at < 0) {
      if (elem.name !== '*' && effect === 'deny') continue;
      return undefined;
    }
    if (text !== '*') keys[at] = canonicalKeyText(node.keys[at]?.type, text);
  }
  return keys;
}
