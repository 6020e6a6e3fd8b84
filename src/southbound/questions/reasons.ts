// Reasons of a document's parts, kept: stand-ins in the places of values, each with the rule and with what was read for it.

import type { Because, Json } from '../adapter.ts';
import { noReads, type Reads } from '../intent/intent-view.ts';
import { pointerTo } from './json-pointer.ts';

/** A rule of an adapter and what it read, or the document as a whole with what was read outside of every rule. */
export interface Scope {
  /** Empty for the document as a whole. */
  readonly rule: string;
  readonly reads: Reads;
  /** The scope around this one: it decided that this one comes into the document, and where. */
  readonly within: Scope | undefined;
}

/** One leaf of a document; an empty object or array counts as one. */
export interface ReasonedLeaf {
  /** See json-pointer.ts. */
  readonly path: string;
  readonly value: Json;
  /** The innermost scope that the leaf is in. */
  readonly scope: Scope;
}

/** One rendering: hand `because` to the adapter, and `reads` to the view that it reads through. */
export class Reasons {
  readonly #whole: Scope = { rule: '', reads: noReads(), within: undefined };
  #scope = this.#whole;

  /** What is read goes to the scope that is open. */
  readonly reads: Reads = readsOf(() => this.#scope.reads);

  readonly because: Because = <T extends Json | undefined>(rule: string, make: () => T): T => {
    const outer = this.#scope;
    const scope = { rule, reads: noReads(), within: outer };
    this.#scope = scope;
    try {
      const value = make();
      // A type of its own would tell adapters to look at it, which they must not.
      return value === undefined ? value : (new StandIn(scope, value) as unknown as T);
    } finally {
      this.#scope = outer;
    }
  };

  /** The leaves of what was rendered, in the order of the document. */
  leaves(rendered: Json): ReasonedLeaf[] {
    return [...leavesIn(rendered, '', this.#whole)];
  }
}

/** The document without its reasons. */
export function withoutReasons(rendered: Json): Json {
  if (rendered instanceof StandIn) return withoutReasons(rendered.value);
  if (rendered === null || typeof rendered !== 'object') return rendered;
  if (isArray(rendered)) return rendered.map(withoutReasons);
  return Object.fromEntries(Object.entries(rendered).map(([name, value]) => [name, withoutReasons(value)]));
}

class StandIn {
  readonly scope: Scope;
  readonly value: Json;

  constructor(scope: Scope, value: Json) {
    this.scope = scope;
    this.value = value;
  }
}

function* leavesIn(rendered: Json, path: string, scope: Scope): Iterable<ReasonedLeaf> {
  if (rendered instanceof StandIn) {
    yield* leavesIn(rendered.value, path, rendered.scope);
    return;
  }
  const members = membersOf(rendered);
  if (members.length === 0) yield { path, value: rendered, scope };
  for (const [step, value] of members) yield* leavesIn(value, pointerTo(path, step), scope);
}

function membersOf(value: Json): (readonly [step: string | number, value: Json])[] {
  if (value === null || typeof value !== 'object') return [];
  if (isArray(value)) return value.map((element, i) => [i, element]);
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function readsOf(open: () => Reads): Reads {
  return {
    get rows() {
      return open().rows;
    },
    get lists() {
      return open().lists;
    },
    get subtrees() {
      return open().subtrees;
    },
  };
}
