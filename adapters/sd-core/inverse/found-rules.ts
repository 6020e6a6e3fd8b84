// Filtering rules of a found slice as applications, filters and a default behavior.

import { documentText, type Json } from '../../../src/southbound/adapter.ts';
import { BEHAVIORS, defaultRules, FIRST_DEFAULT_PRIORITY, PROTOCOL_NUMBERS } from '../filtering-rules.ts';
import { asPrinted } from '../read-back.ts';
import { array, asIdentifier, isIdentifier, network, object, Unsayable, unused, whole } from './sayable.ts';

/** The largest that the model allows. */
const MAX_PRIORITY = 200;
const MAX_ENDPOINTS = 5;

/** One rule as an endpoint of an application that the slice filters. */
export interface FoundRule {
  readonly application: string;
  readonly endpoint: string;
  readonly address: string;
  readonly priority: number;
  readonly allow: boolean;
  readonly body: { readonly [member: string]: Json };
}

export interface FoundRules {
  readonly behavior: string;
  readonly rules: readonly FoundRule[];
}

/** Applications that other slices have already: intent has one list of them for all. By id, the text of what they say. */
export type KnownApplications = ReadonlyMap<string, string>;

/** @throws Unsayable when leaving a rule out would be the only way */
export function readRules(found: Json | undefined, known: KnownApplications): FoundRules {
  const all = array(found).map(object);
  const exact = BEHAVIORS.find((behavior) => {
    const own = printedDefaults(behavior);
    return own === documentText(all.slice(all.length - defaultRules(behavior).length));
  });
  const rest =
    exact === undefined
      ? all.filter((rule) => (whole(rule.priority) ?? 0n) < FIRST_DEFAULT_PRIORITY)
      : all.slice(0, all.length - defaultRules(exact).length);
  if (rest.length > MAX_ENDPOINTS) {
    throw new Unsayable(`it has ${rest.length} filtering rules; intent has at most ${MAX_ENDPOINTS} for a slice`);
  }
  return { behavior: exact ?? likelyBehavior(all), rules: split(rest, known) };
}

/** What an application says, to be compared with what another slice made of its name. */
export function applicationText(rules: readonly FoundRule[]): string {
  const said = rules.map(({ endpoint, address, body }) => {
    const { priority: _p, action: _a, ...rest } = body;
    return { ...rest, endpoint, address };
  });
  return documentText(said);
}

function printedDefaults(behavior: string): string {
  return documentText(asPrinted(defaultRules(behavior)));
}

/** The behavior that comes next to the last rules where none is exactly what they say. */
function likelyBehavior(all: readonly { readonly [member: string]: Json }[]): string {
  const last = all.filter((rule) => (whole(rule.priority) ?? 0n) >= FIRST_DEFAULT_PRIORITY);
  if (last.at(-1)?.action === 'deny') return 'DENY-ALL';
  return last.some(({ action }) => action === 'deny') ? 'ALLOW-PUBLIC' : 'ALLOW-ALL';
}

/**
 * Divides each rule's name into an application and an endpoint, so that the order of their ids is that of the rules, and
 * rules of one application agree in all that an application says once.
 */
function split(bodies: readonly { readonly [member: string]: Json }[], known: KnownApplications): FoundRule[] {
  const taken = new Set<string>();
  for (;;) {
    const rules = splitWithout(bodies, taken);
    const clash = [...new Set(rules.map(({ application }) => application))].find((id) => {
      const other = known.get(id);
      return other !== undefined && other !== applicationText(rules.filter(({ application }) => application === id));
    });
    if (clash === undefined) return rules;
    taken.add(clash);
  }
}

function splitWithout(bodies: readonly { readonly [member: string]: Json }[], taken: ReadonlySet<string>): FoundRule[] {
  const rules: FoundRule[] = [];
  for (const body of bodies) {
    const name = String(body['rule-name'] ?? '');
    const said = { ...saidBy(body, name), body };
    const fits = ([application, endpoint]: Split): boolean => {
      if (taken.has(application)) return false;
      const others = rules.filter((rule) => rule.application === application);
      return others.every(
        (rule) =>
          rule.endpoint !== endpoint &&
          rule.address === said.address &&
          rule.priority === said.priority &&
          rule.allow === said.allow,
      );
    };
    const last = rules.at(-1);
    const after = ([application, endpoint]: Split): boolean =>
      last === undefined ||
      application > last.application ||
      (application === last.application && endpoint > last.endpoint);
    const fitting = splitsOf(name).filter(fits);
    const fresh = unused(asIdentifier(name, 'rule'), (id) => !fits([id, 'all']));
    const [application, endpoint] = fitting.find(after) ?? fitting[0] ?? [fresh, 'all'];
    rules.push({ application, endpoint, ...said });
  }
  return rules;
}

type Split = readonly [application: string, endpoint: string];

/** Shortest application first, which is the order of their ids. */
function splitsOf(name: string): Split[] {
  const places = [...name.matchAll(/-/g)].map(({ index }) => index);
  return places
    .map((at): Split => [name.slice(0, at), name.slice(at + 1)])
    .filter(([application, endpoint]) => isIdentifier(application) && isIdentifier(endpoint));
}

function saidBy(
  body: { readonly [member: string]: Json },
  name: string,
): Pick<FoundRule, 'address' | 'priority' | 'allow'> {
  const address = network(String(body.endpoint ?? ''));
  if (address === undefined) throw new Unsayable(`rule '${name}' is for '${body.endpoint ?? ''}', which is no network`);
  const priority = Number(whole(body.priority) ?? -1n);
  if (priority < 0 || priority > MAX_PRIORITY) {
    throw new Unsayable(`rule '${name}' has the priority ${priority}; intent has 0 to ${MAX_PRIORITY}`);
  }
  if (body.action !== 'permit' && body.action !== 'deny') {
    throw new Unsayable(`rule '${name}' has the action '${body.action ?? ''}', which is neither permit nor deny`);
  }
  return { address, priority, allow: body.action === 'permit' };
}

/** Leaves of the endpoint that a rule stands for, besides its traffic class. */
export function endpointLeaves({ body }: FoundRule): Record<string, string | number | undefined> {
  const port = (member: string) => Math.min(Number(whole(body[member]) ?? 0n), 65_535);
  const [start, end] = [port('dest-port-start'), port('dest-port-end')];
  const rates = [body['app-mbr-uplink'], body['app-mbr-downlink']].map((rate) =>
    rate === undefined ? undefined : String(whole(rate) ?? 0n),
  );
  // A unit without rates is what the core keeps of a rate of nothing.
  const isZero = body['bitrate-unit'] !== undefined && rates.every((rate) => rate === undefined);
  const all: Record<string, string | number | undefined> = {
    'port-start': start,
    'port-end': end > start ? end : undefined,
    protocol: body.protocol === PROTOCOL_NUMBERS.UDP ? 'UDP' : 'TCP',
    'mbr/uplink': isZero ? '0' : rates[0],
    'mbr/downlink': rates[1],
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
