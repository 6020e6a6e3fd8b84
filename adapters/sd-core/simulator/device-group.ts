// Device groups: list, read, create or replace, delete.
import { type Answer, type Call, type Core, decodeBody, json, Refusal, requireJsonContentType } from './answer.ts';
import { type DeviceGroup, deviceGroupShape, type IpDomain } from './documents.ts';
import { print } from './go-struct.ts';
import { storeNetworkSlice } from './network-slice.ts';
import { isReadable, syncDeviceGroup } from './provisioning.ts';
import { dnnMbrBps, NAME_PATTERN } from './rules.ts';

export function listDeviceGroups(core: Core): Answer {
  return json(200, [...core.state.deviceGroups.keys()]);
}

export function getDeviceGroup(core: Core, call: Call): Answer {
  const group = core.state.deviceGroups.get(call.name);
  if (group === undefined) return json(404, null);
  if (!isReadable(group)) throw new Refusal(500, `device group ${call.name} cannot be read back`);
  return json(200, print(deviceGroupShape(core.traits), group));
}

function convertRates(domain: IpDomain | undefined): void {
  const qos = domain?.['ue-dnn-qos'];
  if (qos === undefined) return;
  for (const member of ['dnn-mbr-uplink', 'dnn-mbr-downlink'] as const) {
    qos[member] = dnnMbrBps(BigInt(qos[member] ?? 0), qos['bitrate-unit'] ?? '');
  }
}

/** POST and PUT are the same. Stored first; a slice with a wrong sst makes it fail afterwards. */
export function putDeviceGroup(core: Core, call: Call): Answer {
  if (!NAME_PATTERN.test(call.name)) {
    throw new Refusal(400, `device group name ${call.name} does not match ${NAME_PATTERN.source}`);
  }
  requireJsonContentType(call.contentType);
  const shape = deviceGroupShape(core.traits);
  const request = decodeBody(shape, call.body) as unknown as DeviceGroup;
  for (const domain of request['ip-domains'] ?? []) convertRates(domain);
  convertRates(request['ip-domain-expanded']);
  const document = print(shape, { ...request, 'group-name': call.name }) as DeviceGroup;
  storeDeviceGroup(core, document);
  return json(200, {});
}

/** Stores the document, then passes it on to the subscribers of its slice. @throws Refusal after storing */
export function storeDeviceGroup(core: Core, document: DeviceGroup): void {
  const previous = core.state.deviceGroups.get(document['group-name']);
  core.state.putDeviceGroup(document);
  syncDeviceGroup(core, document, previous);
}

/** Leaves every slice first, then goes; no name check, and a group that is not there is no error. */
export function deleteDeviceGroup(core: Core, call: Call): Answer {
  let failed = false;
  for (const slice of [...core.state.networkSlices.values()]) {
    if (!slice['site-device-group']?.includes(call.name)) continue;
    try {
      const groups = slice['site-device-group'].filter((name) => name !== call.name);
      storeNetworkSlice(core, { ...slice, 'site-device-group': groups });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      failed = true;
    }
  }
  if (failed) throw new Refusal(500, `device group ${call.name} stays: a slice that has it could not be updated`);
  core.state.deviceGroups.delete(call.name);
  return json(200, {});
}
