// Makes dist/libyang.wasm, from the first of: a given file, the cache, source archives (given, distribution, upstream).
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { cacheFolder, readResult, resultKey, writeResult } from './cache.mjs';
import { libyangVersion, pcre2Version } from './pins.mjs';

const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(packageFolder, 'dist');
const infoName = 'libyang.wasm.json';

/**
 * Builds or copies dist/libyang.wasm and its notices if they are not current.
 * @param {{ log?: (line: string) => void, env?: Record<string, string | undefined> }} [options]
 * @returns {Promise<{ path: string, origin: 'current' | 'file' | 'cache' | 'built', bytes: number }>}
 * @throws Error whose message says what is missing, what was tried and what to do
 */
export async function buildWasm({ log = () => {}, env = process.env } = {}) {
  const startedMs = Date.now();
  const path = join(dist, 'libyang.wasm');
  if (env.LIBYANG_WASM_FILE) return useFile(env.LIBYANG_WASM_FILE, path, log);

  const shim = readShim();
  const key = resultKey(packageFolder, shim);
  const info = readInfo();
  if (existsSync(path) && info?.key === key) return { path, origin: 'current', bytes: info.bytes };

  const cache = cacheFolder(env);
  const cached = readResult(cache, key);
  if (cached) {
    install(cached);
    log(`libyang.wasm taken from the cache ${cache}`);
    warnUnpatched(JSON.parse(cached[infoName].toString()), log);
    return { path, origin: 'cache', bytes: cached['libyang.wasm'].length };
  }

  const files = await make({ shim, key, cache, archivesFolder: env.LIBYANG_WASM_ARCHIVES, startedMs, log });
  writeResult(cache, key, files);
  install(files);
  return { path, origin: 'built', bytes: files['libyang.wasm'].length };
}

async function make({ shim, key, cache, archivesFolder, startedMs, log }) {
  const { findArchives } = await import('./sources.mjs');
  const { prepareFiles } = await import('./prepare.mjs');
  const { decompress, untar } = await import('./unpack.mjs');
  const found = await findArchives({ cacheFolder: cache, archivesFolder, log });
  const unpack = async ({ name, bytes }) => untar(await decompress(name, bytes));
  const { files, units, notices } = prepareFiles({
    libyang: await unpack(found.libyang),
    pcre2: await unpack(found.pcre2),
    pcre2Diff: found.pcre2Fixes && (await decompress(found.pcre2Fixes.name, found.pcre2Fixes.bytes)).toString('latin1'),
    shim,
  });
  const { compileUnits } = await loadCompiler();
  const { linkObjects } = await import('./link.mjs');
  const objects = await compileUnits({ files, units, cacheFolder: cache, log });
  log('linking');
  const wasm = await linkObjects(objects);
  const info = {
    key,
    libyang: libyangVersion,
    pcre2: pcre2Version,
    pcre2Fixes: found.pcre2Fixes?.name ?? null,
    bytes: wasm.length,
    sha256: createHash('sha256').update(wasm).digest('hex'),
  };
  warnUnpatched(info, log);
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  log(`libyang.wasm: ${wasm.length} bytes, ${gzipSync(wasm).length} gzipped, ${seconds} s`);
  return { 'libyang.wasm': wasm, [infoName]: `${JSON.stringify(info, null, 2)}\n`, ...notices };
}

async function loadCompiler() {
  try {
    await import('@yowasp/clang');
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(
      'libyang-wasm: the compiler @yowasp/clang is not installed; run npm install (with devDependencies)',
    );
  }
  return import('./compile.mjs');
}

function readShim() {
  const folder = join(packageFolder, 'c');
  const names = readdirSync(folder)
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

function readInfo() {
  try {
    return JSON.parse(readFileSync(join(dist, infoName), 'utf8'));
  } catch {
    return undefined;
  }
}

function useFile(file, path, log) {
  if (!existsSync(file)) throw new Error(`libyang-wasm: LIBYANG_WASM_FILE names ${file}, which does not exist`);
  const wasm = readFileSync(file);
  if (!WebAssembly.validate(wasm))
    throw new Error(`libyang-wasm: LIBYANG_WASM_FILE names ${file}, which is not WebAssembly`);
  const sha256 = createHash('sha256').update(wasm).digest('hex');
  if (readInfo()?.sha256 === sha256 && existsSync(path)) return { path, origin: 'current', bytes: wasm.length };
  install({ 'libyang.wasm': wasm, [infoName]: `${JSON.stringify({ file, bytes: wasm.length, sha256 }, null, 2)}\n` });
  log(`libyang.wasm taken from ${file}`);
  return { path, origin: 'file', bytes: wasm.length };
}

function install(files) {
  mkdirSync(dist, { recursive: true });
  // The facts come last: they are what says that the rest is complete.
  const names = Object.keys(files).sort((a, b) => Number(a === infoName) - Number(b === infoName));
  for (const name of names) {
    const temporary = join(dist, `${name}.${process.pid}`);
    writeFileSync(temporary, files[name]);
    renameSync(temporary, join(dist, name));
  }
}

function warnUnpatched(info, log) {
  if (info.pcre2Fixes) return;
  log(`warning: PCRE2 ${pcre2Version} was built without the distribution's security fixes, which could not be had`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const { origin, path } = await buildWasm({ log: (line) => console.log(line) });
    if (origin === 'current') console.log(`${path} is current`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
