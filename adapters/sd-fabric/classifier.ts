// Classifier flows: which packets belong to a slice, from the addresses of its devices and the endpoints of its applications.

import { type Because, EdgeconfError, type Gap, type IntentNode, type Json } from '../../src/southbound/adapter.ts';
import { activeGroups, allowedEndpoints, defaultClass, sliceSource } from './slice.ts';
import { classOf } from './traffic-class.ts';

/** A range of ports is one flow a port and direction; a wider one than this is refused. */
export const MAX_PORTS = 16;

const PROTOCOLS: Readonly<Record<string, number>> = { TCP: 6, UDP: 17 };

/** One flow, before its class is looked at. */
export interface Flow {
  /** Stable, unique on the device, and made of nothing but the criteria: `flow/IP_PROTO=6,IPV4_SRC=...,TCP_DST=443`. */
  readonly id: string;
  readonly endpoint: IntentNode;
  readonly application: IntentNode;
}

interface Ends {
  readonly application: IntentNode;
  readonly endpoint: IntentNode;
  readonly subnet: string;
  readonly address: string;
}

/** The flows of a slice in both directions, no id twice. */
export function sliceFlows(site: IntentNode, slice: IntentNode): Flow[] {
  const flows = new Map<string, Flow>();
  for (const ends of endsOf(site, slice)) {
    const { application, endpoint } = ends;
    const protocol = String(endpoint.leaf('protocol') ?? 'TCP');
    for (const ports of portsOf(endpoint)) {
      for (const id of [
        flowId(protocol, ends.subnet, ends.address, `${protocol}_DST=${ports}`),
        flowId(protocol, ends.address, ends.subnet, `${protocol}_SRC=${ports}`),
      ]) {
        if (!flows.has(id)) flows.set(id, { id, application, endpoint });
      }
    }
  }
  return [...flows.values()];
}

/** What the slice asks for that criteria of the fabric cannot say. */
export function flowGaps(site: IntentNode, slice: IntentNode): Gap[] {
  const source = sliceSource(site, slice);
  const gaps: Gap[] = [];
  for (const { application } of allowedEndpoints(slice)) {
    const address = String(application.leaf('address') ?? '');
    if (!address.includes(':')) continue;
    const reason = `application ${application.keys[0]}: the fabric tells packets apart by IPv4 addresses only, not ${address}`;
    if (!gaps.some((gap) => gap.reason === reason)) gaps.push({ source, reason });
  }
  for (const rule of slice.list('priority-traffic-rule')) {
    const reason = `priority-traffic-rule ${rule.keys[0]}: the fabric does not know which address a device has`;
    gaps.push({ source, reason });
  }
  return gaps;
}

/**
 * The flow's document: where the packets belong, and the criteria that its id has.
 * @throws EdgeconfError FAILED_PRECONDITION for a range of ports that is too wide.
 */
export function flowBody(slice: IntentNode, flow: Flow, sliceNumber: () => number, because: Because): Json {
  const { application, endpoint, id } = flow;
  const [first, last] = [Number(endpoint.leaf('port-start')), Number(endpoint.leaf('port-end') ?? 0)];
  if (last - first >= MAX_PORTS) {
    throw new EdgeconfError(
      'FAILED_PRECONDITION',
      `application ${application.keys[0]}, endpoint ${endpoint.keys[0]}: ports ${first} to ${last} are ${last - first + 1} ` +
        `ports, and the fabric, which has a rule for each, takes ranges of ${MAX_PORTS} at most; divide the range, or take ` +
        'the endpoint to another application',
    );
  }
  return {
    slice: because('number of the slice', sliceNumber),
    trafficClass: because('class of the endpoint, or of the slice', () => classOf(endpoint) ?? defaultClass(slice)),
    criteria: because('protocol, addresses and port of the endpoint and of the IP domains of the slice', () => {
      application.leaf('address');
      endpoint.leaf('protocol');
      return criteriaOf(id);
    }),
  };
}

/** The criteria that a flow's id stands for, in the controller's form. */
export function criteriaOf(id: string): Json[] {
  return id
    .slice('flow/'.length)
    .split(',')
    .map((text) => {
      const at = text.indexOf('=');
      const [type, value] = [text.slice(0, at), text.slice(at + 1)];
      if (type === 'IP_PROTO') return { type, protocol: Number(value) };
      if (type.startsWith('IPV4')) return { type, ip: value };
      return { type, [type.startsWith('TCP') ? 'tcpPort' : 'udpPort']: Number(value) };
    });
}

const ORDER = ['IP_PROTO', 'IPV4_SRC', 'IPV4_DST', 'TCP_SRC', 'TCP_DST', 'UDP_SRC', 'UDP_DST'];

/** The id of a flow with these criteria, in whatever order they are; undefined when they are none of ours. */
export function flowIdOf(criteria: Json | undefined): string | undefined {
  if (!Array.isArray(criteria)) return undefined;
  const words: string[] = [];
  for (const criterion of criteria as readonly { readonly [name: string]: Json }[]) {
    const { type } = criterion;
    if (typeof type !== 'string' || !ORDER.includes(type)) return undefined;
    words.push(`${type}=${criterion.protocol ?? criterion.ip ?? criterion.tcpPort ?? criterion.udpPort}`);
  }
  const place = (word: string): number => ORDER.indexOf(word.split('=')[0] ?? '');
  return `flow/${words.sort((a, b) => place(a) - place(b)).join(',')}`;
}

function flowId(protocol: string, source: string, destination: string, port: string): string {
  return `flow/IP_PROTO=${PROTOCOLS[protocol]},IPV4_SRC=${source},IPV4_DST=${destination},${port}`;
}

function endsOf(site: IntentNode, slice: IntentNode): Ends[] {
  const subnets = new Set<string>();
  for (const group of activeGroups(site, slice)) {
    const domain = site.entry('ip-domain', String(group.leaf('ip-domain') ?? ''));
    if (domain !== undefined) subnets.add(String(domain.leaf('subnet')));
  }
  return allowedEndpoints(slice).flatMap(({ application, endpoint }) => {
    const address = String(application.leaf('address') ?? '');
    if (address.includes(':')) return [];
    return [...subnets].map((subnet) => ({ application, endpoint, subnet, address }));
  });
}

/** Each port by itself; a range that is too wide as one word, which `flowBody` refuses. */
function portsOf(endpoint: IntentNode): string[] {
  const first = Number(endpoint.leaf('port-start'));
  const last = Number(endpoint.leaf('port-end') ?? first);
  if (last - first >= MAX_PORTS) return [`${first}-${last}`];
  return Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
}
