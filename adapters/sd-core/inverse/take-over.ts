// From all that a core was found to hold to the intent that renders exactly that, and what no intent can say.

import {
  type Because,
  type Device,
  documentText,
  EdgeconfError,
  type FoundDocument,
  type Json,
  type Proposal,
} from '../../../src/southbound/adapter.ts';
import { dialectOf } from '../dialect.ts';
import { listDocuments } from '../documents.ts';
import { idOfName, NAME_PATTERN } from '../names.ts';
import { asPrinted, nameOf, readBack } from '../read-back.ts';
import { renderDocument } from '../render.ts';
import { NEUTRAL_CLASS } from '../traffic-class.ts';
import { Classes } from './classes.ts';
import { differenceText } from './differences.ts';
import { Draft } from './draft.ts';
import { editedIntent } from './edited-intent.ts';
import { readRules } from './found-rules.ts';
import { addApplications, type Cell, cellsOf, checkUpf, FoundSite } from './found-site.ts';
import { array, isIdentifier, object, Unsayable } from './sayable.ts';

/** Options of a take-over. */
const OPTIONS = {
  /** Whose names they are, for a core with qualified names. */
  target: '',
  /** Only slices of this site, and the groups in them. */
  site: '',
  /** `5g` or `4g`: by which core of a site the slices are served. */
  generation: '5g',
  /** URI by which the sites are to name the core; the first that the platform lists for it without this. */
  endpoint: '',
  /** Enterprise number in the IMSIs of the first site; further ones count on from it. */
  enterprise: '1',
} as const;

type Options = { -readonly [name in keyof typeof OPTIONS]: string };

const plainly: Because = (_rule, make) => make();

/** @throws EdgeconfError INVALID_ARGUMENT for an option that is unknown or cannot be meant */
export function takeOver(
  device: Device,
  found: readonly FoundDocument[],
  given: Readonly<Record<string, string>>,
): Proposal {
  return new TakeOver(device, found, optionsOf(device, given)).propose();
}

interface SiteDraft {
  readonly site: FoundSite;
  readonly cells: Map<string, Cell>;
  readonly plmn: string;
}

class TakeOver {
  readonly #device: Device;
  readonly #options: Options;
  readonly #bodies: ReadonlyMap<string, Json>;
  readonly #subscribers: readonly string[];
  readonly #draft = new Draft();
  readonly #classes = new Classes(this.#draft);
  readonly #applications = new Map<string, string>();
  readonly #sites = new Map<string, SiteDraft>();
  readonly #leftOver = new Map<string, string>();

  constructor(device: Device, found: readonly FoundDocument[], options: Options) {
    this.#device = device;
    this.#options = options;
    const documents = found.filter(({ kind }) => kind !== 'subscriber');
    this.#bodies = new Map(documents.map(({ id, body }) => [id, body]));
    this.#subscribers = found.filter(({ kind }) => kind === 'subscriber').map(({ id }) => id);
  }

