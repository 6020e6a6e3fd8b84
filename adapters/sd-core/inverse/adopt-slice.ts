// Edits that make a slice of intent what a core was found to hold. Its sst and sd are fixed once it exists.

import {
  type Device,
  documentText,
  type IntentNode,
  type IntentStep,
  type Json,
} from '../../../src/southbound/adapter.ts';
import { BEHAVIORS, defaultRules, PROTOCOL_NUMBERS } from '../filtering-rules.ts';
import { idOfName, nameOnDevice } from '../names.ts';
import { asPrinted } from '../read-back.ts';
import { activeGroups, upfOf } from '../slices.ts';
import { adoptClass, type Body, entryPath, type Place } from './place.ts';
import { array, asIdentifier, isHost, network, object, unused, whole } from './sayable.ts';

export function adoptSlice(place: Place, slice: IntentNode, device: Device, before: Body, actual: Body): void {
  const path = entryPath(place, 'slice', slice.keys[0] ?? '');
  adoptGroups(place, slice, path, device, array(actual['site-device-group']).map(String));
  const [oldSite, site] = [object(before['site-info']), object(actual['site-info'])];
  if (text(oldSite.upf) !== text(site.upf)) adoptUpf(place, slice, path, object(site.upf));
  // Cells belong to all slices of a site alike.
  if (place.site.list('slice').length === 1) adoptCells(place, array(oldSite.gNodeBs), array(site.gNodeBs));
  const rules = array(actual['application-filtering-rules']).map(object);
  const behavior = BEHAVIORS.find((each) => {
    const own = defaultRules(each);
    return text(asPrinted(own)) === text(rules.slice(rules.length - own.length));
  });
  if (behavior !== undefined && behavior !== slice.leaf('default-behavior')) {
    place.draft.set(path, { 'default-behavior': behavior });
  }
  const own = array(before['application-filtering-rules']).map(object);
  for (const filter of slice.list('filter')) adoptFilter(place, filter, path, own, rules);
}

function adoptGroups(
  { site, draft }: Place,
  slice: IntentNode,
  path: readonly IntentStep[],
  device: Device,
  names: readonly string[],
): void {
  const current = new Set(activeGroups(slice).map((link) => nameOnDevice(site, link.keys[0] ?? '', device)));
  for (const link of activeGroups(slice)) {
    const [id = ''] = link.keys;
    if (names.includes(nameOnDevice(site, id, device))) continue;
    draft.set([...path, { name: 'device-group', keys: [id] }], { enable: false });
  }
  for (const name of names.filter((each) => !current.has(each))) {
    const id = idOfName(name, site.target, site.keys[0] ?? '', device) ?? '';
    const isElsewhere = site
      .list('slice')
      .some((other) => other.keys[0] !== slice.keys[0] && other.entry('device-group', id) !== undefined);
    if (site.entry('device-group', id)?.leaf('ip-domain') === undefined || isElsewhere) continue;
    if (slice.entry('device-group', id) === undefined) draft.entry(path, 'device-group', 'device-group', id);
    else draft.set([...path, { name: 'device-group', keys: [id] }], { enable: true });
  }
}

function adoptUpf(place: Place, slice: IntentNode, path: readonly IntentStep[], found: Body): void {
  const { site, draft } = place;
  if (Object.keys(found).length === 0) {
    draft.set(path, { upf: undefined });
    return;
  }
  const [address, port] = [String(found['upf-name'] ?? ''), Number(whole(found['upf-port']) ?? -1n)];
  if (!isHost(address) || port < 0 || port > 65_535) return;
  const known = upfOf(site, slice);
  const id = known?.keys[0] ?? unused(asIdentifier(address, 'upf'), (tried) => site.entry('upf', tried) !== undefined);
  draft.set(known === undefined ? draft.entry(place.path, 'upf', 'upf-id', id) : entryPath(place, 'upf', id), {
    ...(known?.leaf('address') === address ? {} : { address }),
    ...(known?.leaf('port') === port ? {} : { port }),
  });
  if (known === undefined) draft.set(path, { upf: id });
}

