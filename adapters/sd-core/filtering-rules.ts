// The filtering rules of a slice: its applications' endpoints first, then what happens to all other traffic.

import type { IntentNode, Json } from '../../src/southbound/adapter.ts';
import { ruleRates } from './bit-rate.ts';
import { optional } from './device-group.ts';
import type { Dialect } from './dialect.ts';
import { NEUTRAL_CLASS, trafficClassOf } from './traffic-class.ts';

const PROTOCOL_NUMBERS: Readonly<Record<string, number>> = { TCP: 6, UDP: 17 };

/** Rules of the default behaviors come behind all priorities that filters can have; the lowest number counts first. */
const FIRST_DEFAULT_PRIORITY = 250;

const ALLOW_ALL = ['ALLOW-ALL', '0.0.0.0/0', 'permit'] as const;
const DEFAULT_BEHAVIORS: Readonly<Record<string, readonly (readonly [name: string, to: string, action: string])[]>> = {
  'ALLOW-ALL': [ALLOW_ALL],
  'DENY-ALL': [['DENY-ALL', '0.0.0.0/0', 'deny']],
  'ALLOW-PUBLIC': [
    ['DENY-CLASS-A', '10.0.0.0/8', 'deny'],
    ['DENY-CLASS-B', '172.16.0.0/12', 'deny'],
    ['DENY-CLASS-C', '192.168.0.0/16', 'deny'],
    ALLOW_ALL,
  ],
};

/** All rules of a slice, filters in the order of their application ids. */
export function filteringRules(intent: IntentNode, slice: IntentNode, dialect: Dialect): Json[] {
  const rules = slice.list('filter').flatMap((filter) => filterRules(intent, filter, dialect));
  return [...rules, ...defaultRules(String(slice.leaf('default-behavior')))];
}

function filterRules(intent: IntentNode, filter: IntentNode, dialect: Dialect): Json[] {
  const [applicationId = ''] = filter.keys;
  const application = intent.entry('application', applicationId);
  if (application === undefined) return [];
  const to = prefix(String(application.leaf('address') ?? ''));
  return application.list('endpoint').map((endpoint) => {
    const trafficClass =
      trafficClassOf(intent, endpoint) ?? (dialect.ruleNeedsTrafficClass ? NEUTRAL_CLASS : undefined);
    return {
      'rule-name': `${applicationId}-${endpoint.keys[0]}`,
      priority: filter.leaf('priority') ?? 0,
      action: filter.leaf('allow') === false ? 'deny' : 'permit',
      endpoint: to,
      'dest-port-start': endpoint.leaf('port-start') ?? 0,
      'dest-port-end': endpoint.leaf('port-end') ?? endpoint.leaf('port-start') ?? 0,
      ...optional('protocol', PROTOCOL_NUMBERS[String(endpoint.leaf('protocol') ?? 'TCP')]),
      ...ruleRates(endpoint),
      ...optional('traffic-class', trafficClass),
    };
  });
}

function defaultRules(behavior: string): Json[] {
  return (DEFAULT_BEHAVIORS[behavior] ?? []).map(([name, to, action], i) => ({
    'rule-name': name,
    priority: FIRST_DEFAULT_PRIORITY + i,
    action,
    endpoint: to,
    'traffic-class': NEUTRAL_CLASS,
  }));
}

/** A single address is a network of one. */
function prefix(address: string): string {
  if (address.includes('/')) return address;
  return `${address}/${address.includes(':') ? 128 : 32}`;
}
