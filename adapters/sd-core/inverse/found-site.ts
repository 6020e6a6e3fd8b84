// A site as it is made up from the slices that a core holds for it.

import { documentText, type IntentStep, type Json } from '../../../src/southbound/adapter.ts';
import type { Classes } from './classes.ts';
import type { Draft } from './draft.ts';
import { applicationText, endpointLeaves, type FoundRule, type FoundRules } from './found-rules.ts';
import { array, asIdentifier, ipv4Network, isAddress, isHost, object, Unsayable, unused, whole } from './sayable.ts';

const IMSI = /^[0-9]{14,15}$/;
const DNN = /^.{1,32}$/u;

export interface Cell {
  readonly name: string;
  readonly tac: number;
}

/** Writes the entries of one site into the draft; each method says what it cannot say before it writes anything. */
export class FoundSite {
  readonly path: readonly IntentStep[];
  readonly #draft: Draft;
  readonly #classes: Classes;
  readonly #domains = new Map<string, string>();
  readonly #imsis = new Set<string>();
  readonly #groups = new Set<string>();

  constructor(id: string, draft: Draft, classes: Classes) {
    this.#draft = draft;
    this.#classes = classes;
    this.path = draft.entry([], 'site', 'site-id', id);
  }

  /** @throws Unsayable for a group that intent could not have beside those that there are */
  checkGroup(id: string, body: { readonly [member: string]: Json }): void {
    if (this.#groups.has(id)) throw new Unsayable(`device group ${id} is in another slice as well`);
    const { 'ue-ip-pool': pool = '' } = domainOf(body);
    if (ipv4Network(String(pool)) === undefined) {
      throw new Unsayable(`device group ${id} has the address pool '${pool}', which is no IPv4 network`);
    }
    const own = new Set<string>();
    for (const imsi of array(body.imsis).map(String)) {
      if (!IMSI.test(imsi)) throw new Unsayable(`device group ${id} has '${imsi}', which is no IMSI`);
      if (this.#imsis.has(imsi) || own.has(imsi)) {
        throw new Unsayable(`IMSI ${imsi} of device group ${id} is there twice; a device is in one group once`);
      }
      own.add(imsi);
    }
  }

  /** A group that was checked. */
  addGroup(id: string, body: { readonly [member: string]: Json }): void {
    this.#groups.add(id);
    const path = this.#draft.entry(this.path, 'device-group', 'device-group-id', id);
    const qos = object(domainOf(body)['ue-dnn-qos']);
    this.#draft.set(path, {
      'ip-domain': this.#domain(String(body['ip-domain-name'] ?? ''), domainOf(body)),
      'mbr/uplink': String(whole(qos['dnn-mbr-uplink']) ?? 0n),
      'mbr/downlink': String(whole(qos['dnn-mbr-downlink']) ?? 0n),
      'traffic-class': this.#classes.idOf(qos['traffic-class']),
    });
    for (const imsi of array(body.imsis).map(String)) {
      this.#imsis.add(imsi);
      this.addSim(imsi);
      const device = `ue-${imsi}`;
      this.#draft.set(this.#draft.entry(this.path, 'device', 'device-id', device), { 'sim-card': `sim-${imsi}` });
      this.#draft.entry(path, 'device', 'device-id', device);
    }
  }

  /** A SIM card, in a device or not. */
  addSim(imsi: string): void {
    const id = `sim-${imsi}`;
    if (this.#draft.has(this.path, 'sim-card', id)) return;
    this.#draft.set(this.#draft.entry(this.path, 'sim-card', 'sim-id', id), { imsi });
  }

  /** Cells of all slices of the site, in the order in which they were found. */
  addCells(cells: readonly Cell[]): void {
    const ids: string[] = [];
    for (const { name } of cells) ids.push(unused(asIdentifier(name, 'cell'), (id) => ids.includes(id)));
    const isSorted = ids.every((id, i) => i === 0 || id > (ids[i - 1] ?? ''));
    const digits = String(cells.length).length;
    for (const [i, { name, tac }] of cells.entries()) {
      // Cells are told in the order of their ids: a number in front keeps the order that the core has.
      const numbered = `c${String(i).padStart(digits, '0')}-${ids[i]}`.slice(0, 63).replace(/-+$/, '');
      const path = this.#draft.entry(this.path, 'small-cell', 'small-cell-id', isSorted ? (ids[i] ?? '') : numbered);
      this.#draft.set(path, { address: name, tac: tac.toString(16).toUpperCase() });
    }
  }

  addSlice(id: string, leaves: { sst: string; sd: string }, groups: readonly string[], rules: FoundRules): void {
    const path = this.#draft.entry(this.path, 'slice', 'slice-id', id);
    this.#draft.set(path, { ...leaves, 'default-behavior': rules.behavior });
    for (const group of groups) this.#draft.entry(path, 'device-group', 'device-group', group);
    for (const rule of rules.rules) {
      const filter = this.#draft.entry(path, 'filter', 'application', rule.application);
      this.#draft.set(filter, { priority: rule.priority, allow: rule.allow });
    }
  }

  /** The slice's user plane, which no other slice has. */
  setUpf(sliceId: string, upf: { readonly [member: string]: Json }): void {
    const address = String(upf['upf-name']);
    const id = unused(asIdentifier(address, 'upf'), (tried) => this.#draft.has(this.path, 'upf', tried));
    const path = this.#draft.entry(this.path, 'upf', 'upf-id', id);
    this.#draft.set(path, { address, port: Number(upf['upf-port']) });
    this.#draft.set([...this.path, { name: 'slice', keys: [sliceId] }], { upf: id });
  }

  #domain(name: string, body: { readonly [member: string]: Json }): string {
    const mtu = Number(whole(body.mtu) ?? 0n);
    const dns = (member: string) => (isAddress(String(body[member] ?? '')) ? String(body[member]) : undefined);
    const leaves = {
      dnn: DNN.test(String(body.dnn ?? '')) ? String(body.dnn) : 'internet',
      subnet: ipv4Network(String(body['ue-ip-pool'])),
      'dns-primary': dns('dns-primary'),
      'dns-secondary': dns('dns-secondary'),
      mtu: mtu >= 68 && mtu <= 65_535 ? mtu : undefined,
    };
    const text = JSON.stringify(leaves);
    const id = unused(asIdentifier(name, 'domain'), (tried) => (this.#domains.get(tried) ?? text) !== text);
    if (this.#domains.has(id)) return id;
    this.#domains.set(id, text);
    const given = Object.fromEntries(Object.entries(leaves).filter(([, value]) => value !== undefined));
    this.#draft.set(this.#draft.entry(this.path, 'ip-domain', 'ip-domain-id', id), given);
    return id;
  }
}

/** Applications that rules stand for, which all slices of a target share. */
export function addApplications(
  rules: readonly FoundRule[],
  known: Map<string, string>,
  draft: Draft,
  classes: Classes,
  neutral: string | undefined,
): void {
  for (const id of new Set(rules.map(({ application }) => application))) {
    const own = rules.filter(({ application }) => application === id);
    if (known.has(id)) continue;
    known.set(id, applicationText(own));
    const path = draft.entry([], 'application', 'application-id', id);
    draft.set(path, { address: own[0]?.address });
    for (const rule of own) {
      const endpoint = draft.entry(path, 'endpoint', 'endpoint-id', rule.endpoint);
      draft.set(endpoint, endpointLeaves(rule));
      const found = rule.body['traffic-class'];
      if (found === undefined || documentText(found) === neutral) continue;
      draft.set(endpoint, { 'traffic-class': classes.idOf(found) });
    }
  }
}

/** @throws Unsayable for a cell that intent cannot have */
export function cellsOf(site: { readonly [member: string]: Json }): Cell[] {
  return array(site.gNodeBs).map((item) => {
    const { name = '', tac } = object(item);
    const area = Number(whole(tac) ?? 0n);
    if (!isHost(String(name))) throw new Unsayable(`gNB '${name}' has no name that could be the address of a cell`);
    if (area < 1 || area > 0xffffff) throw new Unsayable(`gNB '${name}' has the tac ${area}, which no cell can have`);
    return { name: String(name), tac: area };
  });
}

/** @throws Unsayable for a user plane that intent cannot have */
export function checkUpf(upf: { readonly [member: string]: Json }): void {
  if (Object.keys(upf).length === 0) return;
  const { 'upf-name': name = '', 'upf-port': port = '' } = upf;
  if (!isHost(String(name))) throw new Unsayable(`user plane '${name}' is neither a name nor an address of a host`);
  if (!/^[0-9]{1,5}$/.test(String(port)) || Number(port) > 65_535) {
    throw new Unsayable(`user plane '${name}' has the port '${port}', which is none`);
  }
}

function domainOf(body: { readonly [member: string]: Json }): { readonly [member: string]: Json } {
  return object(body['ip-domain-expanded'] ?? array(body['ip-domains'])[0]);
}
