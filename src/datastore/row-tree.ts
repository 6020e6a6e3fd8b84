// Rows as an immutable sorted map: a B+ tree of packed pages, in which every version shares what it has in common with others.

import type { RowKey } from '../schema/row-key.ts';
import type { Change, Row } from './row.ts';
import { bytesPerPage, PagePacker, RowPage, rowsPerPage } from './row-page.ts';

/** Children of a full branch. */
const fanOut = 64;
/** Neighbours that hold together less than this share of a full node become one. */
const mergeBelow = 0.5;

/** A node above pages. */
class Branch {
  readonly first: RowKey;
  readonly children: readonly Node[];
  /** Rows below. */
  readonly size: number;
  /** 1 above pages. */
  readonly height: number;

  constructor(children: readonly Node[]) {
    this.children = children;
    this.first = children[0]?.first ?? '';
    this.size = children.reduce((sum, child) => sum + child.size, 0);
    this.height = heightOf(children[0]) + 1;
  }
}

type Node = Branch | RowPage;

/** Reads cost O(log rows); a new version costs O(log rows) for each page that its changes touch. */
export class RowTree {
  static readonly empty = new RowTree(undefined);
  readonly #root: Node | undefined;

  private constructor(root: Node | undefined) {
    this.#root = root;
  }

  /** A tree of pages in key order. O(pages). */
  static of(pages: readonly RowPage[]): RowTree {
    return new RowTree(grown(pages));
  }

  /** A tree of rows in key order. O(rows). */
  static ofRows(rows: Iterable<Row>): RowTree {
    const packer = new PagePacker();
    for (const { key, value, revision } of rows) packer.add(key, value, revision);
    return RowTree.of(packer.pages());
  }

  get size(): number {
    return this.#root?.size ?? 0;
  }

  get(key: RowKey): Row | undefined {
    let node = this.#root;
    while (node instanceof Branch) node = node.children[childAt(node.children, key)];
    return node?.get(key);
  }

