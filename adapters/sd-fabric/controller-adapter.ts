// The adapter for a fabric's controller: the fabric's own intent, and the slices of the tenants that use it.

import {
  type Adapter,
  type Device,
  type DocumentRef,
  EdgeconfError,
  type IntentNode,
  type Json,
} from '../../src/southbound/adapter.ts';
import { checkParameters, classOfPool, queuesOf, SLICES } from './allocation.ts';
import { controllerEndpoint, fabricAllocations, fabricGaps, listFabric, renderFabric } from './fabric-documents.ts';
import { adopt } from './inverse/adopt.ts';
import { takeOver } from './inverse/take-over.ts';
import { ControllerClient } from './onos/client.ts';
import { listTenant, renderTenant, siteEndpoint, tenantAllocations, tenantGaps } from './tenant-documents.ts';

export const controllerAdapter: Adapter = {
  kind: 'sd-fabric',
  models: ['fabric@1', 'aether@2.1'],
  documentKinds: {
    netcfg: { readable: true, removal: 'remove' },
    slice: { readable: true, removal: 'remove' },
    'default-class': { readable: true, removal: 'remove' },
    flow: { readable: true, removal: 'remove', overlaps: true },
  },
  partition: 'site',
  checkDevice(device) {
    checkAddress(device);
    checkParameters(device);
  },
  endpoints: (part) => [(isSite(part) ? siteEndpoint(part) : controllerEndpoint(part)) ?? []].flat(),
  list: (part, device) => (isSite(part) ? listTenant(part, device) : listFabric(part, device)),
  gaps: (part, device) => (isSite(part) ? tenantGaps(part, device) : fabricGaps(part, device)),
  allocations: (part, device) => (isSite(part) ? tenantAllocations(part, device) : fabricAllocations(part, device)),
  capacity(device, pool) {
    if (pool === 'slice') return SLICES.last;
    const trafficClass = classOfPool(pool);
    if (trafficClass === undefined) return undefined;
    const { first, last } = queuesOf(device, trafficClass);
    return last - first + 1;
  },
  render: (intent, device, ref, because) =>
    ref.source[0] === 'site' ? renderTenant(intent, device, ref, because) : renderFabric(intent, device, ref, because),
  interruption,
  inverse: { adopt, takeOver },
  connect: (device, secret) => new ControllerClient(device.address, secret),
};

/** A part of a tenant's intent is a site; a fabric's intent is one part. */
function isSite(part: IntentNode): boolean {
  return part.keys.length > 0;
}

function checkAddress({ name, address }: Device): void {
  if (/^https?:\/\//.test(address) && URL.canParse(address)) {
    const { username, password, search, hash } = new URL(address);
    if (`${username}${password}${search}${hash}` === '') return;
  }
  throw new EdgeconfError(
    'FAILED_PRECONDITION',
    `/device[name=${name}]/address: '${address}' must be the http or https address of the controller, such as http://onos:8181, ` +
      'without user and query',
  );
}

function interruption(
  { id, kind }: DocumentRef,
  before: Json | undefined,
  after: Json | undefined,
): string | undefined {
  if (before === undefined) return undefined;
  if (kind === 'slice') {
    return after === undefined
      ? "the slice's packets are treated as those of the default slice"
      : 'queues of the slice may be set up anew; packets that wait in them are lost';
  }
  if (kind === 'netcfg' && id.startsWith('devices/')) {
    return after === undefined
      ? 'the controller lets go of the switch: what is connected to it loses the network'
      : 'the controller connects to the switch anew; new flows wait until it has';
  }
  if (kind === 'netcfg' && id.startsWith('ports/')) return 'hosts behind the port are without network for some seconds';
  return undefined;
}
