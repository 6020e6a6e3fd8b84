// Loads libyang: compiles the WebAssembly file and starts an instance.
import { readFile } from 'node:fs/promises';
import type { CompiledModule, Libyang } from './api.ts';
import { createContext } from './context.ts';
import { startInstance } from './instance.ts';

/**
 * Starts a libyang.
 * @param options `wasm`: bytes or a compiled module instead of the package's own file; a module can be sent to worker threads
 * @throws Error when the package's file was not built
 */
export async function loadLibyang(options: { wasm?: Uint8Array | CompiledModule } = {}): Promise<Libyang> {
  const wasm = options.wasm ?? (await readOwnFile());
  const module = wasm instanceof Uint8Array ? await WebAssembly.compile(wasm as Uint8Array<ArrayBuffer>) : wasm;
  const instance = await startInstance(module as WebAssembly.Module);
  return {
    version: instance.text(instance.call('lyw_version')),
    get memoryBytes() {
      return instance.memoryBytes();
    },
    createContext: (contextOptions) => createContext(instance, contextOptions),
  };
}

async function readOwnFile(): Promise<Uint8Array> {
  const url = new URL('./libyang.wasm', import.meta.url);
  try {
    return await readFile(url);
  } catch (cause) {
    throw new Error(`${url.pathname} is missing: run "npm run build" in the package libyang-wasm`, { cause });
  }
}
