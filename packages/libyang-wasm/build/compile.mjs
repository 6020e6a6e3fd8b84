// Compiles units to objects in two worker threads, with a cache of objects.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compileFlags, headerFolders } from './flags.mjs';
import { compilerVersion } from './pins.mjs';

const workers = 2;
/** Takes longer than all others: begin with it. */
const slowest = 'pcre2/src/pcre2_match.c';

/**
 * @param {{ files: Record<string, string>, units: { path: string, group: string }[], cacheFolder: string, log: (line: string) => void }} options
 * @returns {Promise<Record<string, Uint8Array>>} objects by a name that sorts reproducibly
 */
export async function compileUnits({ files, units, cacheFolder, log }) {
  const folder = join(cacheFolder, 'objects');
  mkdirSync(folder, { recursive: true });
  const headers = Object.fromEntries(
    Object.keys(headerFolders).map((group) => [group, headerDigest(files, units, group)]),
  );
  const objects = {};
  const queue = [];
  for (const unit of units) {
    const key = digest([
      compilerVersion,
      ...compileFlags[unit.group],
      headers[unit.group],
      unit.path,
      files[unit.path],
    ]);
    const name = `${unit.path.replaceAll('/', '-')}.o`;
    const cachePath = join(folder, `${key}.o`);
    if (existsSync(cachePath)) objects[name] = readFileSync(cachePath);
    else queue.push({ ...unit, name, cachePath });
  }
  if (queue.length === 0) return objects;
  const cost = ({ path }) => (path === slowest ? Number.MAX_VALUE : files[path].length);
  queue.sort((a, b) => cost(b) - cost(a));
  log(`compiling ${queue.length} of ${units.length} files in ${workers} threads`);
  let done = 0;
  await runQueue(queue, files, (item, bytes) => {
    objects[item.name] = bytes;
    const temporary = `${item.cachePath}.${process.pid}`;
    writeFileSync(temporary, bytes);
    renameSync(temporary, item.cachePath);
    done += 1;
    log(`compiled ${done} of ${queue.length}: ${item.path}`);
  });
  return objects;
}

function runQueue(queue, files, onObject) {
  const running = [];
  let next = 0;
  const all = Array.from(
    { length: Math.min(workers, queue.length) },
    () =>
      new Promise((resolve, reject) => {
        const worker = new Worker(new URL('./compile-worker.mjs', import.meta.url), { workerData: { files } });
        running.push(worker);
        let current;
        const feed = () => {
          current = queue[next++];
          if (current) worker.postMessage({ group: current.group, path: current.path });
          else worker.terminate().then(resolve);
        };
        worker.on('message', ({ bytes, errors }) => {
          if (errors) return reject(new Error(`libyang-wasm: cannot compile ${current.path}:\n${errors}`));
          onObject(current, bytes);
          feed();
        });
        worker.on('error', reject);
        feed();
      }),
  );
  return Promise.all(all).catch((error) => {
    for (const worker of running) worker.terminate();
    throw error;
  });
}

/** Everything a unit may include: headers, and for PCRE2 and the shim also sources that are not units themselves. */
function headerDigest(files, units, group) {
  const isUnit = new Set(units.map(({ path }) => path));
  const mayInclude = (path) => path.endsWith('.h') || (group !== 'libyang' && !isUnit.has(path));
  const counts = (path) => mayInclude(path) && headerFolders[group].some((folder) => path.startsWith(folder));
  return digest(
    Object.keys(files)
      .filter(counts)
      .sort()
      .flatMap((path) => [path, files[path]]),
  );
}

/** sha256 in hex over a list of texts, each with its length. */
export function digest(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}
