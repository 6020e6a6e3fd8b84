// Compiler and linker arguments: part of every cache key.

const shared = [
  '--target=wasm32-wasip1',
  '-O2',
  '-std=gnu11',
  '-DNDEBUG',
  '-fvisibility=hidden',
  '-ffunction-sections',
  '-fdata-sections',
  '-Wno-everything',
];

const libyang = [
  '-DSTATIC',
  '-D_GNU_SOURCE',
  '-D_WASI_EMULATED_MMAN',
  '-Ilibyang/gen',
  '-Ilibyang/src',
  '-Ilibyang/src/plugins_exts',
  '-Ilibyang',
  '-Ipcre2/gen',
];

/** Flags for `clang -c` by group of units. */
export const compileFlags = {
  libyang: [...shared, ...libyang],
  pcre2: [...shared, '-DHAVE_CONFIG_H', '-DPCRE2_CODE_UNIT_WIDTH=8', '-DPCRE2_STATIC', '-Ipcre2/gen', '-Ipcre2/src'],
  shim: [...shared.filter((flag) => flag !== '-Wno-everything'), '-Wall', '-Wextra', '-Werror', ...libyang, '-Ic'],
};

/** Folders whose headers a unit of the group may include. */
export const headerFolders = {
  libyang: ['libyang/', 'pcre2/gen/'],
  pcre2: ['pcre2/'],
  shim: ['libyang/', 'pcre2/gen/', 'c/'],
};

const lib = '/usr/lib/wasm32-wasip1';

/** Arguments for wasm-ld around the sorted object names. The long-double printer must come before libc. */
export function linkArgs(objects) {
  return [
    '-o',
    'libyang.wasm',
    `${lib}/crt1-reactor.o`,
    '--entry',
    '_initialize',
    '-z',
    'stack-size=1048576',
    '--stack-first',
    '--gc-sections',
    '--strip-all',
    ...objects,
    `-L${lib}`,
    '-lc-printscan-long-double',
    '-lc',
    '-lm',
    '/usr/lib/wasm32-unknown-wasip1/libclang_rt.builtins.a',
  ];
}
