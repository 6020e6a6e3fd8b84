// Edits made from a number and a schema: the same number gives the same edit, so that a failing sequence can be made smaller.
import type { Edit, PathElem, SchemaNodeJson, TypeJson } from 'libyang-wasm';

/** Texts for leaves by name, where a random one would always be refused; else undefined. */
export type KnownValues = (node: SchemaNodeJson) => readonly unknown[] | undefined;

/** A small generator of numbers (mulberry32). */
export class Numbers {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 0;
  }
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

/** Makes edits of a model. `names` are the texts that keys and references are taken from. */
export class EditMaker {
  readonly #roots: readonly SchemaNodeJson[];
  readonly #names: readonly string[];
  readonly #known: KnownValues;

  constructor(roots: readonly SchemaNodeJson[], names: readonly string[], known: KnownValues = () => undefined) {
    this.#roots = roots.filter(({ config }) => config);
    this.#names = names;
    this.#known = known;
  }

  edit(seed: number): Edit {
    const numbers = new Numbers(seed);
    const path: PathElem[] = [];
    let module: string | undefined;
    let node = numbers.pick(this.#roots);
    for (;;) {
      const name = node.module === module ? node.name : `${node.module}:${node.name}`;
      module = node.module;
      const children = (node.children ?? []).filter(({ config }) => config);
      const whole = node.kind === 'list' && numbers.chance(3);
      const keys = node.kind === 'list' && !whole ? this.#keys(node, numbers) : undefined;
      path.push(keys ? { name, keys } : { name });
      if (whole || children.length === 0 || numbers.chance(path.length === 1 && node.kind === 'container' ? 4 : 20))
        break;
      node = numbers.pick(children);
    }
    const kind = numbers.below(10);
    if (kind < 3) return { op: 'delete', path };
    const keys = path.at(-1)?.keys;
    const value = node.kind === 'list' ? this.#entries(node, numbers, keys) : this.#value(node, numbers, 0);
    return {
      op: kind < 8 ? 'update' : 'replace',
      path,
      json: JSON.stringify({ [`${node.module}:${node.name}`]: value }),
    };
  }

  #keys(list: SchemaNodeJson, numbers: Numbers): string[] {
    return (list.keys ?? []).map((key) => {
      const leaf = list.children?.find(({ name }) => name === key) as SchemaNodeJson;
      const value = this.#leafValue(leaf, numbers);
      return typeof value === 'string' ? value : JSON.stringify(value);
    });
  }

  #entries(list: SchemaNodeJson, numbers: Numbers, keys: readonly string[] | undefined): unknown[] {
    if (keys) return [this.#entry(list, numbers, keys, 0)];
    return this.#distinct(numbers.below(4), () => this.#keys(list, numbers)).map((one) =>
      this.#entry(list, numbers, one, 1),
    );
  }

  #distinct(count: number, make: () => string[]): string[][] {
    const made = Array.from({ length: count }, make);
    return [...new Map(made.map((keys) => [JSON.stringify(keys), keys])).values()];
  }

  #entry(list: SchemaNodeJson, numbers: Numbers, keys: readonly string[], depth: number): Record<string, unknown> {
    const named = (list.keys ?? []).map((key, i) => {
      const leaf = list.children?.find(({ name }) => name === key) as SchemaNodeJson;
      const text = keys[i] as string;
      return [key, /^u?int(8|16|32)$/.test(leaf.type?.base ?? '') ? Number(text) : text] as const;
    });
    return { ...Object.fromEntries(named), ...this.#children(list, numbers, depth + 1) };
  }

  #children(parent: SchemaNodeJson, numbers: Numbers, depth: number): Record<string, unknown> {
    const made: Record<string, unknown> = {};
    const cases = new Map<string, string>();
    for (const child of parent.children ?? []) {
      if (!child.config || parent.keys?.includes(child.name)) continue;
      const inCase = child.cases?.[0];
      const needed = child.mandatory === true || (child.kind === 'container' && this.#needs(child));
      if (!numbers.chance(needed && !inCase && !child.when ? 97 : depth > 2 ? 8 : 22)) continue;
      if (inCase) {
        const chosen = cases.get(inCase.choice) ?? inCase.case;
        if (chosen !== inCase.case && !numbers.chance(3)) continue;
        cases.set(inCase.choice, chosen);
      }
      const name = child.module === parent.module ? child.name : `${child.module}:${child.name}`;
      made[name] = this.#value(child, numbers, depth);
    }
    return made;
  }

  #needs(node: SchemaNodeJson): boolean {
    if (node.presence) return false;
    return (node.children ?? []).some(
      (child) => child.mandatory === true || (child.kind === 'container' && this.#needs(child)),
    );
  }

  #value(node: SchemaNodeJson, numbers: Numbers, depth: number): unknown {
    if (node.kind === 'container') return this.#children(node, numbers, depth + 1);
    if (node.kind === 'list') {
      return this.#distinct(numbers.below(3), () => this.#keys(node, numbers)).map((keys) =>
        this.#entry(node, numbers, keys, depth + 1),
      );
    }
    if (node.kind === 'leaf-list') {
      const values = Array.from({ length: numbers.below(4) }, () => this.#leafValue(node, numbers));
      return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
    }
    return node.kind === 'leaf' ? this.#leafValue(node, numbers) : { z: numbers.below(3) };
  }

  #leafValue(leaf: SchemaNodeJson, numbers: Numbers): unknown {
    const known = this.#known(leaf);
    return known ? numbers.pick(known) : this.#typed(leaf.type as TypeJson, numbers);
  }

  #typed(type: TypeJson, numbers: Numbers): unknown {
    switch (type.base) {
      case 'boolean':
        return numbers.chance(50);
      case 'empty':
        return [null];
      case 'enumeration':
        return numbers.pick(type.enums ?? []);
      case 'identityref':
        return numbers.pick(type.identities ?? []);
      case 'leafref':
        return this.#typed(type.target as TypeJson, numbers);
      case 'union':
        return this.#typed(numbers.pick(type.members ?? []), numbers);
      case 'instance-identifier': {
        const name = numbers.pick(this.#names);
        return numbers.pick([
          `/a:top/item[name='${name}']`,
          `/a:top/item[name='${name}']/serial`,
          '/a:top/one',
          `/a:order[.='${name}']`,
        ]);
      }
      case 'int64':
      case 'uint64':
      case 'decimal64':
        return String(numbers.below(5));
      case 'string':
        return numbers.pick(this.#names);
      default:
        return numbers.chance(70) ? numbers.below(6) : numbers.below(100);
    }
  }
}
