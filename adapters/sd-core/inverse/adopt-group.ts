// Edits that make a device group of intent what a core was found to hold.

import type { IntentNode, IntentStep } from '../../../src/southbound/adapter.ts';
import { membersOf } from '../members.ts';
import { adoptClass, type Body, entryPath, type Place } from './place.ts';
import { array, ipv4Network, isAddress, isIdentifier, object, unused, whole } from './sayable.ts';

export function adoptGroup(place: Place, group: IntentNode, actual: Body): void {
  const path = entryPath(place, 'device-group', group.keys[0] ?? '');
  adoptMembers(place, group, path, array(actual.imsis).map(String));
  const domain = object(actual['ip-domain-expanded'] ?? array(actual['ip-domains'])[0]);
  const qos = object(domain['ue-dnn-qos']);
  for (const direction of ['uplink', 'downlink']) {
    const rate = whole(qos[`dnn-mbr-${direction}`]);
    if (rate === undefined || String(group.leaf('mbr', direction) ?? '') === String(rate)) continue;
    place.draft.set(path, { [`mbr/${direction}`]: String(rate) });
  }
  adoptClass(place, group, path, qos['traffic-class']);
  adoptDomain(place, group, path, String(actual['ip-domain-name'] ?? ''), domain);
}

function adoptMembers(place: Place, group: IntentNode, path: readonly IntentStep[], imsis: readonly string[]): void {
  const members = membersOf(place.site, group);
  for (const { deviceId, imsi } of members) {
    if (!imsis.includes(imsi)) place.draft.set([...path, { name: 'device', keys: [deviceId] }], { enable: false });
  }
  for (const imsi of new Set(imsis)) {
    if (members.some((member) => member.imsi === imsi) || !/^[0-9]{14,15}$/.test(imsi)) continue;
    addMember(place, group, path, imsi);
  }
}

/** The device that has the IMSI's card, or a new one, becomes a member; one that is in another group does not. */
function addMember(
  { site, path: at, draft }: Place,
  group: IntentNode,
  path: readonly IntentStep[],
  imsi: string,
): void {
  const card = site.list('sim-card').find((each) => each.leaf('imsi') === imsi);
  const cardId = card?.keys[0] ?? unused(`sim-${imsi}`, (id) => site.entry('sim-card', id) !== undefined);
  const device = card && site.list('device').find((each) => each.leaf('sim-card') === cardId);
  const deviceId = device?.keys[0] ?? unused(`ue-${imsi}`, (id) => site.entry('device', id) !== undefined);
  const isElsewhere = site
    .list('device-group')
    .some((other) => other.keys[0] !== group.keys[0] && other.entry('device', deviceId) !== undefined);
  if (isElsewhere) return;
  if (card === undefined) draft.set(draft.entry(at, 'sim-card', 'sim-id', cardId), { imsi });
  else if (card.leaf('enable') === false) draft.set([...at, { name: 'sim-card', keys: [cardId] }], { enable: true });
  if (device === undefined) draft.set(draft.entry(at, 'device', 'device-id', deviceId), { 'sim-card': cardId });
  if (group.entry('device', deviceId) === undefined) draft.entry(path, 'device', 'device-id', deviceId);
  else draft.set([...path, { name: 'device', keys: [deviceId] }], { enable: true });
}

function adoptDomain(place: Place, group: IntentNode, path: readonly IntentStep[], name: string, found: Body): void {
  const { site, draft } = place;
  if (!isIdentifier(name)) return;
  const known = site.entry('ip-domain', name);
  const dns = (member: string) => (isAddress(String(found[member] ?? '')) ? String(found[member]) : undefined);
  const mtu = Number(whole(found.mtu) ?? 0n);
  const leaves = {
    dnn: String(found.dnn ?? ''),
    subnet: ipv4Network(String(found['ue-ip-pool'] ?? '')),
    'dns-primary': dns('dns-primary'),
    'dns-secondary': dns('dns-secondary'),
    mtu: mtu >= 68 && mtu <= 65_535 ? mtu : undefined,
  };
  if (leaves.subnet === undefined || !/^.{1,32}$/u.test(leaves.dnn)) return;
  const isOwn = group.leaf('ip-domain') === name;
  if (!isOwn) draft.set(path, { 'ip-domain': name });
  if (known === undefined) {
    const given = Object.entries(leaves).filter(([, value]) => value !== undefined);
    draft.set(draft.entry(place.path, 'ip-domain', 'ip-domain-id', name), Object.fromEntries(given));
  } else if (isOwn && site.list('device-group').filter((each) => each.leaf('ip-domain') === name).length === 1) {
    const changed = Object.entries(leaves).filter(([leaf, value]) => known.leaf(leaf) !== value);
    draft.set(entryPath(place, 'ip-domain', name), Object.fromEntries(changed));
  }
}
