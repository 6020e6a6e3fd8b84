// The types of the public API.

/** A `WebAssembly.Module`, by a name that needs no browser types. */
export type CompiledModule = object;

/** What a context is made of. `sources` are all modules and submodules that imports may name, by `name` or `name@revision`. */
export interface ContextOptions {
  readonly sources: Readonly<Record<string, string>>;
  /** Modules to implement; what they refer to is implemented as needed. */
  readonly implement: readonly string[];
  /** Features to enable by module; `['*']` enables all. A module that is not named has none. */
  readonly features?: Readonly<Record<string, readonly string[]>>;
}

/** One libyang, in one WebAssembly instance. It belongs to one thread; all calls are synchronous. */
export interface Libyang {
  /** libyang's own version. */
  readonly version: string;
  /** Size of the linear memory in bytes. It never shrinks. */
  readonly memoryBytes: number;
  /**
   * Parses and compiles modules. ietf-inet-types and ietf-yang-types need no source.
   * @throws LibyangError with all that is wrong with the modules
   */
  createContext(options: ContextOptions): Context;
}

/** The compiled modules of one model. */
export interface Context {
  readonly modules: readonly ModuleInfo[];
  /** The data nodes of all implemented modules, top level first. */
  schema(): SchemaNodeJson[];
  /** The constraints of which a change cannot tell the instances that it affects: all instances are checked at every stage. */
  unbounded(): UnboundedConstraint[];
  /** For tests of tests: checks that depend on these kinds of dependencies are left out from now on; `[]` for none. */
  omitDependencies(kinds: readonly DependencyKind[]): void;
  /** An empty tree; it need not be valid. */
  createTree(options?: TreeOptions): DataTree;
  /** Frees the modules and all trees of the context. */
  destroy(): void;
}

/** How a tree is validated. */
export interface TreeOptions {
  /**
   * `incremental` (the default): a stage costs what its changes can affect, with the verdict of full validation. `full`: libyang's
   * own validation of the whole tree at every stage.
   */
  validation?: 'incremental' | 'full';
}

/** A constraint whose instances are all checked at every stage, with the reason in words. */
export interface UnboundedConstraint {
  /** Schema path of the node that has the constraint. */
  path: string;
  kind: 'must' | 'when' | 'leafref' | 'union' | 'instance-identifier';
  expression: string;
  reason: string;
}

/** Kinds of dependencies, see {@link Context.omitDependencies}. */
export const dependencyKinds = [
  'must',
  'when',
  'leafref',
  'union',
  'instance-identifier',
  'unique',
  'count',
  'mandatory',
  'siblings',
  'own-must',
  'own-when',
  'own-type',
  'unbounded',
  'next-stage',
  'equality',
] as const;
export type DependencyKind = (typeof dependencyKinds)[number];

/** An implemented module. */
export interface ModuleInfo {
  name: string;
  revision?: string;
  namespace: string;
  organization?: string;
  prefix: string;
}

/** A data tree that lives on: a commit is staged on it, then kept or undone. */
export interface DataTree {
  /** Replaces all content by this RFC 7951 JSON and validates. `[]` means valid; with violations the tree is left empty. */
  load(json: string): Violation[];
  /** As `load`, in slices. */
  beginLoad(json: string, options?: SliceOptions): Sliced<Violation[]>;
  /**
   * Applies edits in order, validates, and returns the changes or all violations. What was staged must be kept or undone
   * before the next stage; with violations it is undone already.
   * @param edits edits, or what {@link encodeEdits} made of them
   */
  stage(edits: readonly Edit[] | Uint8Array): StageResult;
  /**
   * As `stage`, in slices, with the same verdict. The changes come in chunks, each for {@link decodeChanges}.
   * @param edits packed edits must stay as they are until the last step
   */
  beginStage(edits: readonly Edit[] | Uint8Array, options?: SliceOptions): Sliced<SlicedStageResult>;
  /** Makes what was staged permanent. */
  keep(): void;
  /** As `keep`, in slices. */
  beginKeep(): Sliced<void>;
  /** Goes back to exactly the state before the stage: values, order, default and when flags. */
  undo(): void;
  /** As `undo`, in slices. */
  beginUndo(): Sliced<void>;
  /** Checks the tree as it is; it stays as it is. */
  validate(): Violation[];
  /** RFC 7951 JSON of the whole tree or of the subtree at a path; `''` when that is absent. */
  print(options?: PrintOptions): string;
  /** Checks that the last stage made, and stages so far that needed full validation. */
  readonly cost: { checks: number; fullStages: number };
  destroy(): void;
}

/**
 * What goes on slice by slice. Between steps, other trees of the same instance can be used and can have slices of their own; this tree
 * can only be destroyed, which first goes through all that is left.
 */
