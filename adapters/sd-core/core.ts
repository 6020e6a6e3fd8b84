// The adapter of a core: device groups and network slices of the Aether model in its configuration service.

import type { Adapter } from '../../src/southbound/adapter.ts';
import { CORE_PARAMETERS, checkHttpDevice } from './check-device.ts';
import { SUBSCRIBER, WebconsoleClient } from './client.ts';
import { listDocuments } from './documents.ts';
import { coreGaps } from './gaps.ts';
import { interruption } from './interruption.ts';
import { adopt } from './inverse/adopt.ts';
import { takeOver } from './inverse/take-over.ts';
import { readBack } from './read-back.ts';
import { renderDocument } from './render.ts';
import { coreEndpoints } from './slices.ts';
import { ueState } from './ue-state.ts';

export const coreAdapter: Adapter = {
  kind: 'sd-core',
  models: ['aether@2.1'],
  documentKinds: {
    'device-group': { readable: true, removal: 'remove' },
    'network-slice': { readable: true, removal: 'remove' },
  },
  partition: 'site',
  checkDevice: (device) => checkHttpDevice(device, CORE_PARAMETERS),
  endpoints: coreEndpoints,
  list: listDocuments,
  gaps: coreGaps,
  render: renderDocument,
  readBack: (_device, ref, body) => readBack(ref, body),
  interruption,
  inverse: { alsoReads: [SUBSCRIBER], adopt, takeOver },
  state: ueState,
  connect: (device, secret) => new WebconsoleClient(device.address, secret),
};
