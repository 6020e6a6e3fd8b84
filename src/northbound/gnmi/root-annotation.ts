// The annotation `@` of the root in JSON, which stands for the metadata leaf of the target. [RFC 7952, gNMI 2.7]

import type { Edit } from '../../datastore/transaction.ts';
import { EdgeconfError } from '../../errors.ts';
import type { JsonObject, JsonValue } from '../../schema/json-text.ts';
import { fragmentFromJson } from '../../schema/normalize.ts';
import { metadataLeaf } from '../../schema/root-metadata.ts';
import { encodeName } from '../../schema/row-key.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';
import type { SeenRow } from './sight.ts';

/** The member of the root that holds its annotations, and the only annotation that it can have. */
const ROOT_MEMBER = '@';
const ANNOTATION = 'openconfig-metadata:protobuf-metadata';

/**
 * The root's value without its annotation, and the edit that writes the annotation.
 * @param maxBytes most bytes of the annotation as text.
 * @throws EdgeconfError INVALID_ARGUMENT for another annotation, or a value that is not base64 text.
 */
export function splitAnnotation(
  root: SchemaNode,
  value: JsonValue,
  maxBytes: number,
): { value: JsonValue; edits: Edit[] } {
  const leaf = metadataLeaf(root);
  const annotations = value instanceof Map ? value.get(ROOT_MEMBER) : undefined;
  if (leaf === undefined || annotations === undefined) return { value, edits: [] };
  const rest = new Map([...(value as JsonObject)].filter(([name]) => name !== ROOT_MEMBER));
  const path = [{ node: leaf }];
  const json = fragmentFromJson(root, path, annotationIn(annotations), { maxLeafBytes: maxBytes });
  return { value: rest, edits: [{ op: 'replace', path, json }] };
}

function annotationIn(annotations: JsonValue): JsonValue {
  if (!(annotations instanceof Map)) {
    throw invalid(`member '${ROOT_MEMBER}' must be an object; write {"${ANNOTATION}": "..."}`);
  }
  for (const name of annotations.keys()) {
    if (name !== ANNOTATION) throw invalid(`annotation '${name}' is not known; the root can have ${ANNOTATION}`);
  }
  return annotations.get(ANNOTATION) ?? null;
}

/** Takes the metadata leaf out of the root's rows. @returns the other rows, and the leaf's value where it has one. */
export function withoutMetadata(
  root: SchemaNode,
  rows: Iterable<SeenRow>,
): { rows: SeenRow[]; metadata: string | undefined } {
  const leaf = metadataLeaf(root);
  const key = leaf === undefined ? undefined : encodeName(leaf);
  let metadata: string | undefined;
  const others: SeenRow[] = [];
  for (const row of rows) {
    if (row.key === key) metadata = row.value;
    else others.push(row);
  }
  return { rows: others, metadata };
}

/** The root's JSON text with its annotation first. */
export function annotated(text: string | undefined, metadata: string | undefined): string | undefined {
  if (metadata === undefined) return text;
  const annotation = `"${ROOT_MEMBER}":{"${ANNOTATION}":${metadata}}`;
  return text === undefined || text === '{}' ? `{${annotation}}` : `{${annotation},${text.slice(1)}`;
}

function invalid(message: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', message);
}
