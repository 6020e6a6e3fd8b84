// Links objects to the WebAssembly reactor; the same objects give the same bytes.
import { runLLVM } from '@yowasp/clang';
import { linkArgs } from './flags.mjs';
import { lookUp } from './tree.mjs';

/** @param {Record<string, Uint8Array>} objects */
export async function linkObjects(objects) {
  const text = [];
  const capture = (bytes) => bytes && text.push(Buffer.from(bytes).toString('utf8'));
  try {
    const names = Object.keys(objects).sort();
    const sorted = Object.fromEntries(names.map((name) => [name, objects[name]]));
    const result = await runLLVM(['wasm-ld', ...linkArgs(names)], sorted, {
      stdout: capture,
      stderr: capture,
      fetchProgress: () => {},
    });
    return lookUp(result, 'libyang.wasm');
  } catch (error) {
    throw new Error(`libyang-wasm: cannot link:\n${text.join('')}${error.message}`);
  }
}
