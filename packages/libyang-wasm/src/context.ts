// A context: modules from text, compiled; the schema as plain objects; trees.
import {
  type Context,
  type ContextOptions,
  type DataTree,
  dependencyKinds,
  type ModuleInfo,
  type SchemaNodeJson,
  type UnboundedConstraint,
} from './api.ts';
import { createTree } from './data-tree.ts';
import { LibyangError } from './errors.ts';
import type { Instance } from './instance.ts';
import { PackedReader, PackedWriter } from './packed.ts';
import { readRecords, toModuleFindings } from './violations.ts';

/** Makes a context; throws LibyangError when a module does not parse or compile. */
export function createContext(instance: Instance, { sources, implement, features = {} }: ContextOptions): Context {
  const handle = instance.call('lyw_context_new');
  for (const [name, text] of Object.entries(sources)) {
    instance.call('lyw_context_source', handle, instance.copyIn(name), instance.copyIn(text));
  }
  instance.callWith('lyw_context_load', handle, packModules(implement, features));
  const items = toModuleFindings(readRecords(new PackedReader(instance.result())));
  if (items.length > 0) {
    instance.call('lyw_context_free', handle);
    throw new LibyangError(items);
  }
  instance.call('lyw_context_dump', handle);
  const dump = instance.resultText();
  const parse = () => JSON.parse(dump) as { modules: ModuleInfo[]; nodes: SchemaNodeJson[] };
  const { modules, nodes } = parse();
  const trees = new Set<DataTree>();
  let gone = false;
  return {
    modules,
    schema: () => parse().nodes,
    unbounded() {
      instance.call('lyw_context_unbounded', handle);
      return JSON.parse(instance.resultText()) as UnboundedConstraint[];
    },
    omitDependencies: (kinds) => {
      instance.call(
        'lyw_context_disable',
        handle,
        kinds.reduce((bits, kind) => bits | (1 << dependencyKinds.indexOf(kind)), 0),
      );
    },
    createTree(options = {}) {
      if (gone) throw new Error('the context is destroyed');
      const tree = createTree(instance, handle, nodes, options, () => trees.delete(tree));
      trees.add(tree);
      return tree;
    },
    destroy() {
      if (gone) return;
      gone = true;
      for (const tree of trees) tree.destroy();
      instance.call('lyw_context_free', handle);
    },
  };
}

/** Names end in NUL inside their length, because libyang takes them as C texts. */
function packModules(implement: readonly string[], features: Readonly<Record<string, readonly string[]>>): Uint8Array {
  const out = new PackedWriter();
  out.u32(implement.length);
  for (const name of implement) {
    out.text(`${name}\0`);
    const enabled = features[name] ?? [];
    out.u32(enabled.length);
    for (const feature of enabled) out.text(`${feature}\0`);
  }
  return out.finish();
}
