// What isolation rests on beside rules: issuers of tokens that speak for several tenants, and devices that tenants share.

import type { Snapshot } from '../datastore/snapshot.ts';
import { decodeKey } from '../schema/row-key.ts';
import { heldAssignments } from './held-roles.ts';
import { readEntries } from './list-entries.ts';
import { DEVICE_LIST, PLATFORM } from './platform-target.ts';
import type { PolicyView } from './policy-view.ts';
import { type TrustedIssuer, trustedIssuers } from './ways-in.ts';

/** An issuer that can put one person into groups of several tenants, or name this configuration's users. */
export interface CrossingIssuer extends TrustedIssuer {
  /** That the groups have roles for. */
  readonly tenants: readonly string[];
}

export function crossingIssuers(view: PolicyView): CrossingIssuer[] {
  return trustedIssuers(view.targets.get(PLATFORM)?.snapshot()).flatMap((issuer) => {
    const given = heldAssignments(view.policy, { name: '', groups: issuer.groups });
    const tenants = [...new Set(given.map(({ tenant }) => tenant))].sort();
    return tenants.length > 1 || issuer.localUsers ? [{ ...issuer, tenants }] : [];
  });
}

export interface SharedDevice {
  readonly name: string;
  readonly tenants: readonly string[];
}

/** Devices of which the configurations of several tenants name an address or endpoint. O(rows of all targets), in steps. */
export function* sharedDevices(view: PolicyView): Generator<void, SharedDevice[]> {
  const devices = devicesByUri(view.targets.get(PLATFORM)?.snapshot());
  if (devices.size === 0) return [];
  const tenants = new Map<string, Set<string>>();
  for (const target of view.targets.values()) {
    let rows = 0;
    if (target.name === PLATFORM) continue;
    for (const { key, value } of target.snapshot()?.subtree('') ?? []) {
      if (rows++ % ROWS_PER_STEP === 0) yield;
      const device = devices.get(value);
      if (device === undefined || target.shows?.(decodeKey(target.root, key)) === false) continue;
      tenants.set(device, (tenants.get(device) ?? new Set()).add(target.tenant));
    }
  }
  return [...tenants]
    .filter(([, names]) => names.size > 1)
    .map(([name, names]) => ({ name, tenants: [...names].sort() }));
}

const ROWS_PER_STEP = 1024;

/** Names of devices by their URIs as values of rows. */
function devicesByUri(platform: Snapshot | undefined): Map<string, string> {
  const devices = platform === undefined ? [] : [...readEntries(platform, DEVICE_LIST)];
  return new Map(
    devices.flatMap((device) =>
      [device.text('address') ?? '', ...device.texts('endpoint')].map((uri): [string, string] => [
        JSON.stringify(uri),
        device.text('name') ?? '',
      ]),
    ),
  );
}
