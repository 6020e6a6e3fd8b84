// Stands in for WASI: libyang imports some calls and needs none but the clock, so that nothing outside is reachable.

const errnoSuccess = 0;
const errnoBadDescriptor = 8;
const errnoNotSupported = 52;

/** Import object for a module: the clock works, there are no files, no environment, no arguments; all else is refused. */
export function wasiStub(module: WebAssembly.Module, memory: () => WebAssembly.Memory): WebAssembly.Imports {
  const known: Record<string, WebAssembly.ImportValue> = {
    clock_time_get: (_clock: number, _precision: bigint, result: number) => {
      new DataView(memory().buffer).setBigUint64(result, BigInt(Date.now()) * 1_000_000n, true);
      return errnoSuccess;
    },
    environ_get: () => errnoSuccess,
    environ_sizes_get: (count: number, bytes: number) => {
      const view = new DataView(memory().buffer);
      view.setUint32(count, 0, true);
      view.setUint32(bytes, 0, true);
      return errnoSuccess;
    },
    fd_prestat_get: () => errnoBadDescriptor,
    proc_exit: (code: number) => {
      throw new WebAssembly.RuntimeError(`exit ${code}`);
    },
  };
  const imports: WebAssembly.Imports = {};
  for (const { module: space, name } of WebAssembly.Module.imports(module)) {
    imports[space] ??= {};
    imports[space][name] = known[name] ?? (() => errnoNotSupported);
  }
  return imports;
}
