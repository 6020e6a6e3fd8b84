// The certificate files of the listener: read and checked as a set, and read again when they change on the disk.

import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EdgeconfError } from '../errors.ts';

/** PEM files. Each may be replaced at any time, in place, by rename, or through a symbolic link. */
export interface TlsFiles {
  /** The server's certificate, followed by the intermediate ones. */
  readonly certificate: string;
  readonly key: string;
  /** CA certificates that client certificates must chain to; absent: clients are not asked for one. */
  readonly clientCa?: string | undefined;
}

/** The contents of a set of files that belong together. */
export interface TlsMaterial {
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly clientCa: Buffer | undefined;
  /** Equal for equal contents. */
  readonly digest: string;
  /** The server's own certificate, for the log. */
  readonly subject: string;
  readonly notAfter: string;
}

/** @throws EdgeconfError FAILED_PRECONDITION that names the file and what is wrong with it. */
export async function readTlsFiles(files: TlsFiles): Promise<TlsMaterial> {
  const [certificate, key, clientCa] = await Promise.all([
    readNamed('tls.certificate', files.certificate),
    readNamed('tls.key', files.key),
    files.clientCa === undefined ? undefined : readNamed('tls.clientCa', files.clientCa),
  ]);
  const leaf = parsed(
    'tls.certificate',
    files.certificate,
    'a PEM certificate',
    () => new X509Certificate(certificate),
  );
  const privateKey = parsed('tls.key', files.key, 'a PEM private key without passphrase', () => createPrivateKey(key));
  checkPair(files, leaf, privateKey);
  if (clientCa !== undefined) {
    // An empty CA file would make Node trust every public CA in the world.
    parsed('tls.clientCa', files.clientCa ?? '', 'PEM CA certificates', () => new X509Certificate(clientCa));
  }
  const hash = createHash('sha256');
  for (const part of [certificate, key, clientCa ?? Buffer.alloc(0)]) hash.update(`${part.length}:`).update(part);
  return {
    certificate,
    key,
    clientCa,
    digest: hash.digest('hex'),
    subject: leaf.subject.replaceAll('\n', ', '),
    notAfter: leaf.validTo,
  };
}

/**
 * Calls `changed` soon after anything happened in the folders of the files. Folders are watched, not files: a renamed
 * file or a swapped link is another inode.
 */
export function watchTlsFiles(files: TlsFiles, changed: () => void): { close(): void } {
  const folders = new Set([files.certificate, files.key, ...(files.clientCa ? [files.clientCa] : [])].map(dirname));
  const watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  // A certificate and its key are written one after the other.
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, settleMs);
  };
  for (const folder of folders) {
    const watcher = watch(folder, { persistent: false }, soon);
    watcher.on('error', soon);
    watchers.push(watcher);
  }
  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

const settleMs = 100;

async function readNamed(setting: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new EdgeconfError('FAILED_PRECONDITION', `${setting}: cannot read ${file}: ${(error as Error).message}`);
  }
}

function parsed<T>(setting: string, file: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new EdgeconfError('FAILED_PRECONDITION', `${setting}: ${file} does not hold ${what}`, { cause: error });
  }
}

function checkPair(files: TlsFiles, leaf: X509Certificate, key: KeyObject): void {
  if (leaf.checkPrivateKey(key)) return;
  throw new EdgeconfError(
    'FAILED_PRECONDITION',
    `tls.key: ${files.key} is not the private key of the first certificate in ${files.certificate}`,
  );
}
