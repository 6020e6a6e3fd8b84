// The body of a device group: who is in it, from which addresses, and with which quality.

import { EdgeconfError, type IntentNode, type Json } from '../../src/southbound/adapter.ts';
import { groupRates } from './bit-rate.ts';
import { type Dialect, NAME_PATTERN } from './dialect.ts';
import { trafficClassOf } from './traffic-class.ts';

/** The YANG of the model makes sure that a group in a slice has an IP domain and a traffic class. */
export function deviceGroupBody(intent: IntentNode, site: IntentNode, group: IntentNode, dialect: Dialect): Json {
  const [groupId = ''] = group.keys;
  requireName('device-group', groupId);
  const domainId = String(group.leaf('ip-domain') ?? '');
  const domain = site.entry('ip-domain', domainId);
  const trafficClass = trafficClassOf(intent, group);
  const domainBody: Json = {
    dnn: domain?.leaf('dnn') ?? 'internet',
    ...optional('ue-ip-pool', domain?.leaf('subnet')),
    ...optional('dns-primary', domain?.leaf('dns-primary')),
    ...optional('dns-secondary', domain?.leaf('dns-secondary')),
    mtu: domain?.leaf('mtu') ?? 1492,
    'ue-dnn-qos': { ...groupRates(group), ...optional('traffic-class', trafficClass) },
  };
  return {
    imsis: imsis(site, group),
    'ip-domain-name': domainId,
    'site-info': site.keys[0] ?? '',
    ...(dialect.ipDomains === 'list' ? { 'ip-domains': [domainBody] } : { 'ip-domain-expanded': domainBody }),
  };
}

/** @throws EdgeconfError FAILED_PRECONDITION for an id that the core does not take as a name */
export function requireName(list: string, id: string): void {
  if (NAME_PATTERN.test(id)) return;
  throw new EdgeconfError(
    'FAILED_PRECONDITION',
    `${list} '${id}': the core takes names of 2 to 256 letters, digits, '-' and '_' that start with a letter; ` +
      'choose another id',
  );
}

/** A member, or nothing when there is no value. */
export function optional(name: string, value: Json | undefined): { [name: string]: Json } {
  return value === undefined ? {} : { [name]: value };
}

/** IMSIs of the devices that take part and have a SIM card in use. */
function imsis(site: IntentNode, group: IntentNode): string[] {
  const found: string[] = [];
  for (const link of group.list('device')) {
    if (link.leaf('enable') === false) continue;
    const card = site.entry('device', link.keys[0] ?? '')?.leaf('sim-card');
    const sim = card === undefined ? undefined : site.entry('sim-card', String(card));
    const imsi = sim?.leaf('enable') === false ? undefined : sim?.leaf('imsi');
    if (imsi !== undefined) found.push(String(imsi));
  }
  return found.sort();
}
