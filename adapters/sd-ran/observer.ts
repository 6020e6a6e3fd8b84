// What the adapters of applications have in common that are told nothing: no documents, only observations.

import type { Adapter, Device, DeviceClient, Json } from '../../src/southbound/adapter.ts';
import { checkAddress } from './address.ts';
import { Channel } from './channel.ts';
import { type Application, applicationEndpoint } from './radio-share.ts';

/** How an application is asked, and what its answers say of a site. */
export interface Observed {
  readonly application: Application;
  readonly observe: (channel: Channel, signal: AbortSignal) => Promise<Json>;
  readonly state: NonNullable<Adapter['state']>;
}

/** An adapter of this kind that only looks. */
export function observer(kind: string, { application, observe, state }: Observed): Adapter {
  return {
    kind,
    models: ['aether@2.1'],
    documentKinds: {},
    partition: 'site',
    checkDevice: checkAddress,
    endpoints: (site) => [applicationEndpoint(site, application)].filter((endpoint) => endpoint !== undefined),
    list: () => [],
    render: (_intent, _device, { id }) => {
      throw new Error(`${kind} has no documents, such as ${id}`);
    },
    state: (site, device, observation) => {
      const endpoint = applicationEndpoint(site, application);
      return endpoint !== undefined && device.endpoints.includes(endpoint) ? state(site, device, observation) : [];
    },
    connect: (device, secret) => clientOf(device, secret, observe),
  };
}

function clientOf(device: Device, secret: string | undefined, observe: Observed['observe']): DeviceClient {
  const channel = new Channel(device, secret);
  const none = async (): Promise<never> => {
    throw new Error(`${device.kind} has no documents`);
  };
  return {
    read: none,
    put: none,
    remove: none,
    observe: (signal) => observe(channel, signal),
    close: async () => channel.close(),
  };
}
