// Finds the leaf of a slice's body that the words of a core's refusal are about.

import type { Json } from '../../src/southbound/adapter.ts';

interface Named {
  readonly name: string;
  readonly path: string;
}

/** A path such as `/site-info/gNodeBs/0/name`; undefined when the words do not tell. */
export function refusedLeaf(said: string, body: Json): string | undefined {
  const slice = (body ?? {}) as { readonly [member: string]: Json };
  if (/\bsst\b/i.test(said)) return '/slice-id/sst';
  if (/traffic-?class/i.test(said)) {
    const rules = namedIn(slice['application-filtering-rules'], '/application-filtering-rules', 'rule-name');
    const rule = longestIn(said, rules);
    return rule === undefined ? '/application-filtering-rules' : `${rule.path}/traffic-class`;
  }
  if (/\bgNB\b/i.test(said)) {
    const site = (slice['site-info'] ?? {}) as { readonly [member: string]: Json };
    const gnb = longestIn(said, namedIn(site.gNodeBs, '/site-info/gNodeBs', 'name'));
    if (gnb === undefined) return '/site-info/gNodeBs';
    return `${gnb.path}/${/\btac\b/i.test(said) ? 'tac' : 'name'}`;
  }
  return undefined;
}

function namedIn(list: Json | undefined, path: string, member: string): Named[] {
  const items = Array.isArray(list) ? (list as readonly Json[]) : [];
  return items.map((item, i) => ({
    name: String((item as { readonly [name: string]: Json })[member] ?? ''),
    path: `${path}/${i}`,
  }));
}

/** The longest name that is in the words; names of others may be a part of it. */
function longestIn(said: string, all: readonly Named[]): Named | undefined {
  const found = all.filter(({ name }) => name !== '' && said.includes(name));
  return found.sort((a, b) => b.name.length - a.name.length)[0];
}
