// The adapter of a user plane: the slice that it carries and the rates it meters, in its own configuration service.

import type { Adapter } from '../../src/southbound/adapter.ts';
import { checkHttpDevice, UPF_PARAMETERS } from './check-device.ts';
import { UpfClient } from './upf-client.ts';
import { listUpfDocuments, NO_SLICE, UPF_DOCUMENT, upfBody, upfEndpoints } from './upf-document.ts';

export const upfAdapter: Adapter = {
  kind: 'upf',
  models: ['aether@2.1'],
  documentKinds: { [UPF_DOCUMENT]: { readable: false, removal: 'reset' } },
  partition: 'site',
  checkDevice: (device) => checkHttpDevice(device, UPF_PARAMETERS),
  endpoints: upfEndpoints,
  list: listUpfDocuments,
  render(intent, device, ref, because) {
    const [, siteId = '', , sliceId = ''] = ref.source;
    const site = intent.entry('site', siteId);
    const slice = site?.entry('slice', sliceId);
    if (site === undefined || slice === undefined) throw new Error(`${ref.id} is made from what is not in the intent`);
    return upfBody(site, slice, device, because);
  },
  neutral: () => NO_SLICE,
  connect: (device, secret) => new UpfClient(device.address, secret),
};
