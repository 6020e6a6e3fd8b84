// One WebAssembly instance: calls with traps turned into LibyangTrap, texts and bytes in and out of its memory.
import { LibyangTrap } from './errors.ts';
import { wasiStub } from './wasi.ts';

type Exported = (...args: number[]) => number;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A running instance; after a trap every call throws. */
export interface Instance {
  /** Calls an export. */
  call(name: string, ...args: number[]): number;
  /** Calls an export with packed input as (pointer, length) after the given handle, and frees the input. */
  callWith(name: string, handle: number, input: Uint8Array, ...rest: number[]): void;
  /** A copy in the instance's memory that ends in NUL; the callee or the caller frees it. */
  copyIn(text: string | Uint8Array): number;
  /** As `copyIn`, with the number of bytes before the NUL. */
  copyText(text: string): { pointer: number; length: number };
  free(pointer: number): void;
  /** The bytes of the last result, as a copy with a buffer of its own. */
  result(): Uint8Array<ArrayBuffer>;
  resultText(): string;
  /** A NUL-terminated text in memory. */
  text(pointer: number): string;
  memoryBytes(): number;
}

/** Instantiates a compiled module and runs its initialization. */
export async function startInstance(module: WebAssembly.Module): Promise<Instance> {
  const started: { memory?: WebAssembly.Memory } = {};
  const memory = (): WebAssembly.Memory => {
    if (!started.memory) throw new LibyangTrap(new Error('the memory is not there yet'));
    return started.memory;
  };
  const { exports } = await WebAssembly.instantiate(module, wasiStub(module, memory));
  started.memory = exports.memory as WebAssembly.Memory;
  let dead = false;

  const call = (name: string, ...args: number[]): number => {
    if (dead) throw new LibyangTrap();
    try {
      return (exports[name] as Exported)(...args);
    } catch (error) {
      // A trap, or a RangeError when the stack is used up: the memory may be half changed.
      dead = true;
      throw new LibyangTrap(error);
    }
  };
  const copyIn = (text: string | Uint8Array): number => {
    const bytes = typeof text === 'string' ? encoder.encode(text) : text;
    const pointer = call('lyw_alloc', bytes.length + 1) >>> 0;
    const view = new Uint8Array(memory().buffer, pointer, bytes.length + 1);
    view.set(bytes);
    view[bytes.length] = 0;
    return pointer;
  };
  const free = (pointer: number): void => {
    call('lyw_free', pointer);
  };
  const resultView = (): Uint8Array => {
    const length = call('lyw_out_len') >>> 0;
    return new Uint8Array(memory().buffer, length ? call('lyw_out_data') >>> 0 : 0, length);
  };
  call('_initialize');

  return {
    call,
    callWith(name, handle, input, ...rest) {
      const pointer = copyIn(input);
      call(name, handle, pointer, input.length, ...rest);
      free(pointer);
    },
    copyIn,
    copyText(text) {
      const bytes = encoder.encode(text);
      return { pointer: copyIn(bytes), length: bytes.length };
    },
    free,
    result() {
      const copy = resultView().slice();
      call('lyw_out_done');
      return copy as Uint8Array<ArrayBuffer>;
    },
    resultText() {
      const text = decoder.decode(resultView());
      call('lyw_out_done');
      return text;
    },
    text(pointer) {
      const bytes = new Uint8Array(memory().buffer);
      return decoder.decode(bytes.subarray(pointer, bytes.indexOf(0, pointer)));
    },
    memoryBytes: () => memory().buffer.byteLength,
  };
}
