// The one document of a user plane: the slice that it carries, with the slice's rates.

import {
  type Because,
  type Device,
  type DocumentRef,
  EdgeconfError,
  type IntentNode,
  type Json,
} from '../../src/southbound/adapter.ts';
import { nameOnDevice } from './names.ts';
import { optional } from './optional.ts';
import { activeGroups, groupsServed, upfOf } from './slices.ts';

/** Kind and id at once: a user plane carries one slice, so it has one document. */
export const UPF_DOCUMENT = 'network-slices';

/** The user plane meters in bytes per second, and takes 0 for no limit at all. */
const LEAST_BPS = 8n;

/** What a user plane does before it is told of a slice: no meter, bursts as built in. */
export const NO_SLICE: Json = {
  sliceName: '',
  sliceQos: { uplinkMBR: 0, downlinkMBR: 0, uplinkBurstSize: 0, downlinkBurstSize: 0, bitrateUnit: 'bps' },
  ueResourceInfo: [],
};

/** The user planes that the site's slices are carried by and that want to be told. */
export function upfEndpoints(site: IntentNode): string[] {
  return [...new Set(site.list('slice').flatMap((slice) => configEndpoint(site, slice) ?? []))];
}

/** @throws EdgeconfError FAILED_PRECONDITION when two slices of the site would be carried by this user plane. */
export function listUpfDocuments(site: IntentNode, device: Device): DocumentRef[] {
  const slices = site.list('slice').filter((slice) => {
    const endpoint = configEndpoint(site, slice);
    return endpoint !== undefined && device.endpoints.includes(endpoint);
  });
  const [slice, second] = slices;
  if (slice === undefined) return [];
  if (second !== undefined) {
    throw new EdgeconfError(
      'FAILED_PRECONDITION',
      `site ${site.keys[0]}: slices ${slice.keys[0]} and ${second.keys[0]} are both carried by the user plane behind ` +
        `${configEndpoint(site, slice)}, which carries one slice at a time; give one of them another upf`,
    );
  }
  const [siteId = ''] = site.keys;
  const groups = groupsServed(site, slice);
  return [
    {
      kind: UPF_DOCUMENT,
      id: UPF_DOCUMENT,
      source: ['site', siteId, 'slice', slice.keys[0] ?? ''],
      dependsOn: [],
      serves: groups.flatMap((group) => [group.source, ...group.devices]),
    },
  ];
}

/** The body. @throws EdgeconfError FAILED_PRECONDITION for a rate that the user plane cannot meter */
export function upfBody(site: IntentNode, slice: IntentNode, device: Device, because: Because): Json {
  const rate = (direction: 'uplink' | 'downlink') =>
    because(`${direction} rate of the slice in bps, 0 for none`, () => sliceRate(slice, direction));
  const burst = (direction: 'uplink' | 'downlink') =>
    because(`${direction} burst of the slice in bytes`, () => slice.leaf('mbr', `${direction}-burst-size`) ?? 625_000);
  return {
    sliceName: because('name of the slice on the core', () =>
      nameOnDevice(site, String(slice.leaf('slice-id') ?? ''), device),
    ),
    sliceQos: {
      uplinkMBR: rate('uplink'),
      downlinkMBR: rate('downlink'),
      uplinkBurstSize: burst('uplink'),
      downlinkBurstSize: burst('downlink'),
      bitrateUnit: because('rates are always sent in bps', () => 'bps'),
    },
    ueResourceInfo: because('device groups that take part in the slice', () =>
      activeGroups(slice).map((link) => ueResource(site, link, device, because)),
    ),
  };
}

function ueResource(site: IntentNode, link: IntentNode, device: Device, because: Because): Json {
  const dnn = (): Json | undefined => {
    const group = site.entry('device-group', String(link.leaf('device-group') ?? ''));
    return site.entry('ip-domain', String(group?.leaf('ip-domain') ?? ''))?.leaf('dnn');
  };
  return {
    uePoolId: because('name of the device group on the core', () =>
      nameOnDevice(site, String(link.leaf('device-group') ?? ''), device),
    ),
    ...optional(because, 'dnn', "data network name of the group's IP domain", dnn),
  };
}

function sliceRate(slice: IntentNode, direction: 'uplink' | 'downlink'): bigint {
  const value = slice.leaf('mbr', direction);
  if (value === undefined) return 0n;
  const rate = BigInt(value);
  if (rate >= LEAST_BPS) return rate;
  throw new EdgeconfError(
    'FAILED_PRECONDITION',
    `slice ${slice.keys[0]}: mbr/${direction} is ${rate} bps, but the user plane takes less than ${LEAST_BPS} bps for no ` +
      'limit at all; give a higher rate, or leave the leaf out for no limit',
  );
}

function configEndpoint(site: IntentNode, slice: IntentNode): string | undefined {
  const endpoint = upfOf(site, slice)?.leaf('config-endpoint');
  return endpoint === undefined ? undefined : String(endpoint);
}
