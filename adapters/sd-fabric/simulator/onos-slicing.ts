// The slicing application of a simulated controller: what it makes of its configuration, and its own REST interface.

import { type Answer, type Json, type OnosState, Refusal, type Warning } from './onos-state.ts';

const CLASSES = ['BEST_EFFORT', 'CONTROL', 'REAL_TIME', 'ELASTIC'];
const FIVE_TUPLE: Readonly<Record<string, { member: string; valid: RegExp }>> = {
  IP_PROTO: { member: 'protocol', valid: /^[0-9]{1,3}$/ },
  IPV4_SRC: { member: 'ip', valid: /^[0-9.]+\/[0-9]{1,2}$/ },
  IPV4_DST: { member: 'ip', valid: /^[0-9.]+\/[0-9]{1,2}$/ },
  TCP_SRC: { member: 'tcpPort', valid: /^[0-9]{1,5}$/ },
  TCP_DST: { member: 'tcpPort', valid: /^[0-9]{1,5}$/ },
  UDP_SRC: { member: 'udpPort', valid: /^[0-9]{1,5}$/ },
  UDP_DST: { member: 'udpPort', valid: /^[0-9]{1,5}$/ },
};

/** Makes the slices in effect those of the configuration; what still has flows stays, with a warning. */
export function applySlicing(state: OnosState, configured: Json | undefined, warn: (warning: Warning) => void): void {
  const { slices = {} } = (configured ?? {}) as { slices?: { [number: string]: Json } };
  const wanted = new Map<number, Map<string, number>>([[0, new Map([['BEST_EFFORT', 0]])]]);
  for (const [number, slice] of Object.entries(slices)) {
    const { tcs } = slice as { tcs: { [name: string]: { queueId: number } } };
    const classes = Object.entries(tcs).map(([name, { queueId }]): [string, number] => [name, queueId]);
    wanted.set(Number(number), new Map([['BEST_EFFORT', 0], ...classes]));
  }
  for (const [number, classes] of state.slices) {
    for (const name of classes.keys()) {
      if (wanted.get(number)?.has(name) === true) continue;
      const flows = [...state.flows.values()].filter((flow) => flow.slice === number && flow.trafficClass === name);
      if (flows.length > 0) {
        warn({ slice: number, reason: `${name} stays: it has ${flows.length} classifier flows` });
        const kept = wanted.get(number) ?? new Map<string, number>();
        wanted.set(number, kept.set(name, classes.get(name) ?? 0));
      } else if (state.defaultClasses.get(number) === name) {
        state.defaultClasses.delete(number);
      }
    }
  }
  state.slices.clear();
  for (const [number, classes] of [...wanted].sort(([a], [b]) => a - b)) state.slices.set(number, classes);
}

/** Answers below `/onos/fabrictna/slicing`. */
export function slicingAnswer(state: OnosState, method: string, words: readonly string[], body: string): Answer {
  const [what, number = '', name = ''] = words;
  if (method === 'GET' && what === 'slice' && words.length === 1) {
    return { status: 200, body: { Slices: [...state.slices.keys()] } };
  }
  const slice = sliceNumber(number);
  const classes = state.slices.get(slice);
  if (method === 'GET' && what === 'tc' && words.length === 2) {
    return classes === undefined ? { status: 404 } : { status: 200, body: { TrafficClasses: [...classes.keys()] } };
  }
  if (what === 'defaulttc' && method === 'GET' && words.length === 2) {
    if (classes === undefined) return { status: 404 };
    return { status: 200, body: { TrafficClass: state.defaultClasses.get(slice) ?? 'BEST_EFFORT' } };
  }
  if (words.length !== 3 || (what !== 'defaulttc' && what !== 'flow')) throw new Refusal(404, 'not found');
  if (!CLASSES.includes(name)) throw new Refusal(400, `${name} is no traffic class`);
  if (what === 'flow') return flowAnswer(state, method, slice, name, body);
  if (method !== 'POST') throw new Refusal(405, 'method not allowed');
  if (classes?.has(name) !== true) throw new Refusal(400, `traffic class ${name} is not part of slice ${slice}`);
  if (name === 'BEST_EFFORT') state.defaultClasses.delete(slice);
  else state.defaultClasses.set(slice, name);
  return { status: 200 };
}

function flowAnswer(state: OnosState, method: string, slice: number, trafficClass: string, body: string): Answer {
  const isHere = (flow: { slice: number; trafficClass: string }): boolean =>
    flow.slice === slice && flow.trafficClass === trafficClass;
  if (method === 'GET') {
    const found = [...state.flows.values()].filter(isHere);
    return { status: 200, body: { TrafficSelector: found.map(({ criteria }) => ({ criteria })) } };
  }
  const criteria = criteriaIn(body);
  const key = criteria.map((criterion) => JSON.stringify(criterion)).join();
  const known = state.flows.get(key);
  if (method === 'DELETE') {
    if (known === undefined || !isHere(known)) throw new Refusal(400, 'no such classifier flow');
    state.flows.delete(key);
    return { status: 200 };
  }
  if (method !== 'POST') throw new Refusal(405, 'method not allowed');
  if (state.slices.get(slice)?.has(trafficClass) !== true) {
    throw new Refusal(400, `traffic class ${trafficClass} is not part of slice ${slice}`);
  }
  state.flows.set(key, { slice, trafficClass, criteria });
  return { status: 200 };
}

/** The criteria of a body in a fixed order; other than of the five-tuple, or none at all, are refused. */
function criteriaIn(body: string): Json[] {
  const { criteria } = (JSON.parse(body) ?? {}) as { criteria?: Json };
  if (!Array.isArray(criteria) || criteria.length === 0) throw new Refusal(400, 'an empty selector is not allowed');
  const types = new Set<string>();
  for (const criterion of criteria as { [name: string]: Json }[]) {
    const type = String(criterion.type);
    const known = FIVE_TUPLE[type];
    if (known === undefined) throw new Refusal(400, `only criteria of the 5-tuple are accepted, not ${type}`);
    if (types.has(type)) throw new Refusal(400, `two criteria ${type}`);
    types.add(type);
    if (Object.keys(criterion).length !== 2 || !known.valid.test(String(criterion[known.member]))) {
      throw new Refusal(400, `criterion ${type} needs ${known.member}`);
    }
  }
  return [...criteria].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function sliceNumber(text: string): number {
  if (!/^[0-9]+$/.test(text) || Number(text) > 15) throw new Refusal(400, `${text} is no slice: 0 to 15`);
  return Number(text);
}
