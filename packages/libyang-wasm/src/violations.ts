// Turns the C side's error records into violations: tag, app-tag, plain message, completed instance path.

import type { Edit, SchemaNodeJson, Violation } from './api.ts';
import { wordMessage } from './error-message.ts';
import { classify } from './error-tag.ts';
import { completePath, findSchema, type JsonSpot } from './instance-path.ts';
import { decodeJson } from './normalize-json.ts';
import type { PackedReader } from './packed.ts';

/** One error record as libyang or the shim stored it. */
export interface ErrorRecord {
  /** error-tag when the shim found the fault itself, else empty. */
  tag: string;
  /** libyang's LY_ERR and LY_VECODE. */
  err: number;
  vecode: number;
  message: string;
  dataPath: string;
  schemaPath: string;
  /** error-app-tag; `must\n<tag>` for a must. */
  appTag: string;
  /** Line of the module text; 0 for data. */
  line: number;
  editIndex: number;
}

/** Reads the records at the front of a result. */
export function readRecords(input: PackedReader): ErrorRecord[] {
  return Array.from({ length: input.u32() }, () => ({
    tag: input.text(),
    err: input.u32(),
    vecode: input.u32(),
    message: input.text(),
    dataPath: input.text(),
    schemaPath: input.text(),
    appTag: input.text(),
    line: input.u32(),
    editIndex: input.i32(),
  }));
}

/** What explains a record: the schema, and the JSON it is about, of one edit or of the whole load (index -1). */
export interface Explanation {
  schema(): readonly SchemaNodeJson[];
  spot(editIndex: number): JsonSpot | undefined;
}

/** Findings about modules: they have a line instead of an instance. */
export function toModuleFindings(records: readonly ErrorRecord[]): Violation[] {
  return records.map((record) => ({
    path: record.dataPath || record.schemaPath,
    errorTag: record.tag || 'operation-failed',
    message: record.line ? `${record.message} (line ${record.line})` : record.message,
  }));
}

/** Violations of records. */
export function toViolations(records: readonly ErrorRecord[], explain: Explanation): Violation[] {
  if (records.length === 0) return [];
  const seen = new Map<string, number>();
  const violations = records.map((record) => {
    let path = record.dataPath || record.schemaPath || '/';
    const finding = `${record.editIndex}\n${path}\n${record.message}`;
    const nth = seen.get(finding) ?? 0;
    seen.set(finding, nth + 1);
    path = completePath(path, explain.schema(), record.message, () => explain.spot(record.editIndex), nth);
    const type = findSchema(path, explain.schema())?.type;
    const violation: Violation = { path, ...classify(record), message: wordMessage(record.message, type) };
    if (record.schemaPath) violation.schemaPath = record.schemaPath;
    if (record.editIndex >= 0) violation.editIndex = record.editIndex;
    return violation;
  });
  return withoutFollowOns(records, violations);
}

/** Each edit's JSON by its index; edits are unpacked only when asked for. */
export function editSpots(edits: () => readonly Edit[]): (editIndex: number) => JsonSpot | undefined {
  let unpacked: readonly Edit[] | undefined;
  return (editIndex) => {
    if (editIndex < 0) return undefined;
    unpacked ??= edits();
    const edit = unpacked[editIndex];
    return edit?.json === undefined ? undefined : { json: decodeJson(edit.json), path: edit.path };
  };
}

const absence = /^(?:Mandatory node|List instance is missing its key) "([^"]+)"/;

/** A refused value is missing for the rules after it: what they say about its absence is no news. */
function withoutFollowOns(records: readonly ErrorRecord[], violations: readonly Violation[]): Violation[] {
  const refused = new Set<string>();
  for (const { errorTag, path } of violations) if (errorTag === 'invalid-value') noteRefused(path, refused);
  return violations.filter((one, index) => {
    const name = absence.exec(records[index]?.message ?? '')?.[1];
    return name === undefined || !refused.has(spotOf(one.path === '/' ? '' : one.path, name));
  });
}

/** Notes all places at which a refused value may be missed, so that there are as many look-ups as violations and no more. */
function noteRefused(path: string, refused: Set<string>): void {
  const end = path.lastIndexOf('/');
  const last = path.slice(end + 1);
  const name = last.slice(last.indexOf(':') + 1);
  refused.add(spotOf(path.slice(0, end), name));
  for (let at = 0; at < end; at++) {
    // A refused key leaves its entry without a name: its absence is told of the list, or of what is around.
    if (path[at] === '[' || (path[at] === '/' && last !== name)) refused.add(spotOf(path.slice(0, at), name));
  }
}

function spotOf(parent: string, name: string): string {
  return `${parent}\n${name}`;
}
