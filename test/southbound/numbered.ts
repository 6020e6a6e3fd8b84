// A kind of device that numbers slices and has little room, with devices in memory: for tests of allocations and pools.

import {
  type Adapter,
  type Device,
  type DeviceClient,
  DeviceError,
  type DocumentRef,
  type IntentNode,
  type Json,
} from '../../src/southbound/adapter.ts';

/** One device of the kind. */
export class NumberedDevice {
  readonly documents = new Map<string, Json>();
  /** Whether it answers. */
  isUp = true;
}

export interface NumberedOptions {
  /** The last number of the pool `slice`; 15 without it. */
  readonly last?: number;
  /** How much bandwidth there is for all slices together; no limit without it. */
  readonly bandwidth?: number;
}

/** An adapter for the site's 5G core endpoint; `devices` are found by the address of the device. */
export function numbered(devices: ReadonlyMap<string, NumberedDevice>, options: NumberedOptions = {}): Adapter {
  const last = options.last ?? 15;
  return {
    kind: 'numbered',
    models: ['aether@2.1'],
    documentKinds: { slice: { readable: true, removal: 'remove' } },
    partition: 'site',
    endpoints: (site) => endpointOf(site),
    allocations: (site, device) =>
      site.list('slice').map((slice) => ({
        source: ['site', site.keys[0] ?? '', 'slice', slice.keys[0] ?? ''],
        pool: 'slice',
        first: 1,
        last,
        number: numberOf(slice, device),
      })),
    list: (site, device) => site.list('slice').flatMap((slice) => refOf(site, slice, device)),
    gaps: (site) =>
      site.list('small-cell').map((cell) => ({
        source: ['site', site.keys[0] ?? '', 'small-cell', cell.keys[0] ?? ''],
        reason: 'no radio',
      })),
    capacity: (_, pool) => (pool === 'slice' ? last : options.bandwidth),
    render: (intent, device, ref, because) => {
      const slice = intent.entry('site', ref.source[1] ?? '')?.entry('slice', ref.source[3] ?? '');
      return because('number and type of the slice', () => ({
        number: slice === undefined ? null : (numberOf(slice, device) ?? null),
        sst: slice?.leaf('sst') ?? null,
      }));
    },
    connect: ({ address }) => client(devices.get(address) ?? new NumberedDevice()),
  };
}

function endpointOf(site: IntentNode): string[] {
  const endpoint = site.leaf('connectivity-service', 'core-5g', 'endpoint');
  return endpoint === undefined || site.list('slice').length === 0 ? [] : [String(endpoint)];
}

function numberOf(slice: IntentNode, device: Device): number | undefined {
  const number = slice
    .list('allocation')
    .find(({ keys }) => keys[0] === device.name && keys[1] === 'slice')
    ?.leaf('number');
  return number === undefined ? undefined : Number(number);
}

function refOf(site: IntentNode, slice: IntentNode, device: Device): DocumentRef[] {
  const number = numberOf(slice, device);
  if (number === undefined) return [];
  const [siteId = '', sliceId = ''] = [...site.keys, ...slice.keys];
  const rate = slice.leaf('mbr', 'uplink');
  return [
    {
      kind: 'slice',
      id: `slice/${site.target}-${siteId}-${sliceId}`,
      source: ['site', siteId, 'slice', sliceId],
      dependsOn: [],
      uses: [
        { pool: 'slice', amount: 1, number },
        ...(rate === undefined ? [] : [{ pool: 'bandwidth', amount: Number(rate) }]),
      ],
    },
  ];
}

function client(device: NumberedDevice): DeviceClient {
  const answer = async <T>(work: () => T): Promise<T> => {
    if (!device.isUp) throw new DeviceError('unavailable', 'it does not answer');
    return work();
  };
  return {
    read: (ref) => answer(() => device.documents.get(ref.id)),
    put: (ref, body) => answer(() => void device.documents.set(ref.id, body)),
    remove: (ref) => answer(() => void device.documents.delete(ref.id)),
    close: async () => {},
  };
}
