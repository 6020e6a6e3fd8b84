// The package's face.
export type {
  CompiledModule,
  Context,
  ContextOptions,
  DataTree,
  DependencyKind,
  Edit,
  LeafChange,
  Libyang,
  ModuleInfo,
  OrderChange,
  PathElem,
  PrintOptions,
  SchemaNodeJson,
  Sliced,
  SlicedStageResult,
  SliceOptions,
  StageResult,
  TreeOptions,
  TypeJson,
  UnboundedConstraint,
  Violation,
} from './api.ts';
export { dependencyKinds } from './api.ts';
export { decodeChanges } from './changes.ts';
export { encodeEdits } from './edits.ts';
export { LibyangError, LibyangTrap } from './errors.ts';
export { loadLibyang } from './libyang.ts';
export { encodeJson } from './normalize-json.ts';
