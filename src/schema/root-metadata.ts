// A module that every model has: the metadata annotation of a target's root, and how far a large transaction on it is.

import { encodeName, type RowKey } from './row-key.ts';
import { findChild, type SchemaNode } from './schema-node.ts';

/** The module's name. */
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
  container transaction {
    config false;
    description "How far a large transaction on this target is; nothing is here when none is under way.";
    leaf author {
      type string;
      description "Who made it.";
    }
    leaf phase {
      type enumeration {
        enum validation { description "libyang applies and checks it."; }
        enum plan { description "It is authorized, and what the devices would get is found out."; }
        enum storage { description "It is being made durable."; }
      }
    }
    leaf done {
      type uint8 { range "0..100"; }
      units "percent";
      description "How much of its input libyang has read; its checks go on behind that.";
    }
  }
}
`;

/** What the container `transaction` tells. */
export interface TransactionState {
  readonly author: string;
  readonly phase: 'validation' | 'plan' | 'storage';
  /** Percent of the input; undefined behind validation. */
  readonly done: number | undefined;
}

/** The state rows of a transaction by name, RFC 7951 text; all are undefined when there is none. */
export function transactionRows(
  root: SchemaNode,
  state: TransactionState | undefined,
): Map<RowKey, string | undefined> {
  const container = findChild(root, `${METADATA_MODULE}:transaction`);
  const rows = new Map<RowKey, string | undefined>();
  if (container === undefined || container === 'ambiguous') return rows;
  for (const leaf of container.children.values()) {
    const value = state?.[leaf.name as keyof TransactionState];
    rows.set(encodeName(container) + encodeName(leaf), value === undefined ? undefined : JSON.stringify(value));
  }
  return rows;
}

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
