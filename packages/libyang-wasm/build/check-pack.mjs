// Before packing: the tarball must carry the built file, the API, and the notices of everything inside.
import { existsSync } from 'node:fs';

const wanted = ['dist/libyang.wasm', 'dist/index.js', 'dist/index.d.ts', 'dist/LICENSE.libyang', 'dist/LICENSE.pcre2'];
const missing = wanted.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)));
if (missing.length > 0) {
  console.error(`libyang-wasm: not fit to be packed, missing ${missing.join(', ')}`);
  console.error('A libyang.wasm given by LIBYANG_WASM_FILE brings no notices: build it from source instead.');
  process.exitCode = 1;
}
