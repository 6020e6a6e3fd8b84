// Intent that is being proposed: edits in the order in which they are made, and the tree that they make.

import type { IntentEdit, IntentStep, LeafValue } from '../../../src/southbound/adapter.ts';

/** What edits say below one node. A leaf that is here without a value has been taken away. */
export interface DraftNode {
  readonly leaves: Map<string, LeafValue | undefined>;
  readonly containers: Map<string, DraftNode>;
  /** By list name, then by key; only lists with one key are edited. */
  readonly lists: Map<string, Map<string, DraftNode>>;
}

export class Draft {
  readonly edits: IntentEdit[] = [];
  readonly root = emptyNode();

  /** Sets leaves below a node, `undefined` takes one away. Names with a slash go through containers: `mbr/uplink`. */
  set(at: readonly IntentStep[], leaves: Readonly<Record<string, LeafValue | undefined>>): void {
    for (const [name, value] of Object.entries(leaves)) {
      const path = [...at, ...name.split('/').map((part) => ({ name: part }))];
      this.edits.push({ path, value });
      const leaf = path.at(-1)?.name ?? '';
      nodeAt(this.root, path.slice(0, -1)).leaves.set(leaf, value);
    }
  }

  /** Makes sure that a list has an entry, and gives the way to it. */
  entry(at: readonly IntentStep[], list: string, keyLeaf: string, key: string): readonly IntentStep[] {
    const path = [...at, { name: list, keys: [key] }];
    if (!this.has(at, list, key)) this.set(path, { [keyLeaf]: key });
    return path;
  }

  /** Whether an edit has made this entry. */
  has(at: readonly IntentStep[], list: string, key: string): boolean {
    return nodeAt(this.root, at).lists.get(list)?.has(key) ?? false;
  }
}

function emptyNode(): DraftNode {
  return { leaves: new Map(), containers: new Map(), lists: new Map() };
}

function nodeAt(root: DraftNode, path: readonly IntentStep[]): DraftNode {
  let node = root;
  for (const { name, keys } of path) {
    if (keys === undefined) node = inMap(node.containers, name, emptyNode);
    else
      node = inMap(
        inMap(node.lists, name, () => new Map<string, DraftNode>()),
        keys[0] ?? '',
        emptyNode,
      );
  }
  return node;
}

function inMap<T>(map: Map<string, T>, name: string, make: () => T): T {
  const known = map.get(name);
  if (known !== undefined) return known;
  const made = make();
  map.set(name, made);
  return made;
}
