// Network slices: list, read, create or replace, delete.
import { type Answer, type Call, type Core, decodeBody, json, Refusal, requireJsonContentType } from './answer.ts';
import { NETWORK_SLICE_SHAPE, type NetworkSlice } from './documents.ts';
import { print } from './go-struct.ts';
import { syncSlice, unsyncSlice } from './provisioning.ts';
import { appMbrBps, isValidTac, MAX_TAC, NAME_PATTERN } from './rules.ts';

export function listNetworkSlices(core: Core): Answer {
  return json(200, [...core.state.networkSlices.keys()]);
}

export function getNetworkSlice(core: Core, call: Call): Answer {
  const slice = core.state.networkSlices.get(call.name);
  return slice === undefined ? json(404, null) : json(200, print(NETWORK_SLICE_SHAPE, slice));
}

function requireName(name: string): void {
  if (!NAME_PATTERN.test(name)) throw new Refusal(400, `slice name ${name} does not match ${NAME_PATTERN.source}`);
}

function check(core: Core, slice: Partial<NetworkSlice>): void {
  for (const { name = '', tac = 0 } of slice['site-info']?.gNodeBs ?? []) {
    if (!NAME_PATTERN.test(name)) throw new Refusal(400, `gNB name ${name} does not match ${NAME_PATTERN.source}`);
    if (!isValidTac(tac)) throw new Refusal(400, `gNB ${name}: tac ${tac} is not within 1..${MAX_TAC}`);
  }
  for (const rule of slice['application-filtering-rules'] ?? []) {
    if (core.traits.ruleNeedsTrafficClass && rule['traffic-class'] === undefined) {
      throw new Refusal(400, `application filtering rule ${rule['rule-name'] ?? ''} has no traffic-class`);
    }
  }
}

/** POST and PUT are the same. Stored before the sst is looked at: a wrong one answers 400 and is kept. */
export function putNetworkSlice(core: Core, call: Call): Answer {
  requireName(call.name);
  requireJsonContentType(call.contentType);
  const request = decodeBody(NETWORK_SLICE_SHAPE, call.body) as Partial<NetworkSlice>;
  check(core, request);
  for (const rule of request['application-filtering-rules'] ?? []) {
    const unit = rule['bitrate-unit'] ?? '';
    rule['app-mbr-uplink'] = appMbrBps(rule['app-mbr-uplink'] ?? 0, unit);
    rule['app-mbr-downlink'] = appMbrBps(rule['app-mbr-downlink'] ?? 0, unit);
  }
  const groups = request['site-device-group'];
  const sorted = groups === undefined ? undefined : [...new Set(groups)].sort();
  const named = { ...request, 'slice-name': call.name, 'site-device-group': sorted };
  storeNetworkSlice(core, print(NETWORK_SLICE_SHAPE, named) as NetworkSlice);
  return json(200, {});
}

/** Stores the document, then passes it on to the subscribers of its groups. @throws Refusal after storing */
export function storeNetworkSlice(core: Core, document: NetworkSlice): void {
  const previous = core.state.networkSlices.get(document['slice-name']);
  core.state.putNetworkSlice(document);
  syncSlice(core, document, previous);
}

/** A slice that is not there is no error. */
export function deleteNetworkSlice(core: Core, call: Call): Answer {
  requireName(call.name);
  const previous = core.state.networkSlices.get(call.name);
  core.state.networkSlices.delete(call.name);
  if (previous !== undefined) unsyncSlice(core.state, previous, new Set());
  return json(200, {});
}
