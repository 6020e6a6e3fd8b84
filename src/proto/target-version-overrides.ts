// The registered extension in which clients of Aether say which model they believe a target to have.

import protobuf from 'protobufjs/minimal.js';
import { EdgeconfError } from '../errors.ts';
import type { Extension } from './gnmi.ts';

/** Number of the TargetVersionOverrides extension: `{overrides = 1: map<target, {target_type = 1, target_version = 2}>}`. */
export const TARGET_VERSION_OVERRIDES = 112;

/** What a client says of one target's model; '' where it says nothing. */
export interface TargetVersion {
  readonly type: string;
  readonly version: string;
}

/** The extension that says this of each target. */
export function targetVersionOverrides(overrides: Readonly<Record<string, TargetVersion>>): Extension {
  const writer = protobuf.Writer.create();
  for (const [target, { type, version }] of Object.entries(overrides)) {
    writer.uint32(10).fork().uint32(10).string(target);
    writer.uint32(18).fork().uint32(10).string(type).uint32(18).string(version).ldelim().ldelim();
  }
  return { registered_ext: { id: TARGET_VERSION_OVERRIDES, msg: writer.finish() } };
}

/**
 * Reads the extension's message.
 * @returns what it says, by target.
 * @throws EdgeconfError INVALID_ARGUMENT when it cannot be read.
 */
export function decodeTargetVersionOverrides(msg: Uint8Array): Map<string, TargetVersion> {
  const overrides = new Map<string, TargetVersion>();
  try {
    for (const entry of fields(msg).get(1) ?? []) {
      const [target = new Uint8Array()] = fields(entry).get(1) ?? [];
      const [version = new Uint8Array()] = fields(entry).get(2) ?? [];
      const members = fields(version);
      overrides.set(text(target), { type: text(members.get(1)?.at(-1)), version: text(members.get(2)?.at(-1)) });
    }
  } catch {
    throw new EdgeconfError(
      'INVALID_ARGUMENT',
      `registered extension ${TARGET_VERSION_OVERRIDES}: it is not a TargetVersionOverrides message`,
    );
  }
  return overrides;
}

/** The length-delimited fields of a message by number. */
function fields(msg: Uint8Array): Map<number, Uint8Array[]> {
  const found = new Map<number, Uint8Array[]>();
  const reader = protobuf.Reader.create(msg);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if ((tag & 7) !== 2) reader.skipType(tag & 7);
    else found.set(tag >>> 3, [...(found.get(tag >>> 3) ?? []), reader.bytes()]);
  }
  return found;
}

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes ?? new Uint8Array());
}
