// Builds what is missing or out of date: libyang as WebAssembly, its typed API, and the service; a second run costs next to nothing.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const quiet = process.argv.includes('--quiet');
const libyang = join(root, 'packages/libyang-wasm');

const { buildWasm } = await import(join(libyang, 'build/build.mjs'));
await buildWasm({ log: (line) => console.log(`libyang-wasm: ${line}`), quiet });

compile(
  'libyang-wasm',
  libyang,
  ['tsconfig.json', 'tsconfig.test.json'],
  ['src', 'test'],
  ['dist-test'],
  'dist/.compiled',
);
compile(
  'edgeconf',
  root,
  ['tsconfig.json'],
  ['src', 'adapters', 'demo', 'test', 'bench', 'interop', 'fuzz', 'attacks'],
  ['dist'],
  'dist/.compiled',
);

/** Runs tsc when a source is newer, gone or new since the last time; stale output is removed first. */
function compile(name, folder, projects, sources, outputs, stampFile) {
  const stamp = fingerprint(folder, [...projects, ...sources]);
  const file = join(folder, stampFile);
  if (existsSync(file) && readFileSync(file, 'utf8') === stamp) return;
  if (!quiet || !existsSync(file)) console.log(`${name}: compiling`);
  for (const output of outputs) rmSync(join(folder, output), { recursive: true, force: true });
  rmSync(file, { force: true });
  const tsc = createRequire(join(root, 'package.json')).resolve('typescript/package.json');
  for (const project of projects) {
    const run = spawnSync(process.execPath, [join(dirname(tsc), 'bin/tsc'), '-p', join(folder, project)], {
      stdio: 'inherit',
    });
    if (run.status !== 0) {
      console.error(`${name}: the type check failed; nothing was started`);
      process.exit(1);
    }
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stamp);
}

/** Changes whenever a file below appears, goes, or is written. */
function fingerprint(folder, entries) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const info = statSync(path, { throwIfNoEntry: false });
    if (info === undefined) return;
    if (info.isDirectory()) {
      for (const child of readdirSync(path).sort()) visit(join(path, child));
    } else {
      hash.update(`${relative(folder, path)} ${info.size} ${info.mtimeMs}\n`);
    }
  };
  for (const entry of entries) visit(join(folder, entry));
  return hash.digest('hex');
}
