// The adapter for the load balancer of SD-RAN (onos-mlb): one document with its parameters, of the one site that names it.

import type {
  Adapter,
  Because,
  Device,
  DeviceClient,
  DocumentRef,
  IntentNode,
  Json,
  LeafValue,
} from '../../src/southbound/adapter.ts';
import { checkAddress } from './address.ts';
import { Channel } from './channel.ts';
import { type Message, rpcOf } from './messages.ts';
import { applicationEndpoint } from './radio-share.ts';

const KIND = 'load-balancing';
const get = rpcOf('onos.mlb.Mlb', 'GetMlbParams');
const set = rpcOf('onos.mlb.Mlb', 'SetMlbParams');

/** What the load balancer starts with; the model has the same defaults. */
const DEFAULTS: Json = { interval: 10, overload_threshold: 100, target_threshold: 0, delta_ocn: 3 };

export const mlb: Adapter = {
  kind: 'onos-mlb',
  models: ['aether@2.1'],
  documentKinds: { [KIND]: { readable: true, removal: 'reset' } },
  partition: 'site',
  checkDevice: checkAddress,
  endpoints: (site) => [applicationEndpoint(site, 'mlb')].filter((endpoint) => endpoint !== undefined),
  list,
  render,
  neutral: () => DEFAULTS,
  connect: (device, secret) => new MlbClient(device, secret),
};

function list(site: IntentNode, device: Device): DocumentRef[] {
  const endpoint = applicationEndpoint(site, 'mlb');
  if (endpoint === undefined || !device.endpoints.includes(endpoint)) return [];
  // Every parameter has a default where the site says anything at all of load balancing.
  if (parameter(site, 'interval') === undefined) return [];
  return [{ kind: KIND, id: `${KIND}/parameters`, source: ['site', site.keys[0] ?? ''], dependsOn: [] }];
}

function render(intent: IntentNode, _device: Device, ref: DocumentRef, because: Because): Json {
  const value = (name: string): Json => {
    const site = intent.entry('site', ref.source[1] ?? '');
    return Number(site && parameter(site, name));
  };
  return {
    interval: because('seconds between two looks at the load', () => value('interval')),
    overload_threshold: because('percent of load above which a cell is too full', () => value('overload-threshold')),
    target_threshold: because('percent of load below which a cell has room', () => value('target-threshold')),
    delta_ocn: because('steps by which a preference changes at a time', () => value('delta-ocn')),
  };
}

function parameter(site: IntentNode, name: string): LeafValue | undefined {
  return site.leaf('connectivity-service', 'ran-5g-service', 'load-balancing', name);
}

class MlbClient implements DeviceClient {
  readonly #channel: Channel;

  constructor(device: Device, secret: string | undefined) {
    this.#channel = new Channel(device, secret);
  }

  async read(_ref: DocumentRef, signal: AbortSignal): Promise<Json> {
    return (await this.#channel.call(get, {}, signal)) as Json;
  }

  async put(_ref: DocumentRef, body: Json, signal: AbortSignal): Promise<void> {
    const { success } = await this.#channel.call(set, body as Message, signal);
    // It refuses no value; it fails when it cannot keep them.
    if (success !== true) throw this.#channel.failure('unavailable', set, 'it could not keep the parameters');
  }

  async remove(): Promise<void> {
    throw new Error('the load balancer always has parameters');
  }

  async close(): Promise<void> {
    this.#channel.close();
  }
}
