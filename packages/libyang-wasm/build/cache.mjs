// Where built files are kept between installs, and the key that says whether one is current.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { digest } from './compile.mjs';
import { compilerVersion } from './pins.mjs';

/** Files of the recipe whose text decides about the result. */
const recipe = ['pins.mjs', 'flags.mjs', 'prepare.mjs', 'patch.mjs', 'link.mjs', 'compile-worker.mjs'];

/** LIBYANG_WASM_CACHE, else libyang-wasm in the user's cache folder. */
export function cacheFolder(env) {
  return env.LIBYANG_WASM_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'libyang-wasm');
}

/** Key over pins, recipe, shim and compiler. */
export function resultKey(packageFolder, shim) {
  const texts = recipe.map((name) => readFileSync(join(packageFolder, 'build', name), 'utf8'));
  return digest([compilerVersion, ...texts, ...Object.entries(shim).flat()]);
}

/** The built file with its facts and notices, or undefined. */
export function readResult(folder, key) {
  const at = join(folder, 'results', key);
  if (!existsSync(join(at, 'libyang.wasm'))) return undefined;
  return Object.fromEntries(readdirSync(at).map((name) => [name, readFileSync(join(at, name))]));
}

/** Keeps a result; a half-written one is never seen. */
export function writeResult(folder, key, files) {
  const at = join(folder, 'results', key);
  const temporary = `${at}.${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(temporary, name), bytes);
  rmSync(at, { recursive: true, force: true });
  renameSync(temporary, at);
}
