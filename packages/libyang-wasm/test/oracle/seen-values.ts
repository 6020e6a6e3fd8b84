// Values of leaves as valid documents have them, so that random edits of a real model are not all refused for their form.
import type { SchemaNodeJson } from 'libyang-wasm';
import type { KnownValues } from './random-tree-edits.ts';

/** What the documents hold for leaves of a name, and all their texts. */
export function seenValues(documents: readonly unknown[]): { known: KnownValues; names: string[] } {
  const byName = new Map<string, Map<string, unknown>>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (value !== null && typeof value === 'object') {
      for (const [member, child] of Object.entries(value)) {
        const name = member.slice(member.indexOf(':') + 1);
        const leaves = (Array.isArray(child) ? child : [child]).filter(
          (one) => one === null || typeof one !== 'object',
        );
        const seen = byName.get(name) ?? new Map<string, unknown>();
        for (const leaf of leaves) seen.set(JSON.stringify(leaf), leaf);
        byName.set(name, seen);
        visit(child);
      }
    }
  };
  documents.forEach(visit);
  const names = [...byName.values()].flatMap((seen) => [...seen.values()]).filter((one) => typeof one === 'string');
  const known = ({ name, type, kind }: SchemaNodeJson): readonly unknown[] | undefined => {
    if ((kind !== 'leaf' && kind !== 'leaf-list') || type?.base === 'boolean' || type?.base === 'empty')
      return undefined;
    const seen = byName.get(name);
    return seen && seen.size > 0 ? [...seen.values()] : undefined;
  };
  return { known, names: names.length > 0 ? names : ['a'] };
}
