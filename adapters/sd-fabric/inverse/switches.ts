// From what a controller holds of a switch back to intent.

import type { Device, IntentEdit, IntentStep, Json } from '../../../src/southbound/adapter.ts';
import { SIDS } from '../allocation.ts';
import { type PortPlace, placeOfControllerPort } from '../port-number.ts';
import { ADDRESS, edit, gridEdits, matching, needed, read, Unsayable, within } from './sayable.ts';

/** A switch of intent. */
export function switchAt(switchId: string): readonly IntentStep[] {
  return [{ name: 'switch', keys: [switchId] }];
}

/** A port of a switch of intent. */
export function portAt(switchId: string, { cage, channel }: PortPlace): readonly IntentStep[] {
  return [...switchAt(switchId), { name: 'port', keys: [String(cage), String(channel)] }];
}

/** The identifier of the switch that the controller names so. @throws Unsayable for devices of other kinds */
export function switchIdOf(device: string): string {
  const pattern = /^device:([A-Za-z][A-Za-z0-9]*(?:[.-][A-Za-z0-9]+)*)$/;
  const [, switchId = ''] = matching(pattern, device, 'device');
  return switchId;
}

/** `devices/<switch>/basic` */
export function basicEdits(switchId: string, body: Json): IntentEdit[] {
  const found = read(body, {
    name: 'text',
    managementAddress: 'text',
    driver: 'text',
    pipeconf: 'text',
    locType: 'text',
    gridX: 'number',
    gridY: 'number',
  });
  if (found.name !== switchId) throw new Unsayable(`its name is '${found.name}', and not that of the device`);
  const address = needed(found.managementAddress, 'managementAddress');
  const pattern = /^grpc:\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})\?device_id=([1-9][0-9]{0,9})$/;
  const [, host = '', port, number] = matching(pattern, address, 'managementAddress');
  const at = switchAt(switchId);
  within(0, 65_535, Number(port), 'port');
  within(1, 4_294_967_295, Number(number), 'device_id');
  const [driver = ''] = matching(/^[A-Za-z0-9._-]{1,63}$/, needed(found.driver, 'driver'), 'driver');
  const [pipeconf = ''] = matching(/^[A-Za-z0-9._:-]{1,255}$/, needed(found.pipeconf, 'pipeconf'), 'pipeconf');
  return [
    edit(at, ['driver'], driver),
    edit(at, ['pipeconf'], pipeconf),
    edit(at, ['management', 'address'], host.replace(/^\[|\]$/g, '')),
    edit(at, ['management', 'port-number'], Number(port)),
    edit(at, ['management', 'device-id'], Number(number)),
    ...gridEdits(at, found),
  ];
}

/** What a segment routing configuration says of a pair. */
export interface Pair {
  readonly other: string;
  readonly port: PortPlace;
}

/** `devices/<switch>/segmentrouting` */
export function routingEdits(
  switchId: string,
  body: Json,
  device: Device,
): { edits: IntentEdit[]; pair: Pair | undefined } {
  const found = read(body, {
    ipv4NodeSid: 'number',
    ipv4Loopback: 'text',
    routerMac: 'text',
    isEdgeRouter: 'flag',
    adjacencySids: 'numbers',
    pairDeviceId: 'text',
    pairLocalPort: 'number',
  });
  const sid = needed(found.ipv4NodeSid, 'ipv4NodeSid');
  if (sid < SIDS.first || sid > SIDS.last)
    throw new Unsayable(`the node SID ${sid} is not from ${SIDS.first} to ${SIDS.last}`);
  if (needed(found.adjacencySids, 'adjacencySids').length > 0) throw new Unsayable('the model has no adjacency SIDs');
  const [loopback = ''] = matching(ADDRESS, needed(found.ipv4Loopback, 'ipv4Loopback'), 'ipv4Loopback');
  const [mac = ''] = matching(/^([0-9A-F]{2}:){5}[0-9A-F]{2}$/, needed(found.routerMac, 'routerMac'), 'routerMac');
  const at = switchAt(switchId);
  const allocation = [...at, { name: 'allocation', keys: [device.name, 'sid'] }];
  return {
    edits: [
      edit(allocation, ['number'], sid),
      edit(at, ['segment-routing', 'loopback'], loopback),
      edit(at, ['segment-routing', 'router-mac'], mac.toLowerCase()),
      edit(at, ['role'], needed(found.isEdgeRouter, 'isEdgeRouter') ? 'leaf' : 'spine'),
    ],
    pair: pairIn(found.pairDeviceId, found.pairLocalPort),
  };
}

/** An interface as intent has it. */
export interface FoundInterface {
  readonly switchId: string;
  readonly place: PortPlace;
  readonly name: string;
  readonly untagged: number | undefined;
  readonly tagged: readonly number[];
  readonly ips: readonly string[];
}

/** `ports/<switch>/<port>/interfaces` */
export function readInterfaces(subject: string, body: Json): FoundInterface {
  const [, device = '', number] = matching(/^(.+)\/([0-9]+)$/, subject, 'port');
  const place = placeOfControllerPort(Number(number));
  if (place === undefined) throw new Unsayable(`no cage and channel have the number ${number}`);
  if (!Array.isArray(body) || body.length !== 1) throw new Unsayable('a port of the model has one interface');
  const found = read(body[0] as Json, {
    name: 'text',
    ips: 'texts',
    'vlan-untagged': 'number',
    'vlan-native': 'number',
    'vlan-tagged': 'numbers',
  });
  const tagged = found['vlan-tagged'] ?? [];
  const native = found['vlan-native'];
  if (native !== undefined && tagged.length === 0) throw new Unsayable('it has a native VLAN and no tagged ones');
  const untagged = native ?? found['vlan-untagged'];
  if (untagged === undefined && tagged.length === 0) throw new Unsayable('an interface of the model has a VLAN');
  const ips = needed(found.ips, 'ips');
  for (const ip of ips) {
    const [address = '', length] = ip.split('/');
    matching(ADDRESS, address, 'ips');
    matching(/^([0-9]|[12][0-9]|3[0-2])$/, length ?? '', 'ips');
  }
  for (const vlan of [untagged, ...tagged]) within(1, 4094, vlan, 'VLAN');
  const [name = ''] = matching(/^.{1,63}$/s, needed(found.name, 'name'), 'name');
  return { switchId: switchIdOf(device), place, name, untagged, tagged, ips };
}

function pairIn(device: string | undefined, port: number | undefined): Pair | undefined {
  if (device === undefined) return undefined;
  const place = placeOfControllerPort(needed(port, 'pairLocalPort'));
  if (place === undefined) throw new Unsayable(`no cage and channel have the number ${port}`);
  return { other: switchIdOf(device), port: place };
}
