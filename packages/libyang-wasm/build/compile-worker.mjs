// Worker thread: compiles one unit per message with the compiler's cc1 over an in-memory file tree.
import { parentPort, workerData } from 'node:worker_threads';
import { runLLVM } from '@yowasp/clang';
import { compileFlags } from './flags.mjs';
import { lookUp, toTree } from './tree.mjs';

const tree = toTree(workerData.files);
const placeholder = 'placeholder.c';
const cc1 = new Map();

parentPort.on('message', async ({ group, path }) => {
  const text = [];
  const capture = (bytes) => bytes && text.push(Buffer.from(bytes).toString('utf8'));
  try {
    const args = (await cc1Args(group)).map((arg) =>
      arg === placeholder ? path : arg === 'placeholder.o' ? 'unit.o' : arg,
    );
    const result = await runLLVM(args, tree, { stdout: capture, stderr: capture, fetchProgress: () => {} });
    parentPort.postMessage({ bytes: lookUp(result, 'unit.o') });
  } catch (error) {
    parentPort.postMessage({ errors: `${text.join('')}${error.message}` });
  }
});

/** The driver is asked once per group; it only prints what it would run. */
async function cc1Args(group) {
  const known = cc1.get(group);
  if (known) return known;
  let text = '';
  const capture = (bytes) => {
    if (bytes) text += Buffer.from(bytes).toString('utf8');
  };
  await runLLVM(
    ['clang', '-###', '-c', ...compileFlags[group], placeholder, '-o', 'placeholder.o'],
    { [placeholder]: '' },
    {
      stdout: capture,
      stderr: capture,
      fetchProgress: () => {},
    },
  );
  const line = text.split('\n').find((one) => one.includes('"-cc1"'));
  if (!line) throw new Error(`the compiler's driver said:\n${text}`);
  const args = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1].replace(/\\(["\\$])/g, '$1'));
  if (args[0] === '') args.shift();
  cc1.set(group, args);
  return args;
}
