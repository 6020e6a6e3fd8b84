// How long one validated, durable edit of one leaf takes over gNMI, in configurations of several sizes.

import { parsePath } from '../src/proto/path-text.ts';
import { startService } from '../test/service.ts';
import { aetherIntent, editedLeaf } from './aether-data.ts';
import { percentiles, timed } from './percentiles.ts';

/** Times in ms; `noopRpc` is a unary RPC of the same server that does nothing. */
export interface OneLeafCommit {
  readonly gnmiP50Ms: number;
  readonly gnmiP99Ms: number;
  readonly noopRpcP50Ms: number;
}

/** Loads `n` devices and edits one device's SIM card `edits` times, each time to the spare card or back. */
export async function oneLeafCommit(n: number, edits: number): Promise<OneLeafCommit> {
  const service = await startService();
  try {
    const client = service.client('acme-admin');
    const prefix = { target: 'acme' };
    await service.reset('acme', JSON.parse(aetherIntent(n)));
    const set = (i: number) => {
      const json = JSON.stringify(i % 2 === 0 ? `sim-${n}` : 'sim-0');
      return client.set({
        prefix,
        update: [{ path: parsePath(editedLeaf(0)), val: { json_ietf_val: Buffer.from(json) } }],
      });
    };
    await timed(4, set);
    const commit = percentiles(await timed(edits, set));
    const noop = percentiles(await timed(Math.max(100, edits), () => client.capabilities()));
    return { gnmiP50Ms: commit.p50Ms, gnmiP99Ms: commit.p99Ms, noopRpcP50Ms: noop.p50Ms };
  } finally {
    await service.close();
  }
}
