// The metadata annotation that clients may put at the root of a target: a leaf of a module that every model has.

import { findChild, type SchemaNode } from './schema-node.ts';

/** The module that holds the annotation. */
export const METADATA_MODULE = 'edgeconf-metadata';

/**
 * The module's text. As a leaf the annotation is validated, authorized, kept, journalled and rolled back with the values
 * that it describes, without a rule of its own for any of that.
 */
export const metadataModule = `module edgeconf-metadata {
  yang-version 1.1;
  namespace "urn:edgeconf:metadata";
  prefix emd;
  organization "edgeconf";
  description "What clients note about the configuration of a target as a whole.";
  revision 2026-11-01 {
    description "First revision.";
  }
  leaf protobuf-metadata {
    type binary;
    description
      "An encoded message that says something about the configuration, e.g. which intent it was made from. gNMI clients
       write and read it as the annotation openconfig-metadata:protobuf-metadata of the root.";
  }
}
`;

/** The leaf that holds the annotation; undefined when the model was loaded without the module. */
export function metadataLeaf(root: SchemaNode): SchemaNode | undefined {
  const leaf = findChild(root, `${METADATA_MODULE}:protobuf-metadata`);
  return leaf === 'ambiguous' ? undefined : leaf;
}

/** The sources of a model with the module beside its own. */
export function withMetadataModule<
  M extends { readonly modules: readonly string[]; readonly sources: Readonly<Record<string, string>> },
>(model: M): M {
  if (model.modules.includes(METADATA_MODULE)) return model;
  return {
    ...model,
    modules: [...model.modules, METADATA_MODULE],
    sources: { ...model.sources, [METADATA_MODULE]: metadataModule },
  };
}
