// The intent of a fabric that makes exactly what its controller was found to hold, and what no intent can say.

import {
  type Device,
  EdgeconfError,
  type FoundDocument,
  type IntentEdit,
  type Proposal,
} from '../../../src/southbound/adapter.ts';
import { DBUF, DHCP, REPORT, ROUTES, UP4 } from '../fabric-documents.ts';
import { itemsOf, membersOf } from '../onos/json.ts';
import { controllerPort, type PortPlace } from '../port-number.ts';
import { BASE } from '../tenant-documents.ts';
import { baseSliceEdits, dbufEdits, hostEdits, reportEdits, routesEdits, up4Edits } from './apps.ts';
import { edit, Unsayable } from './sayable.ts';
import {
  basicEdits,
  type FoundInterface,
  portAt,
  readInterfaces,
  routingEdits,
  switchAt,
  switchIdOf,
} from './switches.ts';

/** What the controller does not say of its fabric; each may be given. */
const OPTIONS = {
  /** URI by which the fabric names the controller; the first that the platform lists for it without this. */
  endpoint: '',
  /** Platform of the switches. */
  platform: 'tofino',
  /** Speed of all ports. */
  speed: 'speed-100g',
};

interface FoundSwitch {
  hasRouting: boolean;
  readonly ports: Map<number, PortPlace>;
  readonly vlans: Map<number, readonly string[]>;
}

/** @throws EdgeconfError INVALID_ARGUMENT for an option that there is not */
export function takeOver(
  device: Device,
  found: readonly FoundDocument[],
  options: Readonly<Record<string, string>>,
): Proposal {
  for (const name of Object.keys(options)) {
    if (name in OPTIONS) continue;
    const known = Object.keys(OPTIONS).join(', ');
    throw new EdgeconfError('INVALID_ARGUMENT', `option '${name}': a fabric is taken over with the options ${known}`);
  }
  return new TakeOver(device, { ...OPTIONS, ...options }).propose(found);
}

class TakeOver {
  readonly #device: Device;
  readonly #options: typeof OPTIONS;
  readonly #edits: IntentEdit[] = [];
  readonly #leftOver: { document: string; reason: string }[] = [];
  readonly #switches = new Map<string, FoundSwitch>();
  /** What only one entry can have. */
  readonly #claims = new Set<string>();

  constructor(device: Device, options: typeof OPTIONS) {
    this.#device = device;
    this.#options = options;
  }

