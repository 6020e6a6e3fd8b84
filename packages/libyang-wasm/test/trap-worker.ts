// Worker of the trap test: traps one instance, then goes on with another.
import { parentPort, workerData } from 'node:worker_threads';
import { loadLibyang } from 'libyang-wasm';

const { sources, bomb } = workerData as { sources: Record<string, string>; bomb: string };
let error = '';
try {
  (await loadLibyang())
    .createContext({ sources, implement: ['m'] })
    .createTree()
    .load(bomb);
} catch (caught) {
  error = (caught as Error).name;
}
const tree = (await loadLibyang()).createContext({ sources, implement: ['m'] }).createTree();
tree.load('{"m:top":"alive"}');
parentPort?.postMessage({ error, printed: tree.print() });