  /** The rows with `from <= key < to`, in key order. */
  range(from: RowKey, to: RowKey): IterableIterator<Row> {
    return rowsOf(pagesFrom(this.#root, from), from, to);
  }

  /** Whether both have the same keys and values with `from <= key < to`. Costs what the two do not share. */
  hasSame(other: RowTree, from: RowKey, to: RowKey): boolean {
    const { gone, made } = this.pagesChanged(other);
    const rows = rowsOf(made, from, to);
    for (const row of rowsOf(gone, from, to)) {
      const next = rows.next();
      if (next.done === true || next.value.key !== row.key || next.value.value !== row.value) return false;
    }
    return rows.next().done === true;
  }

  /**
   * The tree after changes in key order, each key once.
   * @param revision what the new rows were written by; below zero when that is not known yet, see `RowPage.settle`.
   * @param made the pages that are new in it are added here.
   */
  with(changes: readonly Change[], revision: number, made: RowPage[] = []): RowTree {
    if (changes.length === 0) return this;
    const edit: Edit = { changes, revision, made };
    if (this.#root === undefined) return new RowTree(grown(packed(undefined, edit, 0, changes.length)));
    return new RowTree(grown(edited(this.#root, edit, 0, changes.length)));
  }

  /** All pages, in key order. */
  pages(): IterableIterator<RowPage> {
    return pagesFrom(this.#root, '');
  }

  /** The pages that `after` no longer has, and those that are new in it. Costs what the two do not share. */
  pagesChanged(after: RowTree): { gone: RowPage[]; made: RowPage[] } {
    let gone: Node[] = this.#root === undefined ? [] : [this.#root];
    let made: Node[] = after.#root === undefined ? [] : [after.#root];
    for (let height = Math.max(heightOf(gone[0]), heightOf(made[0])); ; height--) {
      const [old, fresh] = [new Set(gone), new Set(made)];
      gone = gone.filter((node) => !fresh.has(node));
      made = made.filter((node) => !old.has(node));
      if (height <= 0) return { gone: gone as RowPage[], made: made as RowPage[] };
      gone = opened(gone, height);
      made = opened(made, height);
    }
  }
}

interface Edit {
  readonly changes: readonly Change[];
  readonly revision: number;
  readonly made: RowPage[];
}

/** What stands in a node's place after the changes `[low, high)`: nodes of the same height, none when it is empty. */
function edited(node: Node, edit: Edit, low: number, high: number): Node[] {
  if (node instanceof RowPage) return packed(node, edit, low, high);
  const { children } = node;
  const after: Node[] = [];
  let at = low;
  let wasEdited = false;
  for (let i = 0; i < children.length; i++) {
    const child = children[i] as Node;
    const next = children[i + 1];
    // What sorts before the first row goes to the first child.
    const end = next === undefined ? high : lowerBound(edit.changes, next.first, at, high);
    const isEdited = end > at;
    for (const each of isEdited ? edited(child, edit, at, end) : [child]) after.push(each);
    if (isEdited || wasEdited) mergeSmall(after, edit);
    wasEdited = isEdited;
    at = end;
  }
  return branches(after);
}

/** Puts the last two nodes together when both are far from full. */
function mergeSmall(nodes: Node[], edit: Edit): void {
  const [before, last] = nodes.slice(-2);
  if (before === undefined || last === undefined) return;
  if (before instanceof RowPage && last instanceof RowPage) {
    if (before.size + last.size > rowsPerPage * mergeBelow) return;
    if (before.bytes.length + last.bytes.length > bytesPerPage * mergeBelow) return;
    const packer = new PagePacker();
    for (const page of [before, last]) {
      page.each((key, binary, revision) => packer.addBinary(key, binary, revision));
    }
    nodes.splice(-2, 2, ...kept(packer.pages(), edit));
  } else if (before instanceof Branch && last instanceof Branch) {
    if (before.children.length + last.children.length > fanOut * mergeBelow) return;
    nodes.splice(-2, 2, new Branch([...before.children, ...last.children]));
  }
}

/** The rows of a page with the changes `[low, high)`, as new pages. */
function packed(page: RowPage | undefined, edit: Edit, low: number, high: number): RowPage[] {
  const { changes, revision } = edit;
  const packer = new PagePacker();
  let at = low;
  const putUntil = (end: RowKey | undefined): void => {
    for (; at < high; at++) {
      const { key, after } = changes[at] as Change;
      if (end !== undefined && key >= end) return;
      if (after !== undefined) packer.add(key, after, revision);
    }
  };
  page?.each((key, binary, written) => {
    putUntil(key);
    if (changes[at]?.key !== key || at >= high) packer.addBinary(key, binary, written);
  });
  putUntil(undefined);
  return kept(packer.pages(), edit);
}

function kept(pages: RowPage[], { made }: Edit): RowPage[] {
  for (const page of pages) made.push(page);
  return pages;
}

/** Nodes in order, put below as few branches as they need, all about equally full. */
function branches(nodes: readonly Node[]): Branch[] {
  const count = Math.ceil(nodes.length / fanOut);
  const perBranch = Math.ceil(nodes.length / Math.max(1, count));
  const above: Branch[] = [];
  for (let i = 0; i < nodes.length; i += perBranch) above.push(new Branch(nodes.slice(i, i + perBranch)));
  return above;
}

/** The root above nodes of one height. */
function grown(nodes: readonly Node[]): Node | undefined {
  let level = nodes;
  while (level.length > 1) level = branches(level);
  let [root] = level;
  while (root instanceof Branch && root.children.length === 1) root = root.children[0];
  return root;
}

function opened(nodes: readonly Node[], height: number): Node[] {
  return nodes.flatMap((node) => (node instanceof Branch && node.height === height ? node.children : [node]));
}

function heightOf(node: Node | undefined): number {
  return node instanceof Branch ? node.height : 0;
}

/** Of pages in key order. */
function* rowsOf(pages: Iterable<RowPage>, from: RowKey, to: RowKey): IterableIterator<Row> {
  for (const page of pages) {
    if (page.first >= to) return;
    for (const row of page.rows(from)) {
      if (row.key >= to) return;
      yield row;
    }
  }
}

function* pagesFrom(node: Node | undefined, from: RowKey): IterableIterator<RowPage> {
  if (node instanceof RowPage) yield node;
  else if (node !== undefined) {
    for (let i = childAt(node.children, from); i < node.children.length; i++) yield* pagesFrom(node.children[i], from);
  }
}

/** The child in which a key stands if it is there: the last one that does not begin behind it. */
function childAt(children: readonly Node[], key: RowKey): number {
  let low = 0;
  let high = children.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((children[middle] as Node).first <= key) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The first of the changes `[low, high)` whose key is not below `key`. */
function lowerBound(changes: readonly Change[], key: RowKey, low: number, high: number): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((changes[middle] as Change).key < key) from = middle + 1;
    else to = middle;
  }
  return from;
}