  propose(found: readonly FoundDocument[]): Proposal {
    const all = [...found].sort((a, b) => (a.id < b.id ? -1 : 1));
    const endpoint = this.#options.endpoint || (this.#device.endpoints[0] ?? '');
    this.#edits.push(edit([], ['controller', 'endpoint'], endpoint));
    this.#each(all, /^devices\/(.+)\/basic$/, (body, subject) => this.#addSwitch(switchIdOf(subject), body));
    this.#addRouting(all);
    this.#addInterfaces(all);
    this.#each(all, /^hosts\/(.+)\/basic$/, (body, subject) => hostEdits(subject, body));
    this.#each(all, new RegExp(`^${ROUTES}$`), routesEdits);
    this.#each(all, new RegExp(`^${REPORT}$`), reportEdits);
    this.#each(all, new RegExp(`^${BASE}$`), baseSliceEdits);
    let hasUp4 = false;
    this.#each(all, new RegExp(`^${UP4}$`), (body) => {
      const { edits, switches } = up4Edits(body);
      for (const switchId of switches) this.#need(switchId);
      hasUp4 = true;
      return edits;
    });
    this.#each(all, new RegExp(`^${DBUF}$`), (body) => {
      if (!hasUp4) throw new Unsayable('there is a buffer, but no user plane that it is for');
      return dbufEdits(body);
    });
    for (const [switchId, { hasRouting }] of this.#switches) {
      if (hasRouting) continue;
      this.#edits.push(edit(switchAt(switchId), ['role'], 'undefined'));
      const document = `devices/device:${switchId}/segmentrouting`;
      if (all.some(({ id }) => id === document)) continue;
      this.#leftOver.push({ document, reason: 'the switch has no place in routing; it gets one' });
    }
    this.#addModels();
    this.#nameTheRest(all);
    const edits = this.#edits.filter(({ value }) => value !== undefined);
    return { edits, leftOver: this.#leftOver };
  }

  /** Reads the documents whose id matches; what one of them cannot be said with is left over, and nothing of it proposed. */
  #each(
    found: readonly FoundDocument[],
    pattern: RegExp,
    make: (body: FoundDocument['body'], subject: string) => readonly IntentEdit[],
  ): void {
    for (const { id, body } of found) {
      const matched = pattern.exec(id);
      if (matched === null) continue;
      try {
        this.#edits.push(...make(body, matched[1] ?? ''));
      } catch (error) {
        if (!(error instanceof Unsayable)) throw error;
        this.#leftOver.push({ document: id, reason: error.message });
      }
    }
  }

  #addSwitch(switchId: string, body: FoundDocument['body']): readonly IntentEdit[] {
    const edits = basicEdits(switchId, body);
    const address = edits
      .filter(({ path }) => path.some(({ name }) => name === 'management'))
      .map(({ value }) => value);
    this.#claim([edit([], ['management'], address.join(' '))], 'management');
    this.#switches.set(switchId, { hasRouting: false, ports: new Map(), vlans: new Map() });
    return [...edits, edit(switchAt(switchId), ['model-id'], this.#modelId())];
  }

  /** Pairs must be said on both switches, so all are looked at before any is taken. */
  #addRouting(found: readonly FoundDocument[]): void {
    const pairs = new Map<string, string>();
    const sayable = new Map<string, ReturnType<typeof routingEdits>>();
    this.#each(found, /^devices\/(.+)\/segmentrouting$/, (body, subject) => {
      const switchId = switchIdOf(subject);
      this.#need(switchId);
      const routing = routingEdits(switchId, body, this.#device);
      if (routing.pair !== undefined && routing.edits.some(({ value }) => value === 'spine')) {
        throw new Unsayable('spines have no pairs');
      }
      this.#claim(routing.edits, 'number', 'loopback', 'router-mac');
      sayable.set(subject, routing);
      if (routing.pair !== undefined) pairs.set(switchId, routing.pair.other);
      return [];
    });
    const taken = found.filter(({ id }) => sayable.has(/^devices\/(.+)\/segmentrouting$/.exec(id)?.[1] ?? ''));
    this.#each(taken, /^devices\/(.+)\/segmentrouting$/, (_body, subject) => {
      const switchId = switchIdOf(subject);
      const { edits, pair } = sayable.get(subject) ?? { edits: [], pair: undefined };
      if (pair !== undefined && (pair.other === switchId || pairs.get(pair.other) !== switchId)) {
        throw new Unsayable(`it is paired with ${pair.other}, which is not paired with it`);
      }
      const known = this.#need(switchId);
      known.hasRouting = true;
      if (pair === undefined) return edits;
      known.ports.set(controllerPort(pair.port), pair.port);
      const keys = [String(pair.port.cage), String(pair.port.channel)];
      const at = [...switchAt(switchId), { name: 'switch-pair' }];
      return [
        ...edits,
        edit(at, ['paired-switch'], pair.other),
        edit([...at, { name: 'pairing-port', keys }], ['cage-number'], pair.port.cage),
      ];
    });
  }

  /** @throws Unsayable when one of these leaves has a value that another entry has */
  #claim(edits: readonly IntentEdit[], ...names: string[]): void {
    const claims = names.map((name) => {
      const value = edits.find(({ path }) => path.at(-1)?.name === name)?.value;
      return { name, word: `${name} ${String(value)}` };
    });
    const twice = claims.find(({ word }) => this.#claims.has(word));
    if (twice !== undefined) throw new Unsayable(`another entry has the same ${twice.word}`);
    for (const { word } of claims) this.#claims.add(word);
  }

  /** Ports with one VLAN first: they tell what addresses the VLANs have that other ports share. */
  #addInterfaces(found: readonly FoundDocument[]): void {
    const ordered = [...found].sort((a, b) => vlanCount(a.body) - vlanCount(b.body));
    this.#each(ordered, /^ports\/(.+)\/interfaces$/, (body, subject) =>
      this.#interfaceEdits(readInterfaces(subject, body)),
    );
  }

  #interfaceEdits({ switchId, place, name, untagged, tagged, ips }: FoundInterface): readonly IntentEdit[] {
    const known = this.#need(switchId);
    const vlans = [...(untagged === undefined ? [] : [untagged]), ...tagged];
    const taken = vlans.flatMap((vlan) => known.vlans.get(vlan) ?? []);
    const rest = ips.filter((ip) => !taken.includes(ip));
    const fresh = vlans.filter((vlan) => !known.vlans.has(vlan));
    const addresses = (vlan: number): readonly string[] => known.vlans.get(vlan) ?? (vlan === fresh[0] ? rest : []);
    if (JSON.stringify([...new Set(vlans.flatMap(addresses))]) !== JSON.stringify(ips)) {
      throw new Unsayable(
        `its addresses ${ips.join(', ')} are not those that its VLANs have on other ports of the switch`,
      );
    }
    const own = name === `${switchId}-${controllerPort(place)}` ? undefined : name;
    if (own !== undefined) this.#claim([edit([], [`name on ${switchId}`], own)], `name on ${switchId}`);
    const made = fresh.map((vlan): readonly [number, readonly string[]] => [vlan, addresses(vlan)]);
    for (const [vlan, list] of made) known.vlans.set(vlan, list);
    known.ports.set(controllerPort(place), place);
    const at = portAt(switchId, place);
    return [
      ...made.flatMap(([vlan, list]) => {
        const vlanAt = [...switchAt(switchId), { name: 'vlan', keys: [String(vlan)] }];
        return [edit(vlanAt, ['vlan-id'], vlan), edit(vlanAt, ['subnet'], list.length === 0 ? undefined : list)];
      }),
      edit(at, ['vlans', 'untagged'], untagged),
      edit(at, ['vlans', 'tagged'], tagged.length === 0 ? undefined : tagged),
      edit(at, ['interface-name'], own),
    ];
  }

  /** One model with all cages that are in use, split as far as somebody splits them. */
  #addModels(): void {
    if (this.#switches.size === 0) return;
    const at = [{ name: 'switch-model', keys: [this.#modelId()] }];
    this.#edits.push(edit(at, ['platform'], this.#options.platform));
    const channels = new Map<number, number>();
    for (const [switchId, { ports }] of this.#switches) {
      for (const place of ports.values()) {
        channels.set(place.cage, Math.max(place.channel, channels.get(place.cage) ?? 0));
        this.#edits.push(edit(portAt(switchId, place), ['speed'], this.#options.speed));
      }
    }
    for (const [cage, channel] of channels) {
      this.#edits.push(edit([...at, { name: 'port', keys: [String(cage)] }], ['max-channel'], channel));
    }
  }

  #nameTheRest(found: readonly FoundDocument[]): void {
    const known = [/^devices\/.+\/(basic|segmentrouting)$/, /^ports\/.+\/interfaces$/, /^hosts\/.+\/basic$/];
    const single = [ROUTES, REPORT, BASE, UP4, DBUF];
    for (const { kind, id } of found) {
      if (single.includes(id) || (kind === 'netcfg' && known.some((pattern) => pattern.test(id)))) continue;
      let reason = 'the model has no place for it';
      if (kind !== 'netcfg') reason = "it belongs to a slice, which is said in its tenant's intent";
      if (id === DHCP) reason = 'DHCP servers and the ports that lead to them are to be said by hand';
      this.#leftOver.push({ document: id, reason });
    }
  }

  #need(switchId: string): FoundSwitch {
    const known = this.#switches.get(switchId);
    if (known === undefined) throw new Unsayable(`the controller has no basic configuration of switch ${switchId}`);
    return known;
  }

  #modelId(): string {
    return `found-${this.#options.platform}`;
  }
}

/** How many VLANs a port's interface has. */
function vlanCount(body: FoundDocument['body']): number {
  const members = membersOf(itemsOf(body)[0]);
  return itemsOf(members['vlan-tagged']).length + (members['vlan-native'] === undefined ? 0 : 1);
}
