// What documents are called on a core: plain ids, or ids that tenants and sites cannot share.

import { type Device, EdgeconfError, type IntentNode } from '../../src/southbound/adapter.ts';

/** What the core calls a name: of device groups and slices always, of gNBs since 1.8.5. */
export const NAME_PATTERN = /^[a-zA-Z][a-zA-Z0-9-_]{1,255}$/;

/** How a device group or slice of a site is called on this device: its id, or `<target>_<site>_<id>`. */
export function nameOnDevice(site: IntentNode, id: string, device: Device): string {
  return device.parameters.names === 'qualified' ? `${site.target}_${site.keys[0]}_${id}` : id;
}

/** The id behind a name of this target and site; undefined when the name belongs to others. */
export function idOfName(name: string, target: string, site: string, device: Device): string | undefined {
  if (device.parameters.names !== 'qualified') return name;
  const own = `${target}_${site}_`;
  return name.startsWith(own) ? name.slice(own.length) : undefined;
}

/** @throws EdgeconfError FAILED_PRECONDITION for an id that the core does not take as a name */
export function requireName(list: string, name: string): void {
  if (NAME_PATTERN.test(name)) return;
  throw new EdgeconfError(
    'FAILED_PRECONDITION',
    `${list} '${name}': the core takes names of 2 to 256 letters, digits, '-' and '_' that start with a letter; ` +
      'choose another id',
  );
}
