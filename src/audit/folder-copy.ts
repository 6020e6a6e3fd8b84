// A copy of what a check of a data folder reads, elsewhere: opening a store writes into it, and the folder may be in use.

import { constants, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LevelJournal } from '../datastore/level-journal.ts';
import { LevelStore } from '../datastore/level-store.ts';
import { EdgeconfError } from '../errors.ts';
import { auditFile, readNote } from './log-file.ts';

/** What was found in a data folder, whether or not a service runs on it. */
export interface FolderCopy {
  readonly journal: LevelJournal;
  /** Folder of the copy; has the note of the journal's head. */
  readonly folder: string;
  /** The audit log's note, taken before all else. */
  readonly noted: Awaited<ReturnType<typeof readNote>>;
  /** Bytes of the audit log before the journal was copied: what they name of the journal must be there. */
  readonly bytesBefore: number;
  /** And after it: what the journal names of the audit log must be there. */
  readonly bytesAfter: number;
}

/** The store is copied anew when it was rearranged meanwhile. */
const mostTries = 20;

/**
 * Copies the journal of a data folder, lends it to `use`, and removes the copy. Not a byte of the folder is changed.
 * @throws EdgeconfError FAILED_PRECONDITION when the folder is not one of edgeconf or its store cannot be read; UNAVAILABLE
 *   when a service rearranges its store all the time.
 */
export async function withFolderCopy<T>(folder: string, use: (copy: FolderCopy) => Promise<T>): Promise<T> {
  await stat(join(folder, 'edgeconf.json')).catch((cause: unknown) => {
    const message = `data folder ${folder} is not one of edgeconf: it has no edgeconf.json; name the folder that the service uses`;
    throw new EdgeconfError('FAILED_PRECONDITION', message, { cause });
  });
  const noted = await readNote(folder);
  const bytesBefore = await sizeOf(auditFile(folder));
  const copy = await mkdtemp(join(tmpdir(), 'edgeconf-audit-'));
  let store: LevelStore | undefined;
  try {
    // The note of the journal's head first: it is never ahead of the journal.
    await copyFile(join(folder, 'head.json'), join(copy, 'head.json')).catch(ignoreMissing);
    store = await openCopy(join(folder, 'store'), join(copy, 'store'));
    const bytesAfter = await sizeOf(auditFile(folder));
    const journal = await LevelJournal.open(store);
    return await use({ journal, folder: copy, noted, bytesBefore, bytesAfter });
  } finally {
    await store?.close();
    await rm(copy, { recursive: true, force: true });
  }
}

async function openCopy(from: string, to: string): Promise<LevelStore> {
  for (let tries = 1; ; tries++) {
    await rm(to, { recursive: true, force: true });
    if (await copyStore(from, to)) {
      return LevelStore.open(to, false).catch((error: Error) => {
        const { message } = (error.cause ?? error) as Error;
        throw new EdgeconfError('FAILED_PRECONDITION', `the store ${from} cannot be read: ${message}`);
      });
    }
    if (tries < mostTries) continue;
    throw new EdgeconfError(
      'UNAVAILABLE',
      `the store ${from} was rearranged ${mostTries} times while it was copied; try again when there is less to do for the service`,
    );
  }
}

/**
 * Copies a level database that may be in use. Tables are never written twice and logs only grow, so the files are one
 * state as long as the manifest, which lists them, stays the same. @returns whether it did
 */
async function copyStore(from: string, to: string): Promise<boolean> {
  await mkdir(to, { recursive: true });
  const before = await manifestOf(from);
  const names = await readdir(from).catch((error: Error) => {
    throw new EdgeconfError('FAILED_PRECONDITION', `the store ${from} cannot be read: ${error.message}`);
  });
  try {
    for (const name of names) {
      if (name === 'LOCK' || name.startsWith('LOG')) continue;
      await copyFile(join(from, name), join(to, name), constants.COPYFILE_FICLONE);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  return (await manifestOf(from)) === before;
}

/** What says which files make up the database. */
async function manifestOf(store: string): Promise<string> {
  const current = await readFile(join(store, 'CURRENT'), 'utf8').catch(() => '');
  return current === '' ? '' : `${current} ${await sizeOf(join(store, current.trim()))}`;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    ignoreMissing(error);
    return 0;
  }
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
