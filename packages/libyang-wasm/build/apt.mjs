// Fetches the distribution's signed source packages with apt-get, as any user, leaving the system's configuration alone.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archives, sourcePackages, suites } from './pins.mjs';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const timeoutMs = 180_000;

/**
 * Fetches source packages until `have(archive)` says that nothing is missing.
 * @param {{ missing: () => string[], offer: (name: string, bytes: Buffer) => void, log: (line: string) => void }} options
 * @returns {Promise<string | undefined>} why it did not bring everything, or undefined
 */
export async function fetchFromApt({ missing, offer, log }) {
  if (spawnSync('apt-get', ['--version']).status !== 0) return 'apt-get is not on this machine';
  const bases = configuredBases();
  if (bases.length === 0) return 'apt-get has no package source configured';
  const folder = mkdtempSync(join(tmpdir(), 'libyang-wasm-apt-'));
  try {
    return await fetchInto(folder, bases, { missing, offer, log });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fetchInto(folder, bases, { missing, offer, log }) {
  const out = join(folder, 'out');
  for (const part of ['lists/partial', 'cache/archives/partial', 'out', 'state']) {
    mkdirSync(join(folder, part), { recursive: true, mode: 0o755 });
  }
  const list = join(folder, 'sources.list');
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
  const lines = bases.flatMap((base) =>
    (/security/.test(base) ? suites.security : suites.archive).map((suite) => `deb-src ${signed}${base} ${suite} main`),
  );
  writeFileSync(list, `${lines.join('\n')}\n`);
  const options = [
    ['Dir::Etc::sourcelist', list],
    ['Dir::Etc::sourceparts', '-'],
    ['Dir::State::lists', join(folder, 'lists')],
    ['Dir::Cache', join(folder, 'cache')],
    ['Acquire::http::Timeout', '20'],
    ['Acquire::https::Timeout', '20'],
    ['Acquire::Retries', '1'],
    ['Acquire::Languages', 'none'],
    ['Debug::NoLocking', 'true'],
    ...(process.getuid?.() === 0 ? [['APT::Sandbox::User', 'root']] : []),
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);

  log("reading the index of the distribution's source packages");
  const update = await run('apt-get', [...options, 'update'], out);
  const faults = [];
  for (const { archive, packages } of sourcePackages) {
    for (const spec of packages) {
      if (!missing().includes(archive)) break;
      log(`fetching source package ${spec}`);
      const got = await run('apt-get', [...options, 'source', '--download-only', spec], out);
      for (const name of readdirSync(out)) offer(name, readFileSync(join(out, name)));
      if (got.code !== 0) faults.push(`${spec}: ${lastError(got.text)}`);
    }
  }
  if (missing().length > 0) await fetchFromPools(bases, { missing, offer, log });
  if (missing().length === 0) return undefined;
  if (update.code !== 0) faults.unshift(lastError(update.text));
  return faults.join('; ') || 'the packages do not hold the pinned files';
}

/**
 * A mirror's index may name a package of which one file is gone while the others, or those of another version, are still in
 * its pool. The pins tell what is right, so plain requests for the single files are as safe.
 */
async function fetchFromPools(bases, { missing, offer, log }) {
  for (const id of missing()) {
    for (const { name } of archives[id].files) {
      for (const base of missing().includes(id) ? bases : []) {
        const source = name.split('_')[0];
        const pool = /security/.test(base) ? 'pool/updates/main' : 'pool/main';
        const url = new URL(`${pool}/${source[0]}/${source}/${name.replaceAll('~', '%7e')}`, base);
        try {
          const response = await fetch(url, { signal: AbortSignal.timeout(20_000) });
          if (response.ok) offer(name, Buffer.from(await response.arrayBuffer()));
          if (!missing().includes(id)) log(`fetched ${name} by itself`);
        } catch {
          // The next place may have it; what is missing in the end is told.
        }
      }
    }
  }
}

function configuredBases() {
  const targets = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI)'], { encoding: 'utf8' });
  const uris = new Set((targets.stdout ?? '').split('\n').filter((line) => /^https?:\/\//.test(line)));
  return [...uris].filter((uri) => /debian/i.test(uri));
}

function lastError(text) {
  const lines = text.split('\n').filter((line) => /^[EW]:/.test(line));
  return (lines.find((line) => line.startsWith('E:')) ?? lines[0] ?? text.trim().split('\n').at(-1) ?? '').slice(
    0,
    300,
  );
}

function run(command, args, cwd) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    let text = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => (text += chunk));
    child.on('error', (error) => resolve({ code: 1, text: error.message }));
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, text });
    });
  });
}
