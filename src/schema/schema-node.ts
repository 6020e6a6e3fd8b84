// The schema tree of a model: data nodes only, linked both ways, with what paths, rows and encodings need to know.

import type { SchemaNodeJson, TypeJson } from 'libyang-wasm';

/** YANG's built-in types with the details that encodings need. */
export type SchemaType = TypeJson;

/** libyang's dump of a schema, top level first; data that can cross threads. */
export type SchemaDump = readonly SchemaNodeJson[];

/** A place in nested choices: the choice, the case that holds the node, and whether it is the choice's default. */
export interface CaseRef {
  readonly choice: string;
  readonly case: string;
  readonly default: boolean;
}

/** One data node of the compiled schema; choices and cases are not nodes, see `cases`. [RFC 7950 3] */
export interface SchemaNode {
  readonly kind: 'root' | 'container' | 'list' | 'leaf' | 'leaf-list' | 'anydata' | 'anyxml';
  readonly name: string;
  readonly module: string;
  /** The name as RFC 7951 and row keys write it: `module:name` where the module changes, else `name`. */
  readonly segment: string;
  readonly parent: SchemaNode | undefined;
  /** By `segment`, in schema order. */
  readonly children: ReadonlyMap<string, SchemaNode>;
  readonly config: boolean;
  readonly presence: boolean;
  /** The key leaves of a list in schema order; empty for a keyless list and all else. */
  readonly keys: readonly SchemaNode[];
  /** Whether this leaf is a key of its list. */
  readonly isKey: boolean;
  readonly orderedByUser: boolean;
  readonly mandatory: boolean;
  /** Whether a `when` decides if the node exists, or a container above it up to a list, presence container or the top. */
  readonly conditional: boolean;
  readonly type: SchemaType | undefined;
  /** Canonical RFC 7951 texts of the default values; a leaf has at most one. */
  readonly defaults: readonly string[];
  /** Outermost first. */
  readonly cases: readonly CaseRef[];
  /** Whether a default leaf or leaf-list stands somewhere below without a list or presence container in between. */
  readonly hasDefaultsBelow: boolean;
}

/** A node that has rows of its own: leaf, leaf-list, presence container, anydata or anyxml. */
export function hasRow(node: SchemaNode): boolean {
  return node.kind !== 'root' && node.kind !== 'list' && (node.kind !== 'container' || node.presence);
}

/** Links libyang's schema dump into a tree and returns its root, which stands for the datastore itself. */
export function linkSchema(top: SchemaDump): SchemaNode {
  const children = new Map<string, SchemaNode>();
  const root = { ...emptyNode, kind: 'root' as const, name: '', module: '', segment: '', children };
  for (const json of top) addChild(children, link(json, root));
  root.hasDefaultsBelow = defaultsAmong(children);
  return root;
}

const emptyNode = {
  parent: undefined,
  config: true,
  presence: false,
  keys: [],
  isKey: false,
  orderedByUser: false,
  mandatory: false,
  conditional: false,
  type: undefined,
  defaults: [],
  cases: [],
  hasDefaultsBelow: false,
};

function addChild(children: Map<string, SchemaNode>, child: SchemaNode): void {
  children.set(child.segment, child);
}

function link(json: SchemaNodeJson, parent: SchemaNode): SchemaNode {
  const children = new Map<string, SchemaNode>();
  const node = {
    kind: json.kind,
    name: json.name,
    module: json.module,
    segment: json.module === parent.module ? json.name : `${json.module}:${json.name}`,
    parent,
    children,
    config: json.config,
    presence: json.presence === true,
    keys: [] as SchemaNode[],
    // A module that augments the list may bring a leaf with the name of a key.
    isKey: json.module === parent.module && keyNamesOf.get(parent)?.includes(json.name) === true,
    orderedByUser: json.orderedBy === 'user',
    mandatory: json.mandatory === true,
    conditional: json.when === true || (parent.conditional && parent.kind === 'container' && !parent.presence),
    type: json.type,
    defaults: json.defaults ?? [],
    cases: (json.cases ?? []).map((c) => ({ choice: c.choice, case: c.case, default: c.default === true })),
    hasDefaultsBelow: false,
  };
  if (json.kind === 'list') keyNamesOf.set(node, json.keys ?? []);
  for (const child of json.children ?? []) addChild(children, link(child, node));
  for (const name of json.keys ?? []) {
    const key = children.get(name);
    if (key !== undefined) node.keys.push(key);
  }
  node.hasDefaultsBelow = defaultsAmong(children);
  return node;
}

function defaultsAmong(children: ReadonlyMap<string, SchemaNode>): boolean {
  for (const child of children.values()) {
    if (child.defaults.length > 0) return true;
    if (child.kind === 'container' && !child.presence && child.hasDefaultsBelow) return true;
  }
  return false;
}

/** Key names of lists while they are being linked: a child must know that it is a key before the list is complete. */
const keyNamesOf = new WeakMap<SchemaNode, readonly string[]>();

/**
 * The child a client means by `name`: `module:name`, the segment itself, or a bare name that only one module uses here.
 * @returns undefined when there is none, 'ambiguous' when a bare name stands for nodes of several modules.
 */
export function findChild(node: SchemaNode, name: string): SchemaNode | undefined | 'ambiguous' {
  const exact = node.children.get(name);
  if (exact !== undefined) return exact;
  const colon = name.indexOf(':');
  if (colon >= 0) {
    const child = node.children.get(name.slice(colon + 1));
    // What is found by a name that still has a module would have been written with two.
    return child?.name === name.slice(colon + 1) && child.module === name.slice(0, colon) ? child : undefined;
  }
  let found: SchemaNode | undefined;
  for (const child of node.children.values()) {
    if (child.name !== name) continue;
    if (found !== undefined) return 'ambiguous';
    found = child;
  }
  return found;
}

/** The schema path for messages, e.g. `/edgeconf-site:site/device-group`. */
export function schemaPath(node: SchemaNode): string {
  return node.parent === undefined ? '' : `${schemaPath(node.parent)}/${node.segment}`;
}
