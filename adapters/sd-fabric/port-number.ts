// The numbers and names of a switch's port: the controller counts ports in another way than the switch itself.

import type { IntentNode } from '../../src/southbound/adapter.ts';

/** A cage of a switch, and its channel; channel 0 is the whole cage. */
export interface PortPlace {
  readonly cage: number;
  readonly channel: number;
}

/** Where an entry of a switch's ports is. */
export function placeOf(port: IntentNode): PortPlace {
  const [cage = '', channel = ''] = port.keys;
  return { cage: Number(cage), channel: Number(channel) };
}

/** The port as the controller numbers it, such as 205 for channel 2 of cage 5. */
export function controllerPort({ cage, channel }: PortPlace): number {
  return channel * 100 + cage;
}

/** The place of a number of the controller; undefined when no port has it. */
export function placeOfControllerPort(port: number): PortPlace | undefined {
  const cage = port % 100;
  return Number.isInteger(port) && port > 0 && cage > 0 && port < 900
    ? { cage, channel: Math.floor(port / 100) }
    : undefined;
}

/** The port as the switch numbers it, such as 501 for channel 2 of cage 5, unless intent says another number. */
export function switchPort(port: IntentNode): number {
  const own = port.leaf('stratum', 'id');
  if (own !== undefined) return Number(own);
  const { cage, channel } = placeOf(port);
  return channel === 0 ? cage : cage * 100 + channel - 1;
}

/** The port as the switch names it, such as `5/2`, unless intent says another name. */
export function switchPortName(port: IntentNode): string {
  const own = port.leaf('stratum', 'name');
  if (own !== undefined) return String(own);
  const { cage, channel } = placeOf(port);
  return `${cage}/${channel}`;
}

/** A speed such as `speed-100g` in bits per second. */
export function speedBps(speed: string): bigint {
  const gigabits = Number(/^speed-([0-9.]+)g$/.exec(speed)?.[1]);
  return BigInt(Math.round(gigabits * 1000)) * 1_000_000n;
}
