// Finds the pinned source archives: cache, a folder given by the user, the distribution's source packages, upstream.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchFromApt } from './apt.mjs';
import { archives } from './pins.mjs';
import { libyangTreeDigest } from './prepare.mjs';
import { decompress, untar } from './unpack.mjs';

const upstreamTimeoutMs = 20_000;

/**
 * The bytes of every pinned archive, each verified by sha256; an optional one may be missing.
 * @param {{ cacheFolder: string, archivesFolder?: string, log: (line: string) => void, remote?: boolean }} options
 *   `remote: false` looks only into the folders
 * @returns {Promise<Record<string, { name: string, bytes: Buffer } | undefined>>}
 */
export async function findArchives({ cacheFolder, archivesFolder, log, remote = true }) {
  const folder = join(cacheFolder, 'archives');
  mkdirSync(folder, { recursive: true });
  const found = {};
  const tried = [];
  const missing = () => Object.keys(archives).filter((id) => !found[id]);

  const accept = async (name, bytes, keep) => {
    const id = await identify(name, bytes);
    if (!id || found[id]) return false;
    found[id] = { name, bytes };
    if (keep) store(join(folder, name), bytes);
    return true;
  };
  const acceptFolder = async (from, keep) => {
    for (const name of existsSync(from) ? readdirSync(from).sort().reverse() : []) {
      if (/\.(xz|gz)$/.test(name)) await accept(name, readFileSync(join(from, name)), keep);
    }
  };

  await acceptFolder(folder, false);
  if (missing().length > 0 && archivesFolder) {
    await acceptFolder(archivesFolder, true);
    if (missing().length > 0)
      tried.push(`LIBYANG_WASM_ARCHIVES=${archivesFolder}: ${describeFolder(archivesFolder, missing())}`);
  } else if (!archivesFolder) {
    tried.push('LIBYANG_WASM_ARCHIVES: not set');
  }
  if (missing().length > 0 && remote) {
    const offered = [];
    const seen = new Set();
    const offer = (name, bytes) => {
      const id = bySha256(bytes);
      if (seen.has(name) || !id) return;
      seen.add(name);
      offered.push({ name, bytes, id });
    };
    const lacking = () => missing().filter((id) => !offered.some((one) => one.id === id));
    const fault = await fetchFromApt({ missing: lacking, offer, log });
    for (const { name, bytes } of offered) await accept(name, bytes, true);
    if (fault) tried.push(`source packages: ${fault}`);
  }
  for (const id of missing()) {
    const { upstream } = archives[id];
    if (!upstream || !remote) continue;
    log(`fetching ${upstream.url}`);
    try {
      const response = await fetch(upstream.url, { signal: AbortSignal.timeout(upstreamTimeoutMs) });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const bytes = Buffer.from(await response.arrayBuffer());
      if (!(await accept(upstream.name, bytes, true))) throw new Error('its sha256 is not the pinned one');
    } catch (error) {
      tried.push(`${upstream.url}: ${error.cause?.code ?? error.message}`);
    }
  }
  const lost = missing().filter((id) => !archives[id].optional);
  if (lost.length > 0) throw new Error(explain(lost, tried));
  return found;
}

function bySha256(bytes) {
  const digest = createHash('sha256').update(bytes).digest('hex');
  return Object.keys(archives).find((id) => archives[id].files.some((file) => file.sha256 === digest));
}

async function identify(name, bytes) {
  const id = bySha256(bytes);
  if (id) return id;
  for (const [other, { files }] of Object.entries(archives)) {
    const pin = files.find((file) => file.treeSha256 && file.name === name);
    if (!pin) continue;
    try {
      if (libyangTreeDigest(untar(await decompress(name, bytes))) === pin.treeSha256) return other;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function store(path, bytes) {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, bytes);
  renameSync(temporary, path);
}

function describeFolder(folder, lacking) {
  const present = new Set(existsSync(folder) ? readdirSync(folder) : []);
  const wrong = lacking.flatMap((id) => archives[id].files.map(({ name }) => name)).filter((name) => present.has(name));
  if (wrong.length > 0) return `${wrong.join(', ')} has another sha256 than the pinned one`;
  return `there is no ${missingNames(lacking)}`;
}

function missingNames(ids) {
  return ids.map((id) => archives[id].files.map((file) => file.name).join(' or ')).join(', ');
}

function explain(lost, tried) {
  return [
    `libyang-wasm: missing source archives: ${missingNames(lost)}`,
    'tried, in this order:',
    ...tried.map((line) => `  - ${line}`),
    'What to do, any one of:',
    "  - give network access to the distribution's packages or to the upstream projects, and run this again",
    '  - put the archives named above into a folder and set LIBYANG_WASM_ARCHIVES to it',
    '  - set LIBYANG_WASM_FILE to a libyang.wasm that was built elsewhere',
  ].join('\n');
}
