// Turns the archives into the files the compiler sees: generated headers, small source edits, and the list of units.
import { createHash } from 'node:crypto';
import { applyPatch } from './patch.mjs';
import { libyangVersion, pcre2Version } from './pins.mjs';

const utf8 = (bytes) => Buffer.from(bytes).toString('utf8');

/** What wasi-libc has of the functions that libyang can replace. */
const present = new Set(
  `VDPRINTF ASPRINTF VASPRINTF GETLINE STRNDUP STRDUPA STRCHRNUL TM_GMTOFF LOCALTIME_R GMTIME_R TIMEGM STRPTIME DIRNAME
   STRCASECMP SETENV STDATOMIC REALPATH`.split(/\s+/),
);

/** PCRE2's settings: Unicode, no JIT; the match limit bounds one pattern to about a tenth of a second. */
const pcre2Config = `
#define SUPPORT_UNICODE 1
#define PCRE2_STATIC 1
#define HAVE_ASSERT_H 1
#define HAVE_BUILTIN_ASSUME 1
#define HAVE_BUILTIN_MUL_OVERFLOW 1
#define HAVE_BUILTIN_UNREACHABLE 1
#define HAVE_DIRENT_H 1
#define HAVE_INTTYPES_H 1
#define HAVE_LIMITS_H 1
#define HAVE_MEMMOVE 1
#define HAVE_STDINT_H 1
#define HAVE_STDIO_H 1
#define HAVE_STDLIB_H 1
#define HAVE_STRERROR 1
#define HAVE_STRING_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_UNISTD_H 1
#define MATCH_LIMIT 1000000
#define HEAP_LIMIT 65536
`;

/**
 * @param {Map<string, Uint8Array>} libyang files of the libyang archive
 * @param {Map<string, Uint8Array>} pcre2 files of the PCRE2 archive
 * @param {string | undefined} pcre2Diff the distribution's fixes
 * @param {Record<string, string>} shim our own C files by name
 * @returns {{ files: Record<string, string>, units: { path: string, group: string }[], notices: Record<string, string> }}
 */
export function prepareFiles({ libyang, pcre2, pcre2Diff, shim }) {
  const files = {};
  const units = [];
  prepareLibyang(libyang, files, units);
  preparePcre2(pcre2, pcre2Diff, files, units);
  for (const [name, text] of Object.entries(shim)) {
    files[`c/${name}`] = text;
    if (name.endsWith('.c')) units.push({ path: `c/${name}`, group: 'shim' });
  }
  return {
    files,
    units,
    notices: { 'LICENSE.libyang': utf8(libyang.get('LICENSE')), 'LICENSE.pcre2': utf8(pcre2.get('LICENCE.md')) },
  };
}

/** Digest over the libyang files that are used, whatever way they were packed. */
export function libyangTreeDigest(files) {
  const hash = createHash('sha256');
  for (const path of [...files.keys()].filter(usedFromLibyang).sort()) {
    hash.update(`${createHash('sha256').update(files.get(path)).digest('hex')}  ${path}\n`);
  }
  return hash.digest('hex');
}

const usedFromLibyang = (path) =>
  /^(src\/.*\.(c|h|h\.in)|models\/.*\.h|compat\/compat\.[ch].*|CMakeLists\.txt|LICENSE)$/.test(path);

