// The data folder: made when it is empty, opened when it is ours, refused when it is anything else; never overwritten.

import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EdgeconfError } from '../errors.ts';
import { LevelStore } from './level-store.ts';

/** The format of the data folder that this release writes and the newest that it reads. */
export const folderFormat = 2;

const markerName = 'edgeconf.json';
/** What a file system puts into an empty volume by itself. */
const harmless = ['lost+found'];

/** Content of the marker file. `state` is `making` until the store exists, so that a start that was cut short is repeated. */
interface Marker {
  readonly format: number;
  readonly created: string;
  readonly state: 'making' | 'ready';
}

/**
 * Opens the store in a data folder, which is made when it is missing or empty.
 * @param nowNs time for the marker file; undefined: the folder is only opened, never made.
 * @throws EdgeconfError FAILED_PRECONDITION when the folder is foreign, corrupt, of a newer format or in use by another
 *   process; the message says where and what to do.
 */
export async function openDataFolder(folder: string, nowNs: bigint | undefined): Promise<LevelStore> {
  const known = await readMarker(folder);
  if (known === undefined && nowNs === undefined) {
    throw refused(folder, `is not one of edgeconf: it has no ${markerName}`, 'name the folder that the service uses');
  }
  const marker = known ?? (await makeFolder(folder, nowNs ?? 0n));
  const store = await openStore(folder, join(folder, 'store'), marker.state === 'making');
  if (marker.format < folderFormat) await upgrade(store);
  if (marker.state === 'making' || marker.format < folderFormat) {
    await writeMarker(folder, { ...marker, format: folderFormat, state: 'ready' });
  }
  return store;
}

/** Format 1 had each row in a record of its own. The journal is as it was, and everything else is made from it again. */
async function upgrade(store: LevelStore): Promise<void> {
  await store.clear(['rows', 'pages', 'history', 'meta']);
}

async function makeFolder(folder: string, nowNs: bigint): Promise<Marker> {
  let names: string[];
  try {
    await mkdir(folder, { recursive: true });
    names = await readdir(folder);
  } catch (error) {
    throw refused(folder, `cannot be made or read: ${reasonOf(error)}`, 'check its path and permissions', error);
  }
  const foreign = names.filter((name) => !harmless.includes(name) && name !== `${markerName}.new`);
  if (foreign.length > 0) {
    const found = foreign.slice(0, 5).join(', ');
    throw refused(
      folder,
      `is not one of edgeconf: it has files (${found}) but no ${markerName}`,
      'choose an empty or missing folder',
    );
  }
  const created = new Date(Number(nowNs / 1_000_000n)).toISOString();
  const marker: Marker = { format: folderFormat, created, state: 'making' };
  await writeMarker(folder, marker);
  return marker;
}

async function readMarker(folder: string): Promise<Marker | undefined> {
  const file = join(folder, markerName);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw refused(folder, `cannot be read: ${reasonOf(error)}`, 'check its path and permissions', error);
  }
  let json: Partial<Marker> | null;
  try {
    json = JSON.parse(text) as Partial<Marker> | null;
  } catch (error) {
    throw refused(folder, `is corrupt: ${markerName} is not JSON`, 'restore it from a backup', error);
  }
  if (typeof json?.format !== 'number' || (json.state !== 'making' && json.state !== 'ready')) {
    throw refused(folder, `is corrupt: ${markerName} has no format and state`, 'restore it from a backup');
  }
  if (json.format > folderFormat) {
    throw refused(
      folder,
      `has format ${json.format}, and this release reads up to ${folderFormat}`,
      'use the release that wrote it or a newer one',
    );
  }
  return { format: json.format, created: String(json.created), state: json.state };
}

/** Replaces the marker in one step and makes it durable, so that a power cut leaves the old one or the new one. */
async function writeMarker(folder: string, marker: Marker): Promise<void> {
  const file = join(folder, markerName);
  await writeDurably(`${file}.new`, `${JSON.stringify(marker, null, 2)}\n`);
  await rename(`${file}.new`, file);
  await syncFolder(folder);
  await syncFolder(dirname(folder));
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder === '' ? '.' : folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openStore(folder: string, path: string, create: boolean): Promise<LevelStore> {
  try {
    return await LevelStore.open(path, create);
  } catch (error) {
    const cause = (error as { cause?: unknown }).cause ?? error;
    if ((cause as { code?: string }).code === 'LEVEL_LOCKED') {
      throw refused(
        folder,
        'is in use by another process',
        'stop the other edgeconf first, or choose another folder',
        error,
      );
    }
    throw refused(
      folder,
      `is corrupt or incomplete: ${reasonOf(cause)}`,
      'nothing was changed; restore it from a backup',
      error,
    );
  }
}

function refused(folder: string, what: string, remedy: string, cause?: unknown): EdgeconfError {
  return new EdgeconfError('FAILED_PRECONDITION', `data folder ${folder} ${what}; ${remedy}`, { cause });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
