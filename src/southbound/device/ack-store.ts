// What devices have acknowledged, kept over restarts: an interface and its level implementation.

import type { Level } from 'level';
import { EdgeconfError } from '../../errors.ts';
import type { Held } from './document-queue.ts';

/** Writes of one device are made in order; each is durable against a kill of the process when its promise resolves. */
export interface AckStore {
  /** Names of all devices of which something is remembered. */
  devices(): Promise<string[]>;
  /** What the device may hold; `identity` tells one machine behind a name from another. */
  load(device: string): Promise<Remembered>;
  /** Starts afresh: forgets all documents of the device and notes who it is now. */
  reset(device: string, identity: string): Promise<void>;
  /** Undefined: the document is gone. */
  put(device: string, documentId: string, held: Held | undefined): Promise<void>;
  /** Notes the version that a device was found to have. */
  noteVersion(device: string, version: string): Promise<void>;
  /** Versions that devices were found to have, by device. */
  versions(): Promise<Map<string, string>>;
  /** Forgets the device. */
  forget(device: string): Promise<void>;
}

/** What is remembered of a device. */
export interface Remembered {
  readonly identity: string | undefined;
  readonly documents: ReadonlyMap<string, Held>;
}

const IDENTITY = 'i';
const DOCUMENT = 'd';
const VERSION = 'v';

/** Keeps everything in a level database (or a sublevel) of text keys and values that nobody else writes to. */
export function levelAckStore(db: Pick<Level<string, string>, 'batch' | 'get' | 'iterator' | 'keys'>): AckStore {
  const keysOf = (device: string) => db.keys(range(DOCUMENT, device)).all();
  return {
    async devices() {
      const keys = await db.keys({ gte: `${IDENTITY}\0`, lt: `${IDENTITY}\x01` }).all();
      return keys.map((key) => key.slice(2, -1));
    },
    async load(device) {
      const documents = new Map<string, Held>();
      for await (const [key, text] of db.iterator(range(DOCUMENT, device))) {
        documents.set(key.slice(prefixOf(DOCUMENT, device).length), readHeld(device, key, text));
      }
      return { identity: await db.get(prefixOf(IDENTITY, device)), documents };
    },
    async reset(device, identity) {
      const gone = (await keysOf(device)).map((key) => ({ type: 'del' as const, key }));
      const version = { type: 'del' as const, key: prefixOf(VERSION, device) };
      await db.batch([...gone, version, { type: 'put', key: prefixOf(IDENTITY, device), value: identity }]);
    },
    async put(device, documentId, held) {
      const key = prefixOf(DOCUMENT, device) + documentId;
      await db.batch([held === undefined ? { type: 'del', key } : { type: 'put', key, value: JSON.stringify(held) }]);
    },
    async noteVersion(device, version) {
      await db.batch([{ type: 'put', key: prefixOf(VERSION, device), value: version }]);
    },
    async versions() {
      const found = await db.iterator({ gte: `${VERSION}\0`, lt: `${VERSION}\x01` }).all();
      return new Map(found.map(([key, version]) => [key.slice(2, -1), version]));
    },
    async forget(device) {
      const keys = [...(await keysOf(device)), prefixOf(IDENTITY, device), prefixOf(VERSION, device)];
      await db.batch(keys.map((key) => ({ type: 'del' as const, key })));
    },
  };
}

function prefixOf(kind: string, device: string): string {
  return `${kind}\0${device}\0`;
}

function range(kind: string, device: string): { gte: string; lt: string } {
  return { gte: `${kind}\0${device}\0`, lt: `${kind}\0${device}\x01` };
}

/** Only the engine's own text, written above, is read here; it has no numbers that could lose digits. */
function readHeld(device: string, key: string, text: string): Held {
  let held: unknown;
  try {
    held = JSON.parse(text);
  } catch (cause) {
    throw damaged(device, key, cause);
  }
  if (!isHeld(held)) throw damaged(device, key, undefined);
  return { ...held, text: held.text };
}

/** Records of old have no more than `ref`, `text` and `confirmed`. */
function isHeld(value: unknown): value is Held {
  if (typeof value !== 'object' || value === null) return false;
  const { ref, confirmed, revision, ...texts } = value as Record<string, unknown>;
  const optional = [texts.text, texts.target, texts.acknowledged, texts.actual, texts.confirmedFor];
  if (typeof confirmed !== 'boolean' || optional.some((text) => text !== undefined && typeof text !== 'string'))
    return false;
  if (revision !== undefined && typeof revision !== 'number') return false;
  if (typeof ref !== 'object' || ref === null) return false;
  const { kind, id, source, dependsOn, dependsOnElsewhere = [], uses = [] } = ref as Record<string, unknown>;
  const lists = [source, dependsOn, dependsOnElsewhere, uses];
  return typeof kind === 'string' && typeof id === 'string' && lists.every(Array.isArray);
}

function damaged(device: string, key: string, cause: unknown): EdgeconfError {
  return new EdgeconfError(
    'DATA_LOSS',
    `what device '${device}' acknowledged cannot be read: the record ${JSON.stringify(key)} is damaged; ` +
      'restore the southbound folder, or remove it: everything is then sent to the devices again, but documents that ' +
      'intent no longer wants are not removed from them',
    { cause },
  );
}
