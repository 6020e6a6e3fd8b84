// Reading what was found on a controller: each member is understood, or the document is one that no intent can say.

import type { IntentEdit, IntentStep, Json } from '../../../src/southbound/adapter.ts';
import { membersOf } from '../onos/json.ts';

/** Why no intent can say a document. */
export class Unsayable extends Error {}

type Kind = 'text' | 'number' | 'flag' | 'texts' | 'numbers' | 'object';
type Value<K extends Kind> = K extends 'text'
  ? string
  : K extends 'number'
    ? number
    : K extends 'flag'
      ? boolean
      : K extends 'texts'
        ? readonly string[]
        : K extends 'numbers'
          ? readonly number[]
          : Readonly<Record<string, Json>>;

/** The members of a body by their kinds. @throws Unsayable for members that are not listed, or are of another kind */
export function read<T extends Readonly<Record<string, Kind>>>(body: Json, kinds: T): { [N in keyof T]?: Value<T[N]> } {
  const members = membersOf(body);
  if (body === null || typeof body !== 'object' || Array.isArray(body)) throw new Unsayable('it is no object');
  for (const [name, value] of Object.entries(members)) {
    const kind = kinds[name];
    if (kind === undefined) throw new Unsayable(`the model has no place for '${name}'`);
    if (!isOf(kind, value)) throw new Unsayable(`'${name}' is not what the adapter writes there`);
  }
  return members as { [N in keyof T]?: Value<T[N]> };
}

/** @throws Unsayable when the value is not there */
export function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Unsayable(`'${name}' is not there`);
  return value;
}

/** @throws Unsayable when the text does not match */
export function matching(pattern: RegExp, text: string, name: string): readonly string[] {
  const found = pattern.exec(text);
  if (found === null) throw new Unsayable(`'${name}' is '${text}', which the model cannot say`);
  return [...found];
}

/** An IPv4 address. */
export const ADDRESS = /^(?:(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])(?:\.(?!$)|$)){4}$/;

/** @throws Unsayable when a number is outside of what the model has */
export function within(first: number, last: number, value: number | undefined, name: string): void {
  if (value === undefined || (value >= first && value <= last)) return;
  throw new Unsayable(`'${name}' is ${value}, and in the model it is ${first} to ${last}`);
}

/** A change of intent; without a value the leaf goes. */
export function edit(at: readonly IntentStep[], names: readonly string[], value: IntentEdit['value']): IntentEdit {
  return { path: [...at, ...names.map((name) => ({ name }))], value };
}

/** Where the controller draws an object, as intent says it. */
export function gridEdits(
  at: readonly IntentStep[],
  { locType, gridX, gridY }: { locType?: string; gridX?: number; gridY?: number },
): IntentEdit[] {
  if (locType === undefined && gridX === undefined && gridY === undefined) {
    return [{ path: [...at, { name: 'location' }], value: undefined }];
  }
  if (locType !== 'grid') throw new Unsayable(`'locType' is '${locType}', and the model knows only grid`);
  return [
    edit(at, ['location', 'grid-x'], needed(gridX, 'gridX')),
    edit(at, ['location', 'grid-y'], needed(gridY, 'gridY')),
  ];
}

function isOf(kind: Kind, value: Json): boolean {
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'number') return typeof value === 'number' && Number.isInteger(value);
  if (kind === 'flag') return typeof value === 'boolean';
  if (kind === 'texts') return Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (kind === 'numbers') return Array.isArray(value) && value.every((item) => Number.isInteger(item));
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
