// Traffic classes of found documents as entries of intent: equal figures under one name are one class.

import { documentText, type Json } from '../../../src/southbound/adapter.ts';
import { ORDINARY } from '../traffic-class.ts';
import type { Draft } from './draft.ts';
import { asIdentifier, CLASS_RANGES, object, unused, whole } from './sayable.ts';

export class Classes {
  readonly #draft: Draft;
  readonly #figures = new Map<string, string>();

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  /** Id of the class that says this, or comes next to it where intent cannot say it exactly. */
  idOf(found: Json | undefined): string {
    const body: { readonly [member: string]: Json } = found === undefined ? ORDINARY : object(found);
    const figures: { [leaf: string]: number } = {};
    for (const [leaf, [least, most]] of Object.entries(CLASS_RANGES)) {
      figures[leaf] = Math.min(Math.max(Number(whole(body[leaf]) ?? 0n), least), most);
    }
    const text = documentText(figures);
    const wanted = asIdentifier(String(body.name ?? ''), 'class');
    const id = unused(wanted, (tried) => (this.#figures.get(tried) ?? text) !== text);
    if (!this.#figures.has(id)) {
      this.#figures.set(id, text);
      this.#draft.set(this.#draft.entry([], 'traffic-class', 'traffic-class-id', id), figures);
    }
    return id;
  }
}
