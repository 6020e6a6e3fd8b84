// The body of a device group: who is in it, from which addresses, and with which quality.

import type { Because, IntentNode, Json } from '../../src/southbound/adapter.ts';
import { groupRates } from './bit-rate.ts';
import type { Dialect } from './dialect.ts';
import { imsiInUse, membersOf } from './members.ts';
import { optional } from './optional.ts';
import { trafficClassOf } from './traffic-class.ts';

/** The YANG of the model makes sure that a group in a slice has an IP domain and a traffic class. */
export function deviceGroupBody(
  intent: IntentNode,
  site: IntentNode,
  group: IntentNode,
  dialect: Dialect,
  because: Because,
): Json {
  const domain = () => ipDomain(intent, site, group, because);
  return {
    imsis: because('SIM cards in use, of the devices that take part in the group, sorted', () =>
      membersOf(site, group).map(({ link }) =>
        because('IMSI of the SIM card in the device', () => imsiInUse(site, link) ?? ''),
      ),
    ),
    'ip-domain-name': because('id of the IP domain', () => String(group.leaf('ip-domain') ?? '')),
    'site-info': because('id of the site', () => String(site.leaf('site-id') ?? '')),
    ...(dialect.ipDomains === 'list'
      ? { 'ip-domains': because('one IP domain, in the form of cores from 2.1.1 on', () => [domain()]) }
      : { 'ip-domain-expanded': because('the IP domain, in the form of cores before 2.1.1', domain) }),
  };
}

function ipDomain(intent: IntentNode, site: IntentNode, group: IntentNode, because: Because): Json {
  const domain = site.entry('ip-domain', String(group.leaf('ip-domain') ?? ''));
  return {
    dnn: because('data network name of the IP domain, internet without one', () => domain?.leaf('dnn') ?? 'internet'),
    ...optional(because, 'ue-ip-pool', 'subnet of the IP domain', () => domain?.leaf('subnet')),
    ...optional(because, 'dns-primary', 'first name server of the IP domain', () => domain?.leaf('dns-primary')),
    ...optional(because, 'dns-secondary', 'second name server of the IP domain', () => domain?.leaf('dns-secondary')),
    mtu: because('largest packet of the IP domain, 1492 without one', () => domain?.leaf('mtu') ?? 1492),
    'ue-dnn-qos': because('rates and traffic class of the group', () => {
      const trafficClass = trafficClassOf(intent, group, because);
      const rates = groupRates(group, because);
      return trafficClass === undefined ? rates : { ...rates, 'traffic-class': trafficClass };
    }),
  };
}
