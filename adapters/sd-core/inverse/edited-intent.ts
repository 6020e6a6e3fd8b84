// Intent as it would be after edits, to be rendered without being committed.

import type { IntentNode, LeafValue } from '../../../src/southbound/adapter.ts';
import type { DraftNode } from './draft.ts';

/** The root of a target's intent, or of nothing, with a draft over it. */
export function editedIntent(target: string, draft: DraftNode, base?: IntentNode): IntentNode {
  return new EditedNode(target, [], draft, base);
}

class EditedNode implements IntentNode {
  readonly target: string;
  readonly keys: readonly string[];
  readonly #draft: DraftNode | undefined;
  readonly #base: IntentNode | undefined;
  readonly #root: IntentNode | undefined;

  /** @param root undefined for the root itself */
  constructor(
    target: string,
    keys: readonly string[],
    draft: DraftNode | undefined,
    base: IntentNode | undefined,
    root?: IntentNode,
  ) {
    this.target = target;
    this.keys = keys;
    this.#draft = draft;
    this.#base = base;
    this.#root = root;
  }

  get root(): IntentNode {
    return this.#root ?? this;
  }

  leaf(...names: string[]): LeafValue | undefined {
    const holder = containerOf(this.#draft, names.slice(0, -1));
    const name = names.at(-1) ?? '';
    return holder?.leaves.has(name) === true ? holder.leaves.get(name) : this.#base?.leaf(...names);
  }

  leafList(...names: string[]): readonly LeafValue[] {
    return this.#base?.leafList(...names) ?? [];
  }

  container(...names: string[]): IntentNode {
    return new EditedNode(this.target, [], containerOf(this.#draft, names), this.#base?.container(...names), this.root);
  }

  list(name: string): readonly IntentNode[] {
    const edited = this.#draft?.lists.get(name);
    const known = this.#base?.list(name) ?? [];
    if (edited === undefined) return known;
    const bases = new Map(known.map((entry) => [entry.keys[0] ?? '', entry]));
    const keys = [...new Set([...bases.keys(), ...edited.keys()])].sort();
    return keys.map((key) => new EditedNode(this.target, [key], edited.get(key), bases.get(key), this.root));
  }

  entry(name: string, ...keys: string[]): IntentNode | undefined {
    const edited = this.#draft?.lists.get(name)?.get(keys[0] ?? '');
    const known = this.#base?.entry(name, ...keys);
    return edited === undefined ? known : new EditedNode(this.target, keys, edited, known, this.root);
  }
}

function containerOf(node: DraftNode | undefined, names: readonly string[]): DraftNode | undefined {
  let holder = node;
  for (const name of names) holder = holder?.containers.get(name);
  return holder;
}
