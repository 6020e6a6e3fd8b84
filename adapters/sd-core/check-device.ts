// What the platform may say of a core or a user plane: an address that can be dialled, and the parameters known here.

import { type Device, EdgeconfError } from '../../src/southbound/adapter.ts';

/** Values of each parameter, the first being the one without it. */
export type Parameters = Readonly<Record<string, readonly string[]>>;

const NAMES = ['plain', 'qualified'] as const;
export const CORE_PARAMETERS: Parameters = { names: NAMES, sst: ['decimal', 'hexadecimal'] };
export const UPF_PARAMETERS: Parameters = { names: NAMES };

/** @throws EdgeconfError FAILED_PRECONDITION naming what is wrong and what would be right */
export function checkHttpDevice(device: Device, known: Parameters): void {
  const refuse = (reason: string): never => {
    throw new EdgeconfError('FAILED_PRECONDITION', `device '${device.name}' of kind ${device.kind}: ${reason}`);
  };
  if (!isHttpAddress(device.address)) {
    refuse(
      `address '${device.address}' must be an http or https URL without query, such as http://core-1.example:5000`,
    );
  }
  for (const [name, value] of Object.entries(device.parameters)) {
    const values = Object.hasOwn(known, name) ? known[name] : undefined;
    if (values === undefined) refuse(`there is no parameter '${name}'; known are ${Object.keys(known).join(', ')}`);
    else if (!values.includes(value)) refuse(`parameter ${name} cannot be '${value}'; it is ${values.join(' or ')}`);
  }
}

function isHttpAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password, search, hash, hostname } = new URL(address);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  return hostname !== '' && `${username}${password}${search}${hash}` === '';
}
