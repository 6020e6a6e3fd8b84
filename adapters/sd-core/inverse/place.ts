// Where an adoption writes: one site of intent as it is, and the draft of what it would become.

import type { IntentNode, IntentStep, Json } from '../../../src/southbound/adapter.ts';
import type { Draft } from './draft.ts';
import { CLASS_RANGES, isIdentifier, object, whole } from './sayable.ts';

export interface Place {
  readonly intent: IntentNode;
  readonly site: IntentNode;
  readonly path: readonly IntentStep[];
  readonly draft: Draft;
}

/** A body of a document, read leniently. */
export type Body = { readonly [member: string]: Json };

/** The way to an entry of a list of the site. */
export function entryPath(place: Place, list: string, key: string): readonly IntentStep[] {
  return [...place.path, { name: list, keys: [key] }];
}

/**
 * Makes an entry's traffic class what was found: other figures when nobody else has the class, else another class of that
 * name. What it cannot do it leaves, and the rendering afterwards shows it.
 */
export function adoptClass(place: Place, entry: IntentNode, at: readonly IntentStep[], found: Json | undefined): void {
  const { intent, draft } = place;
  const body = object(found);
  const name = String(body.name ?? '');
  const figures: { [leaf: string]: number } = {};
  for (const [leaf, [least, most]] of Object.entries(CLASS_RANGES)) {
    const value = Number(whole(body[leaf]) ?? -1n);
    if (value < least || value > most) return;
    figures[leaf] = value;
  }
  if (!isIdentifier(name)) return;
  const known = intent.entry('traffic-class', name);
  if (entry.leaf('traffic-class') !== name) {
    if (known === undefined) draft.set(draft.entry([], 'traffic-class', 'traffic-class-id', name), figures);
    draft.set(at, { 'traffic-class': name });
  } else if (known !== undefined && classUsers(intent, name) === 1) {
    const changed = Object.entries(figures).filter(([leaf, value]) => known.leaf(leaf) !== value);
    draft.set([{ name: 'traffic-class', keys: [name] }], Object.fromEntries(changed));
  }
}

/** How many entries of the whole intent refer to a traffic class. */
function classUsers(intent: IntentNode, id: string): number {
  const endpoints = intent.list('application').flatMap((application) => application.list('endpoint'));
  const groups = intent.list('site').flatMap((site) => site.list('device-group'));
  return [...endpoints, ...groups].filter((entry) => entry.leaf('traffic-class') === id).length;
}
