// The second part of the tour: one slice on four systems, an edit of its application, and its move to another user plane.

import { DataType, Encoding } from '../src/proto/gnmi.ts';
import type { GnmiClient } from '../src/proto/gnmi-client.ts';
import { parsePath } from '../src/proto/path-text.ts';
import { transactionStrategy } from '../src/proto/transaction-strategy.ts';
import { enterpriseIntent, fabricIntent } from './slice-intent.ts';
import type { Sent, Systems } from './slice-systems.ts';

const SLICE = '/site[site-id=plant]/slice[slice-id=vision]';
const RTSP = '/application[application-id=video-server]/endpoint[endpoint-id=rtsp]';

/** Throws an Error that says which expectation was not met. */
export async function sliceTour(operator: GnmiClient, systems: Systems, print: (line: string) => void): Promise<void> {
  const heading = (text: string): void => print(`\n== ${text}`);
  /** A Set that is answered when the devices have it. */
  const set = (target: string, value: unknown, path = '/') =>
    operator.set({
      prefix: { target },
      update: [{ path: parsePath(path), val: { json_ietf_val: Buffer.from(JSON.stringify(value)) } }],
      extension: [transactionStrategy({ synchronous: true })],
    });
  const show = (expected: number): void => {
    const sent = systems.sent();
    for (const call of sent) print(lineOf(call));
    if (sent.length < expected) throw new Error(`${expected} calls should have been sent, not ${sent.length}`);
  };

  heading('One slice on four systems: an operator lists a core, two user planes, a fabric and a radio controller');
  await set('platform', {
    tenant: ['fabric-operator', 'plant'].map((name) => ({ name })),
    target: [
      { name: 'fabric', tenant: 'fabric-operator', model: 'fabric', 'model-version': '1' },
      { name: 'plant', tenant: 'plant', model: 'aether', 'model-version': '2.1' },
    ],
    device: systems.devices,
  });
  await set('fabric', fabricIntent);
  systems.sent();

  heading('An enterprise says it once: cameras in a slice that may reach their video server and nothing else');
  await set('plant', enterpriseIntent);
  show(8);
  await showStatus(operator, print);

  heading('The video server listens on another port');
  await set('plant', { 'port-start': 8554, 'port-end': 8554 }, RTSP);
  show(5);

  heading('The slice moves to its second user plane while it runs: the new one first, then the core, then the old one');
  await set('plant', 'second', `${SLICE}/upf`);
  show(3);
  await showStatus(operator, print);
}

/** The slice's end-to-end status is one leaf. */
async function showStatus(operator: GnmiClient, print: (line: string) => void): Promise<void> {
  const path = `${SLICE}/state/status`;
  const { notification } = await operator.get({
    prefix: { target: 'plant' },
    path: [parsePath(path)],
    type: DataType.STATE,
    encoding: Encoding.JSON_IETF,
  });
  const status = Buffer.from(notification?.[0]?.update?.[0]?.val?.json_ietf_val ?? []).toString();
  print(`${path} = ${status}`);
  if (status !== '"in-effect"') throw new Error('the slice should be in effect on every system');
}

function lineOf({ system, call, body }: Sent): string {
  const text = body.length > 160 ? `${body.slice(0, 160)}...` : body;
  return `${system.padEnd(10)} ${call}${text === '' ? '' : `\n           ${text}`}`;
}
