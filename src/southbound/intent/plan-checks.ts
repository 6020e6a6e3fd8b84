// What a rendered transaction is refused for, apart from claims, numbers and pools.

import type { Snapshot } from '../../datastore/snapshot.ts';
import { EdgeconfError } from '../../errors.ts';
import { formatPath } from '../../schema/path.ts';
import { findChild } from '../../schema/schema-node.ts';
import type { Device } from '../adapter.ts';
import { endpointIndex } from './endpoint-index.ts';
import type { Adapters } from './renderer.ts';
import type { Overlay, PartUnit } from './rendering.ts';

/** @throws EdgeconfError FAILED_PRECONDITION for a device that no adapter drives, or that its adapter does not take. */
export function checkDevices(names: Iterable<string>, devices: ReadonlyMap<string, Device>, adapters: Adapters): void {
  for (const name of names) {
    const device = devices.get(name);
    if (device === undefined) continue;
    const adapter = adapters.get(device.kind);
    if (adapter === undefined) {
      const kinds = [...adapters.keys()].sort().join(', ');
      throw new EdgeconfError(
        'FAILED_PRECONDITION',
        `/device[name=${name}]/kind: no adapter for '${device.kind}' is loaded; there is one for: ${kinds || 'nothing'}`,
      );
    }
    try {
      adapter.checkDevice?.(device);
    } catch (cause) {
      const { code, message } = EdgeconfError.from(cause);
      throw new EdgeconfError(code, `/device[name=${name}]: ${message}`, { cause });
    }
  }
}

/** @throws the reason why something could not be rendered. */
export function checkFaults(overlay: Overlay): void {
  for (const unit of overlay.units.values()) {
    if (unit?.fault === undefined) continue;
    const where = unit.kind === 'part' ? `devices of kind '${unit.adapter}'` : `device '${unit.device}'`;
    const what = unit.kind === 'document' ? `, document '${unit.ref.id}'` : '';
    throw new EdgeconfError(unit.fault.code, `${where}${what}: ${unit.fault.message}`, { cause: unit.fault });
  }
}

/**
 * @param after the targets of the transaction, as it leaves them
 * @throws EdgeconfError FAILED_PRECONDITION when one of them names an endpoint now that no device answers for.
 */
export function checkEndpoints(
  overlay: Overlay,
  after: ReadonlyMap<string, Snapshot>,
  devices: ReadonlyMap<string, Device>,
  adapters: Adapters,
): void {
  const index = endpointIndex(devices);
  for (const [id, unit] of overlay.units) {
    const snapshot = unit?.kind === 'part' ? after.get(unit.target) : undefined;
    if (unit?.kind !== 'part' || snapshot === undefined) continue;
    const before = overlay.below(id);
    for (const endpoint of unit.endpoints) {
      if (before?.kind === 'part' && before.endpoints.includes(endpoint)) continue;
      if (index.isAnswered(endpoint, adapters)) continue;
      throw new EdgeconfError(
        'FAILED_PRECONDITION',
        `${pathOf(unit, snapshot, adapters)} names the endpoint '${endpoint}', but no device answers for it; correct the ` +
          'endpoint, or ask the operator to list a device with this endpoint',
      );
    }
  }
}

function pathOf({ adapter, part, target }: PartUnit, { model }: Snapshot, adapters: Adapters): string {
  const list = findChild(model.root, adapters.get(adapter)?.partition ?? '');
  if (list === undefined || list === 'ambiguous') return `target '${target}'`;
  return formatPath([{ node: list, keys: part }]);
}
