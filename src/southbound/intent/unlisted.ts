// Intent of which it could not be found out which documents it needs, nor is known from before: at the start of the service.

import type { Device } from '../adapter.ts';
import type { Unit } from './rendering.ts';

/** Whether a device may have documents of a target that would only seem not to be wanted. */
export type IsUnlisted = (device: Device, target: string | undefined) => boolean;

/** @param units all that was rendered at the start */
export function unlisted(units: Iterable<Unit | undefined>): IsUnlisted {
  const onDevices = new Set<string>();
  const onKinds = new Set<string>();
  for (const unit of units) {
    if (unit?.fault === undefined || unit.kind === 'document') continue;
    if (unit.kind === 'list') onDevices.add(key(unit.device, unit.target));
    else onKinds.add(key(unit.adapter, unit.target));
  }
  const targets = new Set([...onDevices, ...onKinds].map((each) => each.split('\0')[1]));
  return ({ name, kind }, target) => {
    // Records of old do not say whose document it is.
    const possible = target === undefined ? [...targets] : [target];
    return possible.some(
      (each) => each !== undefined && (onDevices.has(key(name, each)) || onKinds.has(key(kind, each))),
    );
  };
}

function key(where: string, target: string): string {
  return `${where}\0${target}`;
}
