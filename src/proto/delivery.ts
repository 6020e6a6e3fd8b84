// Our registered extension of the answer to a synchronous Set: how waiting for the devices ended.

import type { Extension } from './gnmi.ts';
import { messageType } from './load.ts';

/** Its number, next to our others. docs/gnmi-extensions.md describes it for clients. */
export const DELIVERY = 9341;

/** See proto/edgeconf/gnmi/v1/delivery.proto. */
export interface Delivery {
  readonly revision: number;
  readonly superseded: readonly { readonly device: string; readonly document: string; readonly by: number }[];
  readonly refused: readonly DeliveryRefused[];
  readonly unnamed_refused: number;
}

export interface DeliveryRefused {
  readonly device: string;
  readonly document: string;
  readonly message: string;
  readonly cause: readonly string[];
  readonly revision: number;
}

const type = messageType<Delivery>('edgeconf.gnmi.v1.Delivery');

export function deliveryExtension(delivery: Delivery): Extension {
  return { registered_ext: { id: DELIVERY, msg: type.encode(delivery) } };
}

/** What a response tells; undefined when it tells nothing of devices. */
export function deliveryOf(response: { extension?: Extension[] }): Delivery | undefined {
  const found = response.extension?.find(({ registered_ext }) => registered_ext?.id === DELIVERY);
  const msg = found?.registered_ext?.msg;
  if (msg === undefined) return undefined;
  const { revision, superseded, refused, unnamed_refused } = type.decode(msg);
  return {
    revision: Number(revision),
    superseded: superseded.map(({ device, document, by }) => ({ device, document, by: Number(by) })),
    refused: refused.map((each) => ({ ...each, cause: [...each.cause], revision: Number(each.revision) })),
    unnamed_refused,
  };
}