function prepareLibyang(libyang, files, units) {
  for (const [path, bytes] of libyang) {
    if (/^(src\/.*\.[ch]|models\/.*\.h|compat\/compat\.c)$/.test(path)) files[`libyang/${path}`] = utf8(bytes);
  }
  const cmake = utf8(libyang.get('CMakeLists.txt'));
  const values = Object.fromEntries(
    [...cmake.matchAll(/^set\((LIBYANG_\w+VERSION) (\d+)\)/gm)].map((m) => [m[1], m[2]]),
  );
  const join = (kind) => ['MAJOR', 'MINOR', 'MICRO'].map((part) => values[`LIBYANG_${part}_${kind}`]).join('.');
  Object.assign(values, {
    LIBYANG_VERSION: join('VERSION'),
    LIBYANG_SOVERSION_FULL: join('SOVERSION'),
    LYD_VALUE_SIZE: '24',
    CMAKE_SHARED_MODULE_SUFFIX: '.so',
    PLUGINS_DIR_TYPES: '/',
    PLUGINS_DIR_EXTENSIONS: '/',
  });
  if (values.LIBYANG_VERSION !== libyangVersion)
    throw new Error(`expected libyang ${libyangVersion}, found ${values.LIBYANG_VERSION}`);
  for (const [template, name] of [
    ['src/ly_config.h.in', 'ly_config.h'],
    ['src/version.h.in', 'version.h'],
    ['compat/compat.h.in', 'compat.h'],
  ]) {
    files[`libyang/gen/${name}`] = utf8(libyang.get(template))
      .replace(/@(\w+)@/g, (_, key) => {
        if (values[key] === undefined) throw new Error(`${template} wants ${key}, which CMakeLists.txt does not set`);
        return values[key];
      })
      .replace(/^#cmakedefine (\w+)$/gm, (_, key) =>
        present.has(key.replace(/^HAVE_/, '')) ? `#define ${key}` : `/* no ${key} */`,
      );
  }
  // The compiler's file system does not resolve "..".
  edit(files, 'libyang/src/context.c', '#include "../models/', '#include "models/');
  // A dangling instance-identifier must not hide the violations after it.
  edit(files, 'libyang/src/validation.c', macroBefore, macroAfter);
  // The shim replaces this function by its own, which writes to the journal.
  edit(
    files,
    'libyang/src/validation.c',
    'LY_ERR\nlyd_val_diff_add(const struct',
    'LY_ERR\nlyd_val_diff_add_unused(const struct',
  );
  // Data of two cases: name the instance in which they are.
  editFunction(files, 'libyang/src/validation.c', 'lyd_validate_cases(struct lyd_node **first', (text) =>
    text
      .replace('LOG_LOCSET(&choic->node, NULL)', 'LOG_LOCSET(&choic->node, lyd_parent(*first))')
      .replaceAll('LOG_LOCBACK(1, 0)', 'LOG_LOCBACK(1, lyd_parent(*first) ? 1 : 0)'),
  );
  // Identities print with their module everywhere, as they do in keys.
  edit(
    files,
    'libyang/src/printer_json.c',
    'LY_VALUE_JSON, (void *)local_mod, &dynamic',
    'LY_VALUE_JSON, NULL, &dynamic',
  );
  // What was parsed beside refused values is kept for validation, so that all violations are found at once.
  edit(files, 'libyang/src/tree_data.c', '    if (rc) {\n        if (parent) {\n            /* free all', keepPartial);
  const list = /set\(libsrc\s([^)]*)\)/
    .exec(cmake)[1]
    .replace(/\$\{type_plugins\}/, /set\(type_plugins\s([^)]*)\)/.exec(cmake)[1]);
  for (const path of [...list.trim().split(/\s+/), 'compat/compat.c']) {
    // The shim compiles validation.c, with hooks.
    if (path !== 'src/validation.c') units.push({ path: `libyang/${path}`, group: 'libyang' });
  }
}

const macroBefore = `#define LY_VAL_ERR_GOTO(r, err_cmd, val_opts, label) \\
        if (r) { \\
            err_cmd; \\
            if ((r != LY_EVALID) || !(val_opts & LYD_VALIDATE_MULTI_ERROR)) { \\`;
const macroAfter = macroBefore.replace('((r != LY_EVALID) ||', '(((r != LY_EVALID) && (r != LY_ENOTFOUND)) ||');

const keepPartial = `    extern int lyw_keep_partial;
    if (rc && !(lyw_keep_partial && (rc == LY_EVALID))) {
        if (parent) {
            /* free all`;

function preparePcre2(pcre2, diff, files, units) {
  const sources = new Set(
    [.../set\(\s*PCRE2_SOURCES\s([^)]*)\)/.exec(utf8(pcre2.get('CMakeLists.txt')))[1].matchAll(/src\/\w+\.c/g)].map(
      (m) => m[0],
    ),
  );
  // Sources include one another; without SUPPORT_JIT the JIT's files hold only entry points, which refuse.
  const wanted = (path) => /^src\/pcre2_\w+\.[ch]$/.test(path);
  if (diff !== undefined && applyPatch(pcre2, diff, wanted).length === 0)
    throw new Error('the PCRE2 patch changes nothing');
  for (const path of pcre2.keys()) if (wanted(path)) files[`pcre2/${path}`] = utf8(pcre2.get(path));
  const config = utf8(pcre2.get('src/config.h.generic'));
  if (!config.includes(`#define PACKAGE_VERSION "${pcre2Version}"`))
    throw new Error(`the PCRE2 archive is not ${pcre2Version}`);
  files['pcre2/gen/config.h'] = pcre2Config + config;
  files['pcre2/gen/pcre2.h'] = utf8(pcre2.get('src/pcre2.h.generic'));
  files['pcre2/src/pcre2_chartables.c'] = utf8(pcre2.get('src/pcre2_chartables.c.dist'));
  for (const path of [...sources, 'src/pcre2_chartables.c']) units.push({ path: `pcre2/${path}`, group: 'pcre2' });
}

function edit(files, path, before, after) {
  if (!files[path].includes(before)) throw new Error(`${path} is not as expected: it lacks ${JSON.stringify(before)}`);
  files[path] = files[path].replaceAll(before, after);
}

/** Edits one C function, from its name to the brace that closes it. */
function editFunction(files, path, start, change) {
  const from = files[path].indexOf(`\n${start}`);
  const to = files[path].indexOf('\n}\n', from);
  const text = files[path].slice(from, to);
  const changed = change(text);
  if (from < 0 || to < 0 || changed === text) throw new Error(`${path} is not as expected: cannot edit ${start}`);
  files[path] = files[path].slice(0, from) + changed + files[path].slice(to);
}
