// The build script's parts that need no compiler: the patch applier, the archive reader, the order of sources, its messages.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const buildFolder = new URL('../build/', import.meta.url);
const load = async <T>(name: string): Promise<T> => (await import(new URL(name, buildFolder).href)) as T;

interface Patch {
  applyPatch(files: Map<string, Uint8Array>, diff: string, wanted: (path: string) => boolean): string[];
}
interface Unpack {
  untar(bytes: Uint8Array): Map<string, Uint8Array>;
  decompress(name: string, bytes: Uint8Array): Promise<Uint8Array>;
  decodeXz(bytes: Uint8Array): Promise<Uint8Array>;
}
interface Build {
  buildWasm(options: {
    env: Record<string, string>;
    log?: (line: string) => void;
  }): Promise<{ origin: string; bytes: number }>;
}
interface Sources {
  findArchives(options: {
    cacheFolder: string;
    archivesFolder: string;
    log: (line: string) => void;
    remote: boolean;
  }): Promise<Record<string, unknown>>;
}

/** A tar header and body, as the ustar format has them. */
function tarFile(name: string, text: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(`${text.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('0', 156);
  header.write('ustar', 257);
  const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
  body.write(text);
  return Buffer.concat([header, body]);
}

describe('the patch applier', () => {
  const diff = [
    '--- a/src/x.c',
    '+++ b/src/x.c',
    '@@ -2,3 +2,3 @@',
    ' two',
    '-three',
    '+THREE',
    ' four',
    '@@ -6 +6,2 @@',
    ' six',
    '+seven',
    '',
  ].join('\n');
  const files = (text: string) => new Map([['src/x.c', Buffer.from(text) as Uint8Array]]);

  it('applies hunks at their place', async () => {
    const { applyPatch } = await load<Patch>('patch.mjs');
    const tree = files('one\ntwo\nthree\nfour\nfive\nsix\n');
    assert.deepEqual(
      applyPatch(tree, diff, () => true),
      ['src/x.c'],
    );
    assert.equal(Buffer.from(tree.get('src/x.c') ?? []).toString(), 'one\ntwo\nTHREE\nfour\nfive\nsix\nseven\n');
  });

  it('refuses context that does not match, and names the place', async () => {
    const { applyPatch } = await load<Patch>('patch.mjs');
    assert.throws(() => applyPatch(files('one\ntwo\n3\nfour\nfive\nsix\n'), diff, () => true), /src\/x\.c at line 3/);
    assert.throws(() => applyPatch(new Map(), diff, () => true), /which the archive does not hold/);
    assert.throws(
      () => applyPatch(files('one\n'), diff.split('\n').slice(0, 5).join('\n'), () => true),
      /middle of a hunk/,
    );
  });

  it('skips files that are not wanted', async () => {
    const { applyPatch } = await load<Patch>('patch.mjs');
    assert.deepEqual(
      applyPatch(new Map(), diff, () => false),
      [],
    );
  });
});

describe('the archive reader', () => {
  it('reads files without the top folder, from gzip too', async () => {
    const { untar, decompress } = await load<Unpack>('unpack.mjs');
    const tar = Buffer.concat([
      tarFile('top/a.c', 'text'),
      tarFile('top/sub/b.h', 'x'.repeat(600)),
      Buffer.alloc(1024),
    ]);
    const files = untar(await decompress('a.tar.gz', gzipSync(tar)));
    assert.deepEqual([...files.keys()], ['a.c', 'sub/b.h']);
    assert.equal(files.get('sub/b.h')?.length, 600);
    assert.throws(() => untar(Buffer.alloc(1024)), /holds no files/);
  });

  it('has a decoder for xz where the system has none', async () => {
    const { decodeXz } = await load<Unpack>('unpack.mjs');
    const packed = '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAFaGVsbG8KAAAApWCX8ZT2/eAAAR4GwS+kHR+2830BAAAAAARZWg==';
    assert.equal(Buffer.from(await decodeXz(Buffer.from(packed, 'base64'))).toString(), 'hello\n');
  });
});

describe('the build', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'libyang-wasm-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is current after a build, and then does nothing', async () => {
    const { buildWasm } = await load<Build>('build.mjs');
    const lines: string[] = [];
    const info = JSON.parse(readFileSync(new URL('../dist/libyang.wasm.json', import.meta.url), 'utf8')) as {
      key?: string;
    };
    if (info.key === undefined) return; // a given file says nothing about sources
    const { origin, bytes } = await buildWasm({ env: { LIBYANG_WASM_CACHE: folder }, log: (line) => lines.push(line) });
    assert.deepEqual([origin, lines], ['current', []]);
    assert(bytes > 1_000_000);
  });

  it('refuses a given file that does not exist or is no WebAssembly', async () => {
    const { buildWasm } = await load<Build>('build.mjs');
    const file = join(folder, 'x.wasm');
    await assert.rejects(buildWasm({ env: { LIBYANG_WASM_FILE: file } }), /does not exist/);
    writeFileSync(file, 'text');
    await assert.rejects(buildWasm({ env: { LIBYANG_WASM_FILE: file } }), /is not WebAssembly/);
  });

  it('says what is missing, what was tried, and what to do, and takes no archive with another sha256', async () => {
    const { findArchives } = await load<Sources>('sources.mjs');
    writeFileSync(join(folder, 'pcre2_10.46.orig.tar.gz'), gzipSync('not it'));
    const search = findArchives({
      cacheFolder: join(folder, 'cache'),
      archivesFolder: folder,
      log: () => {},
      remote: false,
    });
    await assert.rejects(search, (error: Error) => {
      assert.match(
        error.message,
        /missing source archives: libyang_3\.12\.2\.orig\.tar\.xz or .*pcre2_10\.46\.orig\.tar\.gz/,
      );
      assert.match(
        error.message,
        /tried, in this order:\n {2}- LIBYANG_WASM_ARCHIVES=.*pcre2_10\.46\.orig\.tar\.gz has another sha256/,
      );
      assert.match(error.message, /What to do/);
      return true;
    });
  });
});