function adoptCells(place: Place, before: readonly Json[], actual: readonly Json[]): void {
  const inService = place.site.list('small-cell').filter((cell) => cell.leaf('enable') !== false);
  for (const [i, cell] of inService.entries()) {
    const name = object(before[i]).name;
    const found = actual.map(object).find((gnb) => gnb.name === name);
    const path = entryPath(place, 'small-cell', cell.keys[0] ?? '');
    const tac = Number(whole(found?.tac) ?? 0n);
    if (found === undefined) place.draft.set(path, { enable: false });
    else if (tac !== object(before[i]).tac && tac >= 1 && tac <= 0xffffff) {
      place.draft.set(path, { tac: tac.toString(16).toUpperCase() });
    }
  }
}

function adoptFilter(
  place: Place,
  filter: IntentNode,
  path: readonly IntentStep[],
  before: readonly Body[],
  rules: readonly Body[],
): void {
  const [applicationId = ''] = filter.keys;
  const application = place.intent.entry('application', applicationId);
  if (application === undefined) return;
  const isShared = filterUsers(place.intent, applicationId) > 1;
  const at = [...path, { name: 'filter', keys: [applicationId] }];
  for (const endpoint of application.list('endpoint')) {
    const ofEndpoint = (rule: Body) => rule['rule-name'] === `${applicationId}-${endpoint.keys[0]}`;
    const [own, found] = [before.find(ofEndpoint), rules.find(ofEndpoint)];
    if (own === undefined || found === undefined) continue;
    const priority = Number(whole(found.priority) ?? -1n);
    if (text(own.priority) !== text(found.priority) && priority >= 0 && priority <= 200) {
      place.draft.set(at, { priority });
    }
    const isVerdict = found.action === 'permit' || found.action === 'deny';
    if (isVerdict && own.action !== found.action) place.draft.set(at, { allow: found.action === 'permit' });
    if (!isShared) adoptEndpoint(place, application, endpoint, own, found);
  }
}

/** Only what differs: a rate above what the core can enforce stays in intent as long as the core does its most. */
function adoptEndpoint(place: Place, application: IntentNode, endpoint: IntentNode, own: Body, found: Body): void {
  const root = [{ name: 'application', keys: application.keys }];
  const path = [...root, { name: 'endpoint', keys: endpoint.keys }];
  const differs = (member: string) => text(own[member]) !== text(found[member]);
  const address = network(String(found.endpoint ?? ''));
  if (differs('endpoint') && address !== undefined) place.draft.set(root, { address });
  const port = (member: string) => Number(whole(found[member]) ?? -1n);
  const [start, end] = [port('dest-port-start'), port('dest-port-end')];
  if (start >= 0 && end >= start && end <= 65_535) {
    if (differs('dest-port-start')) place.draft.set(path, { 'port-start': start });
    if (end !== (endpoint.leaf('port-end') ?? start)) place.draft.set(path, { 'port-end': end });
  }
  const protocol = Object.entries(PROTOCOL_NUMBERS).find(([, number]) => number === found.protocol)?.[0];
  if (differs('protocol') && protocol !== undefined) place.draft.set(path, { protocol });
  for (const direction of ['uplink', 'downlink']) {
    const rate = found[`app-mbr-${direction}`];
    if (!differs(`app-mbr-${direction}`)) continue;
    place.draft.set(path, { [`mbr/${direction}`]: rate === undefined ? undefined : String(whole(rate) ?? 0n) });
  }
  if (differs('traffic-class') && found['traffic-class'] !== undefined) {
    adoptClass(place, endpoint, path, found['traffic-class']);
  }
}

function filterUsers(intent: IntentNode, application: string): number {
  const slices = intent.list('site').flatMap((site) => site.list('slice'));
  return slices.filter((slice) => slice.entry('filter', application) !== undefined).length;
}

function text(value: Json | undefined): string {
  return documentText(value ?? null);
}
