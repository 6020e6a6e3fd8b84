// What the sd-core adapter makes of an intent, and what a simulated core makes of that.

import { coreAdapter } from '../../../adapters/sd-core/index.ts';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../../adapters/sd-core/simulator/simulator.ts';
import type {
  Device,
  DocumentRef,
  FoundDocument,
  IntentEdit,
  IntentNode,
  Json,
} from '../../../src/southbound/adapter.ts';
import { intentView, noReads } from '../../../src/southbound/intent/intent-view.ts';
import { plainly } from '../../../src/southbound/questions/because.ts';
import { snapshotOf } from '../../southbound/intent.ts';
import { aether } from '../../southbound/schemas.ts';
import type { Tree } from './arbitrary-intent.ts';

export function view(tree: Tree, target = 'acme'): IntentNode {
  return intentView(snapshotOf(target, aether, 1, tree), aether.root, noReads());
}

/** All documents of an intent on a core, in the order of the list: what others need comes first. */
export function documents(tree: Tree, device: Device, target = 'acme'): { ref: DocumentRef; body: Json }[] {
  const intent = view(tree, target);
  return intent
    .list('site')
    .flatMap((site) => [...coreAdapter.list(site, device)])
    .map((ref) => ({ ref, body: coreAdapter.render(intent, device, ref, plainly) }));
}

/** Runs work with a simulated core and a client of it. */
export async function withCore<T>(
  version: '2.0' | '2.1' | '3.0',
  work: (client: ReturnType<typeof coreAdapter.connect>, simulator: SdCoreSimulator) => Promise<T>,
  device?: Device,
): Promise<T> {
  const simulator = await startSdCoreSimulator({ version });
  const address = `${simulator.url}/config`;
  const client = coreAdapter.connect({ ...(device ?? anyDevice), address }, undefined);
  try {
    return await work(client, simulator);
  } finally {
    await client.close();
    await simulator.close();
  }
}

const anyDevice: Device = {
  name: 'd',
  kind: 'sd-core',
  address: '',
  endpoints: [],
  version: undefined,
  enabled: true,
  credentials: undefined,
  parameters: {},
};

/** Everything that the client lists, read. */
export async function foundOn(client: ReturnType<typeof coreAdapter.connect>): Promise<FoundDocument[]> {
  const signal = AbortSignal.timeout(20_000);
  const found: FoundDocument[] = [];
  for (const kind of coreAdapter.inverse?.alsoLists ?? []) {
    for (const id of (await client.list?.(kind, signal)) ?? []) found.push({ kind, id, body: null });
  }
  for (const kind of Object.keys(coreAdapter.documentKinds)) {
    for (const id of (await client.list?.(kind, signal)) ?? []) {
      const body = await client.read({ kind, id, source: [], dependsOn: [] }, signal);
      if (body !== undefined) found.push({ kind, id, body });
    }
  }
  return found;
}

/** A tree with edits made, as the service would. */
export function edited(tree: Tree, edits: readonly IntentEdit[]): Tree {
  const root = structuredClone(tree) as { [member: string]: unknown };
  for (const { path, value } of edits) {
    let node = root;
    for (const [i, { name, keys }] of path.slice(0, -1).entries()) {
      if (keys === undefined) {
        node[name] ??= {};
        node = node[name] as typeof root;
        continue;
      }
      node[name] ??= [];
      const entries = node[name] as (typeof root)[];
      const key = keyOf(name, path[i - 1]?.name);
      let entry = entries.find((each) => each[key] === keys[0]);
      if (entry === undefined) {
        entry = { [key]: keys[0] };
        entries.push(entry);
      }
      node = entry;
    }
    const leaf = path.at(-1)?.name ?? '';
    if (value === undefined) delete node[leaf];
    else node[leaf] = value;
  }
  return root as Tree;
}

/** Lists are keyed by their own name and `-id`, with some exceptions. */
function keyOf(list: string, parent: string | undefined): string {
  if (list === 'filter') return 'application';
  if (list === 'sim-card') return 'sim-id';
  return parent === 'slice' && list === 'device-group' ? 'device-group' : `${list}-id`;
}
