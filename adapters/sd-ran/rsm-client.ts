// The wire to the slice manager: slices are created, updated and deleted; users are associated with them, and never again not.

import type { Device, DeviceClient, DeviceError, DocumentRef, Json } from '../../src/southbound/adapter.ts';
import { Channel } from './channel.ts';
import { type Message, type Rpc, rpcOf } from './messages.ts';
import { leafOf, mayPass, saysAbsent, saysExists } from './rsm-verdict.ts';
import { slicePlace } from './slice-number.ts';

const create = rpcOf('onos.rsm.Rsm', 'CreateSlice');
const update = rpcOf('onos.rsm.Rsm', 'UpdateSlice');
const remove = rpcOf('onos.rsm.Rsm', 'DeleteSlice');
const associate = rpcOf('onos.rsm.Rsm', 'SetUeSliceAssociation');

export class RsmClient implements DeviceClient {
  readonly #channel: Channel;
  /** Ids of slices that were put with this client: they are updated at the first attempt. */
  readonly #there = new Set<string>();

  constructor(device: Device, secret: string | undefined, timeoutMs?: number) {
    this.#channel = new Channel(device, secret, timeoutMs);
  }

  async read(): Promise<Json | undefined> {
    throw new Error('the slice manager gives nothing back');
  }

  async put({ kind, id }: DocumentRef, body: Json, signal: AbortSignal): Promise<void> {
    const request = body as Message;
    if (kind === 'ue-association') {
      const cause = await this.#ask(associate, request, signal);
      if (cause !== undefined) throw this.#failure(associate, cause);
      return;
    }
    const [first, second] = this.#there.has(id) ? [update, create] : [create, update];
    let rpc = first;
    let cause = await this.#ask(rpc, request, signal);
    if (cause !== undefined && (saysExists(cause) || saysAbsent(cause))) {
      rpc = second;
      cause = await this.#ask(rpc, request, signal);
    }
    if (cause !== undefined) throw this.#failure(rpc, cause);
    this.#there.add(id);
  }

  /**
   * There is no RPC that takes an association back: it ends when the device detaches, or its slice is deleted. So nothing is
   * sent for it.
   */
  async remove({ kind, id }: DocumentRef, signal: AbortSignal): Promise<void> {
    if (kind === 'ue-association') return;
    const { nodeId, number, direction } = slicePlace(id);
    const sliceType = direction === 'uplink' ? 'SLICE_TYPE_UL_SLICE' : 'SLICE_TYPE_DL_SLICE';
    this.#there.delete(id);
    const request = { e2_node_id: nodeId, slice_id: String(number), sliceType };
    const cause = await this.#ask(remove, request, signal);
    if (cause !== undefined && !saysAbsent(cause)) throw this.#failure(remove, cause);
  }

  async close(): Promise<void> {
    this.#channel.close();
  }

  /** @returns why not, or undefined for success */
  async #ask(rpc: Rpc, request: Message, signal: AbortSignal): Promise<string | undefined> {
    const { ack } = await this.#channel.call(rpc, request, signal);
    if (ack === null || ack === undefined) {
      throw this.#channel.failure('unavailable', rpc, 'the answer says neither success nor failure');
    }
    const { success, cause } = ack as Message;
    return success === true ? undefined : String(cause);
  }

  #failure(rpc: Rpc, cause: string): DeviceError {
    // That it is there and not there at once is said only while somebody else is at work on it.
    const passes = mayPass(cause) || saysExists(cause) || saysAbsent(cause);
    const words = cause === '' ? 'it says no, and not why' : cause;
    return this.#channel.failure(passes ? 'unavailable' : 'refused', rpc, words, { leaf: leafOf(cause) });
  }
}
