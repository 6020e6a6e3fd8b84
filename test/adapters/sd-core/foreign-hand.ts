// What a foreign hand may do to one document of a core: changes of which most can become intent.

import type { Json } from '../../../src/southbound/adapter.ts';

type Body = { [member: string]: Json };

const CLASS = { name: 'gold', qci: 5, arp: 1, pdb: 10, pelr: 2 };

function domain(body: Body): Body {
  return (body['ip-domains'] as Body[])[0] ?? {};
}

function qos(body: Body): Body {
  return (domain(body)['ue-dnn-qos'] ?? {}) as Body;
}

function site(body: Body): Body {
  return (body['site-info'] ?? {}) as Body;
}

function rule(body: Body): Body {
  return (body['application-filtering-rules'] as Body[])[0] ?? {};
}

/** Of device groups of cores with lists of IP domains. */
const GROUP_CHANGES: readonly ((body: Body) => unknown)[] = [
  (body) => Object.assign(body, { imsis: (body.imsis as string[]).slice(1) }),
  (body) => Object.assign(body, { imsis: [...(body.imsis as string[]), '999990000000001'].sort() }),
  (body) => Object.assign(qos(body), { 'dnn-mbr-uplink': 77 }),
  (body) => Object.assign(qos(body), { 'traffic-class': CLASS }),
  (body) => Object.assign((qos(body)['traffic-class'] ?? {}) as Body, { qci: 17 }),
  (body) => Object.assign(domain(body), { dnn: 'elsewhere', mtu: 900, 'ue-ip-pool': '10.200.0.0/16' }),
  (body) => Object.assign(body, { 'ip-domain-name': 'fresh' }),
];

const SLICE_CHANGES: readonly ((body: Body) => unknown)[] = [
  (body) => Object.assign(body, { 'site-device-group': (body['site-device-group'] as string[]).slice(1) }),
  (body) => Object.assign(site(body), { upf: { 'upf-name': 'other.example.org', 'upf-port': 1 } }),
  (body) => delete site(body).upf,
  (body) => Object.assign((site(body).gNodeBs as Body[])[0] ?? {}, { tac: 4242 }),
  (body) => Object.assign(site(body), { gNodeBs: (site(body).gNodeBs as Body[]).slice(1) }),
  (body) => Object.assign(rule(body), { priority: 123 }),
  (body) => Object.assign(rule(body), { action: rule(body).action === 'deny' ? 'permit' : 'deny' }),
  (body) => Object.assign(rule(body), { 'dest-port-start': 5, 'dest-port-end': 70, protocol: 17 }),
  (body) => Object.assign(rule(body), { 'traffic-class': CLASS, 'app-mbr-uplink': 9, 'bitrate-unit': 'bps' }),
];

/** The document after the n-th of these changes, or of as many as there are. */
export function changedByOthers(kind: string, body: Json, n: number): Json {
  const changes = kind === 'device-group' ? GROUP_CHANGES : SLICE_CHANGES;
  const copy = structuredClone(body) as Body;
  changes[n % changes.length]?.(copy);
  return copy;
}
