// The filtering rules of a slice: its applications' endpoints first, then what happens to all other traffic.

import type { Because, IntentNode, Json } from '../../src/southbound/adapter.ts';
import { ruleRates } from './bit-rate.ts';
import type { Dialect } from './dialect.ts';
import { NEUTRAL_CLASS, trafficClassOf } from './traffic-class.ts';

export const PROTOCOL_NUMBERS = { TCP: 6, UDP: 17 } as const;

/** Rules of the default behaviors come behind all priorities that filters can have; the lowest number counts first. */
export const FIRST_DEFAULT_PRIORITY = 250;

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
export function filteringRules(intent: IntentNode, slice: IntentNode, dialect: Dialect, because: Because): Json[] {
  const rules = slice.list('filter').flatMap((filter) => filterRules(intent, filter, dialect, because));
  const behavior = String(slice.leaf('default-behavior'));
  const defaults = defaultRules(behavior).map((_, i) =>
    because(
      `a rule of default-behavior ${behavior}`,
      () => defaultRules(String(slice.leaf('default-behavior')))[i] ?? null,
    ),
  );
  return [...rules, ...defaults];
}

function filterRules(intent: IntentNode, filter: IntentNode, dialect: Dialect, because: Because): Json[] {
  const [applicationId = ''] = filter.keys;
  const application = intent.entry('application', applicationId);
  if (application === undefined) return [];
  return application.list('endpoint').map((endpoint) => {
    return because('endpoint of an application that the slice filters', () => ({
      'rule-name': because('id of the application and of its endpoint', () =>
        [application.leaf('application-id'), endpoint.leaf('endpoint-id')].join('-'),
      ),
      priority: because('priority of the filter', () => filter.leaf('priority') ?? 0),
      action: because('whether the filter allows or denies', () =>
        filter.leaf('allow') === false ? 'deny' : 'permit',
      ),
      endpoint: because('address of the application', () => prefix(String(application.leaf('address') ?? ''))),
      'dest-port-start': because('first port of the endpoint', () => endpoint.leaf('port-start') ?? 0),
      'dest-port-end': because(
        'last port of the endpoint, its first one when it has no end',
        () => endpoint.leaf('port-end') ?? endpoint.leaf('port-start') ?? 0,
      ),
      protocol: because('IP protocol number of the endpoint', () =>
        endpoint.leaf('protocol') === 'UDP' ? PROTOCOL_NUMBERS.UDP : PROTOCOL_NUMBERS.TCP,
      ),
      ...ruleRates(endpoint, because),
      ...ruleClass(intent, endpoint, dialect, because),
    }));
  });
}

function ruleClass(
  intent: IntentNode,
  endpoint: IntentNode,
  dialect: Dialect,
  because: Because,
): { [name: string]: Json } {
  const own = trafficClassOf(intent, endpoint, because);
  if (own !== undefined) return { 'traffic-class': own };
  if (!dialect.ruleNeedsTrafficClass) return {};
  return { 'traffic-class': because('best effort, since the endpoint has no traffic class', () => NEUTRAL_CLASS) };
}

/** The rules that a default behavior stands for. */
export function defaultRules(behavior: string): Json[] {
  return (DEFAULT_BEHAVIORS[behavior] ?? []).map(([name, to, action], i) => ({
    'rule-name': name,
    priority: FIRST_DEFAULT_PRIORITY + i,
    action,
    endpoint: to,
    'traffic-class': NEUTRAL_CLASS,
  }));
}

/** Names of the default behaviors. */
export const BEHAVIORS: readonly string[] = Object.keys(DEFAULT_BEHAVIORS);

/** A single address is a network of one. */
function prefix(address: string): string {
  if (address.includes('/')) return address;
  return `${address}/${address.includes(':') ? 128 : 32}`;
}