  propose(): Proposal {
    for (const [id, body] of [...this.#bodies].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!id.startsWith('network-slice/')) continue;
      try {
        this.#takeSlice(id, object(body));
      } catch (error) {
        if (!(error instanceof Unsayable)) throw error;
        this.#leftOver.set(id, `${error.message}; left alone`);
      }
    }
    for (const { site, cells } of this.#sites.values()) site.addCells([...cells.values()]);
    for (const id of this.#subscribers) this.#takeSubscriber(id);
    this.#compare();
    const leftOver = [...this.#leftOver].map(([document, reason]) => ({ document, reason }));
    return { edits: this.#draft.edits, leftOver };
  }

  /** @throws Unsayable before anything of the slice is in the draft */
  #takeSlice(id: string, body: { readonly [member: string]: Json }): void {
    const info = object(body['site-info']);
    const siteId = String(info['site-name'] ?? '');
    if (!isIdentifier(siteId)) throw new Unsayable(`its site '${siteId}' has no name that intent can have`);
    if (this.#options.site !== '' && siteId !== this.#options.site) throw new Unsayable(`it is of site ${siteId}`);
    const sliceId = this.#idOf(id, siteId);
    const leaves = { sst: this.#sst(object(body['slice-id']).sst), sd: sdOf(object(body['slice-id']).sd) };
    const known = this.#sites.get(siteId);
    const plmn = plmnOf(info);
    const cells = cellsOf(info);
    const upf = object(info.upf);
    checkUpf(upf);
    const rules = readRules(body['application-filtering-rules'], this.#applications);
    const site = known?.site ?? new FoundSite(siteId, new Draft(), this.#classes);
    const names = new Set(array(body['site-device-group']).map(String));
    const groups = [...names].map((name) => this.#groupOf(name, siteId));
    for (const group of groups) site.checkGroup(group.id, group.body);
    requireDistinctImsis(groups);

    const draft = known ?? this.#newSite(siteId, plmn);
    for (const cell of cells) if (!draft.cells.has(cell.name)) draft.cells.set(cell.name, cell);
    for (const group of groups) draft.site.addGroup(group.id, group.body);
    const neutral = dialectOf(this.#device).ruleNeedsTrafficClass ? NEUTRAL_PRINTED : undefined;
    addApplications(rules.rules, this.#applications, this.#draft, this.#classes, neutral);
    draft.site.addSlice(
      sliceId,
      { ...leaves },
      groups.map((group) => group.id),
      rules,
    );
    if (this.#options.generation === '4g') {
      const path = [...draft.site.path, { name: 'slice', keys: [sliceId] }];
      this.#draft.set(path, { 'connectivity-service': '4g' });
    }
    if (Object.keys(upf).length > 0) draft.site.setUpf(sliceId, upf);
  }

  #newSite(siteId: string, [mcc, mnc]: Plmn): SiteDraft {
    const site = new FoundSite(siteId, this.#draft, this.#classes);
    const enterprise = Number(this.#options.enterprise) + this.#sites.size;
    this.#draft.set(site.path, {
      'imsi-definition/mcc': mcc,
      'imsi-definition/mnc': mnc,
      'imsi-definition/enterprise': enterprise,
      'imsi-definition/format': `CCC${'N'.repeat(mnc.length)}EEE`.padEnd(15, 'S'),
      [`connectivity-service/core-${this.#options.generation}/endpoint`]: this.#options.endpoint,
    });
    const draft = { site, cells: new Map<string, Cell>(), plmn: mcc + mnc };
    this.#sites.set(siteId, draft);
    return draft;
  }

  #groupOf(name: string, siteId: string): { id: string; body: { readonly [member: string]: Json } } {
    const documentId = `device-group/${name}`;
    const body = this.#bodies.get(documentId);
    if (body === undefined) throw new Unsayable(`it names device group '${name}', which is not there`);
    return { id: this.#idOf(documentId, siteId), body: object(body) };
  }

  #idOf(documentId: string, siteId: string): string {
    const name = documentId.slice(documentId.indexOf('/') + 1);
    const id = idOfName(name, this.#options.target, siteId, this.#device);
    if (id === undefined) {
      throw new Unsayable(`the name ${name} does not begin with ${this.#options.target}_${siteId}_`);
    }
    if (isIdentifier(id) && NAME_PATTERN.test(name)) return id;
    throw new Unsayable(`the name '${id}' cannot be an id: small letters, digits and single hyphens between them`);
  }

  #sst(value: Json | undefined): string {
    const text = String(value ?? '');
    if (dialectOf(this.#device).sst === 'hexadecimal' && /^[0-9A-Fa-f]{1,2}$/.test(text)) return text;
    const isByte = /^[0-9]{1,10}$/.test(text) && Number(text) <= 255;
    if (dialectOf(this.#device).sst === 'decimal' && isByte) return Number(text).toString(16).toUpperCase();
    throw new Unsayable(`its sst '${text}' is not a number of 8 bits`);
  }

  /** A known subscriber that is in no group: its card is in the drawer of the one site of its network. */
  #takeSubscriber(id: string): void {
    const imsi = nameOf({ kind: 'subscriber', id }).replace(/^imsi-/, '');
    if ([...this.#sites.values()].some(({ site }) => this.#draft.has(site.path, 'sim-card', `sim-${imsi}`))) return;
    const sites = [...this.#sites.values()].filter(({ plmn }) => imsi.startsWith(plmn));
    const [only] = sites;
    if (/^[0-9]{14,15}$/.test(imsi) && only !== undefined && sites.length === 1) only.site.addSim(imsi);
    else
      this.#leftOver.set(id, 'it is in no device group, and no site, or more than one, is of its network; left alone');
  }

  /** Renders what was drafted, and names every document that is not exactly what was found. */
  #compare(): void {
    const intent = editedIntent(this.#options.target, this.#draft.root);
    const kept = new Set<string>();
    for (const site of intent.list('site')) {
      for (const ref of listDocuments(site, this.#device)) {
        kept.add(ref.id);
        const found = this.#bodies.get(ref.id) ?? null;
        const body = readBack(ref, renderDocument(intent, this.#device, ref, plainly));
        const reason = differenceText(found, body);
        if (reason !== undefined) this.#leftOver.set(ref.id, `it would be changed: ${reason}`);
      }
    }
    for (const id of this.#bodies.keys()) {
      if (kept.has(id) || this.#leftOver.has(id)) continue;
      this.#leftOver.set(id, 'it is in no slice that is taken over; left alone');
    }
  }
}

type Plmn = readonly [mcc: string, mnc: string];

const NEUTRAL_PRINTED = documentText(asPrinted(NEUTRAL_CLASS));

function plmnOf(info: { readonly [member: string]: Json }): Plmn {
  const { mcc = '', mnc = '' } = object(info.plmn);
  if (/^[0-9]{3}$/.test(String(mcc)) && /^[0-9]{2,3}$/.test(String(mnc))) return [String(mcc), String(mnc)];
  throw new Unsayable(`its network '${mcc}' '${mnc}' is no country code of 3 and network code of 2 or 3 digits`);
}

function sdOf(value: Json | undefined): string {
  const text = String(value ?? '');
  if (/^[0-9A-Fa-f]{1,6}$/.test(text)) return text;
  throw new Unsayable(`its sd '${text}' is not 1 to 6 hexadecimal digits`);
}

function requireDistinctImsis(groups: readonly { id: string; body: { readonly [member: string]: Json } }[]): void {
  const seen = new Set<string>();
  for (const { id, body } of groups) {
    for (const imsi of array(body.imsis).map(String)) {
      if (seen.has(imsi)) throw new Unsayable(`IMSI ${imsi} of device group ${id} is there twice`);
      seen.add(imsi);
    }
  }
}

function optionsOf(device: Device, given: Readonly<Record<string, string>>): Options {
  const refuse = (reason: string): never => {
    throw new EdgeconfError('INVALID_ARGUMENT', `taking over ${device.name}: ${reason}`);
  };
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(OPTIONS, name))
      refuse(`there is no option '${name}'; known are ${Object.keys(OPTIONS).join(', ')}`);
  }
  const options: Options = { ...OPTIONS, endpoint: device.endpoints[0] ?? '', ...given };
  if (!['4g', '5g'].includes(options.generation)) refuse(`generation '${options.generation}' must be 4g or 5g`);
  if (!/^[0-9]{1,3}$/.test(options.enterprise)) refuse(`enterprise '${options.enterprise}' must be 0 to 999`);
  if (device.endpoints.length === 0)
    refuse('the platform lists no endpoint by which sites could name it: add one first');
  if (!device.endpoints.includes(options.endpoint)) {
    refuse(`endpoint '${options.endpoint}' is none that the platform lists for the device`);
  }
  if (device.parameters.names === 'qualified' && options.target === '') {
    refuse('its names are qualified: say of which target, with the option target');
  }
  return options;
}