export interface Sliced<T> {
  /**
   * Does a part of the work.
   * @param budget about the number of nodes that the step looks at; 8,000 is about 10 ms
   * @param takeChanges gets the chunk of changes that the step made, which is then no part of the result
   * @returns whether it was the last step
   */
  step(budget?: number, takeChanges?: (chunk: Uint8Array<ArrayBuffer>) => void): boolean;
  /** How far it is: bytes of the input that were read, and checks that were made so far. */
  readonly progress: { readonly bytes: number; readonly totalBytes: number; readonly checks: number };
  /** @throws Error before the last step */
  result(): T;
}

/** How fine slices can be. */
export interface SliceOptions {
  /** JSON that libyang reads in one call; longer texts are taken apart. */
  pieceBytes?: number;
  /** Changes in one chunk. */
  chunkChanges?: number;
}

export interface SlicedStageResult {
  violations: Violation[];
  /** Chunks, in order; each has a buffer of its own. None when there are violations. */
  changes: Uint8Array<ArrayBuffer>[];
}

export interface PrintOptions {
  path?: readonly PathElem[];
  /** `explicit` (the default) prints what was set, `all` implicit default values as well. */
  defaults?: 'explicit' | 'all';
}

/**
 * A step of an instance path. `name` is `module:name` for the first and wherever the module changes, else plain. `keys` are the
 * values of a list's keys in the schema's order; absent for everything else and for a whole list. A leaf-list is addressed whole.
 */
export interface PathElem {
  name: string;
  keys?: readonly string[];
}

/**
 * An edit. `json` is `{"module:name": <value>}` for the node that the path ends in; the value of one list entry is an array with
 * this entry, keys included; the empty path addresses the root and takes the whole top-level object.
 * `update` merges [RFC 6241 7.2]; `replace` makes the node equal to the JSON; `delete` removes it, absent or not.
 */
export interface Edit {
  op: 'update' | 'replace' | 'delete';
  path: readonly PathElem[];
  /** Text, or what {@link encodeJson} made of it. */
  json?: string | Uint8Array;
}

export interface StageResult {
  violations: Violation[];
  /** For {@link decodeChanges}; its buffer is its own and may be transferred. Without changes when there are violations. */
  changes: Uint8Array<ArrayBuffer>;
}

/** One broken rule. */
export interface Violation {
  /** Instance path as libyang writes it: `/module:a/list[key='x']/leaf`. */
  path: string;
  schemaPath?: string;
  /** [RFC 6241 appendix A], chosen by [RFC 7950 8.3.1, 15]. */
  errorTag: string;
  errorAppTag?: string;
  message: string;
  /** Index of the edit that holds the refused value, where one edit is to blame. */
  editIndex?: number;
}

/**
 * A row that differs: its canonical RFC 7951 text before and after, `undefined` where there is no such row. Leaves, leaf-lists (the
 * whole array), presence containers (`{}`) and anydata have rows; implicit default values have none.
 */
export interface LeafChange {
  path: PathElem[];
  kind: 'leaf' | 'leaf-list' | 'presence' | 'any';
  before?: string;
  after?: string;
}

/** A list that is ordered by the user, whose entries or their order changed: the keys of all entries, in order, afterwards. */
export interface OrderChange {
  path: PathElem[];
  kind: 'order';
  entries: string[][];
}

/** A data node of the schema; choices and cases are flattened into their children, see `cases`. */
export interface SchemaNodeJson {
  kind: 'container' | 'list' | 'leaf' | 'leaf-list' | 'anydata' | 'anyxml';
  name: string;
  module: string;
  config: boolean;
  presence?: true;
  /** Lists: names of the keys. */
  keys?: string[];
  orderedBy?: 'user';
  mandatory?: true;
  min?: number;
  max?: number;
  type?: TypeJson;
  /** Canonical RFC 7951 texts. */
  defaults?: string[];
  units?: string;
  description?: string;
  /** A when condition decides about the node, or about a choice or case around it. */
  when?: true;
  status?: 'deprecated' | 'obsolete';
  /** The choices and cases around the node, outermost first. */
  cases?: { choice: string; case: string; default?: true }[];
  children?: SchemaNodeJson[];
}

export interface TypeJson {
  base:
    | 'string'
    | 'boolean'
    | 'empty'
    | 'enumeration'
    | 'bits'
    | 'binary'
    | 'decimal64'
    | 'identityref'
    | 'instance-identifier'
    | 'leafref'
    | 'union'
    | 'int8'
    | 'int16'
    | 'int32'
    | 'int64'
    | 'uint8'
    | 'uint16'
    | 'uint32'
    | 'uint64';
  fractionDigits?: number;
  enums?: string[];
  bits?: string[];
  /** Unions: the types in order. */
  members?: TypeJson[];
  /** Leafrefs: the type of the leaf that is referred to. */
  target?: TypeJson;
  /** Leafrefs: the path as the model writes it. */
  path?: string;
  /** Identityrefs: every identity that is allowed, `module:name`. */
  identities?: string[];
  /** `1..10 | 20`. */
  range?: string;
  length?: string;
  patterns?: string[];
}
