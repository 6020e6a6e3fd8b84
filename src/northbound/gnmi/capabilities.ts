// Capabilities: the gNMI version, the encodings that are served, and the models of the targets that the caller reads. [gNMI 3.2]

import type { Grants } from '../../access/grants.ts';
import {
  type CapabilityRequest,
  type CapabilityResponse,
  Encoding,
  gnmiVersion,
  type ModelData,
} from '../../proto/gnmi.ts';
import { checkExtensions } from './extensions.ts';
import type { GnmiDeps } from './gnmi-deps.ts';
import { moduleData } from './sight.ts';
import { servedEncodings } from './value-encoding.ts';

export function capabilities({ datastore }: GnmiDeps, grants: Grants, request: CapabilityRequest): CapabilityResponse {
  checkExtensions('Capabilities', request.extension);
  const models = new Map<string, ModelData>();
  for (const target of grants.readableTargets()) {
    const model = datastore.snapshot(target)?.model;
    if (model === undefined) continue;
    for (const data of moduleData(model)) models.set(`${data.name}@${data.version}`, data);
  }
  return {
    supported_models: [...models.values()],
    supported_encodings: servedEncodings.map((name) => Encoding[name]),
    gNMI_version: gnmiVersion,
  };
}
