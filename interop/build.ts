// Gets third-party gNMI clients from their package registries and builds them into a cache folder outside the repository.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/package-root.ts';

const cache = join(homedir(), '.cache', 'edgeconf-interop');

/** Where a client's commands are, or why there are none. */
export type Built = { readonly folder: string } | { readonly missing: string };

export const gnmicVersion = 'v0.47.0';

/** Commands by package, and flags of the build; the go.mod that fixes the version is in `interop/go/<name>`. */
export function buildGo(name: string, packages: readonly string[]): Promise<Built> {
  return cached(name, async (folder) => {
    await cp(join(packageRoot, 'interop/go', name), folder, { recursive: true });
    await mkdir(join(folder, 'bin'));
    const flags = packages.filter((one) => one.startsWith('-'));
    for (const one of packages.filter((one) => !one.startsWith('-'))) {
      await command(folder, 'go', ['build', ...flags, '-o', 'bin/', one], { GOFLAGS: '-mod=mod' });
    }
  });
}

/**
 * gnmic. Its release is built from its own repository with parts that were never published as modules; here the published
 * ones stand in for them, with the few functions added (`bridge.go in the folders of interop/go/gnmic`) that only its services use.
 */
export function buildGnmic(): Promise<Built> {
  return cached(`gnmic-${gnmicVersion}`, async (folder) => {
    const from = join(packageRoot, 'interop/go/gnmic');
    for (const [module, bridged] of [
      ['api@v0.1.11', ['server', 'target', 'types']],
      ['cache@v0.1.3', ['cache']],
    ] as const) {
      const [name = ''] = module.split('@');
      const told = await command(folder, 'go', [
        'mod',
        'download',
        '-json',
        `github.com/openconfig/gnmic/pkg/${module}`,
      ]);
      await cp((JSON.parse(told) as { Dir: string }).Dir, join(folder, name), { recursive: true });
      await command(folder, 'chmod', ['-R', 'u+w', name]);
      for (const part of bridged) {
        const into = part === 'cache' ? join(folder, name) : join(folder, name, part);
        await cp(join(from, part, 'bridge.go'), join(into, 'bridge.go'));
      }
    }
    for (const file of ['cache/options.go', 'api/server/server.go']) {
      const text = await readFile(join(folder, file), 'utf8');
      const open = text.replace(
        /WithLogger\((\w+) \*log\.Logger\)(.*)\{\n/,
        'WithLogger(given any)$2{\n\t$1 := asLogger(given)\n',
      );
      await writeFile(join(folder, file), open.replace(/^import "log"$/m, ''));
    }
    for (const file of ['go.mod', 'tools.go']) await cp(join(from, file), join(folder, file));
    await mkdir(join(folder, 'bin'));
    await command(folder, 'go', ['build', '-o', 'bin/', 'github.com/openconfig/gnmic'], { GOFLAGS: '-mod=mod' });
  });
}

/** A Python environment with pygnmi. */
export function buildPygnmi(): Promise<Built> {
  return cached('pygnmi-0.8.15', async (folder) => {
    await command(folder, 'python3', ['-m', 'venv', '.']);
    await command(folder, 'bin/python', ['-m', 'pip', 'install', '--quiet', 'pygnmi==0.8.15']);
  });
}

/** Runs `build` in a new folder unless that was done before; a build that fails leaves nothing behind. */
async function cached(name: string, build: (folder: string) => Promise<void>): Promise<Built> {
  const folder = join(cache, name);
  const done = join(folder, '.built');
  try {
    await readFile(done);
    return { folder: join(folder, 'bin') };
  } catch {
    await removed(folder);
    await mkdir(folder, { recursive: true });
  }
  console.log(`building ${name} in ${folder}; this may take minutes`);
  try {
    await build(folder);
    await writeFile(done, '');
    return { folder: join(folder, 'bin') };
  } catch (error) {
    await removed(folder);
    return { missing: (error as Error).message };
  }
}

async function removed(folder: string): Promise<void> {
  const entries = await readdir(folder).catch(() => []);
  if (entries.length > 0) await chmod(folder, 0o700);
  await rm(folder, { recursive: true, force: true });
}

async function command(
  cwd: string,
  name: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const settings = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const child = spawn('env', [...settings, name.includes('/') ? join(cwd, name) : name, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = await Promise.race([
    once(child, 'close'),
    once(child, 'error').then(([error]) => Promise.reject(error)),
  ]);
  if (code !== 0) throw new Error(`${name} ${args.join(' ')}: ${(err || out).trim().split('\n').slice(-2).join(' ')}`);
  return out;
}
