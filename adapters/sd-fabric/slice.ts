// A slice of a tenant in the fabric: its number, the classes that its traffic is in, their queues and rates.

import {
  type Allocation,
  type Because,
  type Device,
  EdgeconfError,
  type IntentNode,
  type Json,
  type PoolUse,
} from '../../src/southbound/adapter.ts';
import { numberOf, queuePool, queuesOf, SLICES } from './allocation.ts';
import type { Members } from './members.ts';
import { classNamed, classOf, type FabricClass, QUEUED } from './traffic-class.ts';

/** What the controller reads a rate into: 63 bits. */
const MAX_RATE = 9_223_372_036_854_775_807n;

/** The entry of intent that a site's slice is, as the contract writes sources. */
export function sliceSource(site: IntentNode, slice: IntentNode): readonly string[] {
  return ['site', site.keys[0] ?? '', 'slice', slice.keys[0] ?? ''];
}

/** Device groups that take part in the slice. */
export function activeGroups(site: IntentNode, slice: IntentNode): IntentNode[] {
  return slice
    .list('device-group')
    .filter((link) => link.leaf('enable') !== false)
    .flatMap((link) => site.entry('device-group', link.keys[0] ?? '') ?? []);
}

/** Endpoints of the applications that the slice lets through, with their applications. */
export function allowedEndpoints(slice: IntentNode): { application: IntentNode; endpoint: IntentNode }[] {
  return slice
    .list('filter')
    .filter((filter) => filter.leaf('allow') !== false)
    .flatMap((filter) => slice.root.entry('application', filter.keys[0] ?? '') ?? [])
    .flatMap((application) => application.list('endpoint').map((endpoint) => ({ application, endpoint })));
}

/** The class of the slice's traffic that nothing says more about. */
export function defaultClass(slice: IntentNode): FabricClass {
  return classNamed(String(slice.leaf('fabric', 'default-traffic-class') ?? 'best-effort'));
}

/** The classes that the slice needs a queue for. */
export function queuedClasses(site: IntentNode, slice: IntentNode): FabricClass[] {
  const wanted = new Set<FabricClass | undefined>([defaultClass(slice)]);
  for (const group of activeGroups(site, slice)) wanted.add(classOf(group));
  for (const { endpoint } of allowedEndpoints(slice)) wanted.add(classOf(endpoint));
  for (const entry of slice.container('fabric').list('traffic-class')) wanted.add(classNamed(entry.keys[0] ?? ''));
  return QUEUED.filter((trafficClass) => wanted.has(trafficClass));
}

/** The numbers that the slice needs: its own, and a queue for each class. */
export function sliceAllocations(site: IntentNode, slice: IntentNode, device: Device): Allocation[] {
  const source = sliceSource(site, slice);
  const pools = [
    { pool: 'slice', ...SLICES },
    ...queuedClasses(site, slice).map((each) => ({ pool: queuePool(each), ...queuesOf(device, each) })),
  ];
  return pools.map((each) => ({ ...each, source, number: numberOf(slice, device, each.pool) }));
}

/** The same as shares of the device's pools; undefined while a number is missing. */
export function sliceUses(site: IntentNode, slice: IntentNode, device: Device): PoolUse[] | undefined {
  const uses: PoolUse[] = [];
  for (const { pool, number } of sliceAllocations(site, slice, device)) {
    if (number === undefined) return undefined;
    uses.push({ pool, amount: 1, number });
  }
  return uses;
}

/** The slice's part of the controller's slicing configuration. */
export function sliceBody(site: IntentNode, slice: IntentNode, device: Device, because: Because): Json {
  checkNumber(slice, device, 'slice', SLICES);
  const tcs: Members = {};
  for (const each of queuedClasses(site, slice)) {
    checkNumber(slice, device, queuePool(each), queuesOf(device, each));
    tcs[each] = {
      queueId: because('queue that the slice was given for the class', () => {
        return numberOf(slice, device, queuePool(each)) ?? 0;
      }),
      ...rates(slice, each, because),
    };
  }
  return {
    name: because('target, site and slice', () => [slice.target, site.keys[0], slice.keys[0]].join('/')),
    tcs,
  };
}

function rates(slice: IntentNode, each: FabricClass, because: Because): Members {
  if (each === 'ELASTIC') {
    if (minRate(slice) === undefined) return {};
    return { gminRateBps: because('guaranteed rate of elastic traffic in bps', () => minRate(slice) ?? '') };
  }
  if (maxRate(slice, each) === undefined) return {};
  return {
    maxRateBps: because("rate of the class, or the higher of the slice's rates, in bps", () => {
      return maxRate(slice, each) ?? '';
    }),
  };
}

function minRate(slice: IntentNode): string | undefined {
  const value = slice.container('fabric').entry('traffic-class', 'elastic')?.leaf('min-rate');
  return value === undefined ? undefined : rateText(slice, 'fabric/traffic-class[class=elastic]/min-rate', value);
}

function maxRate(slice: IntentNode, each: FabricClass): string | undefined {
  const name = each.toLowerCase().replace('_', '-');
  const own = slice.container('fabric').entry('traffic-class', name)?.leaf('max-rate');
  if (own !== undefined) return rateText(slice, `fabric/traffic-class[class=${name}]/max-rate`, own);
  const [up, down] = [slice.leaf('mbr', 'uplink'), slice.leaf('mbr', 'downlink')];
  if (up === undefined || down === undefined) {
    const one = up ?? down;
    return one === undefined ? undefined : rateText(slice, 'mbr', one);
  }
  return rateText(slice, 'mbr', BigInt(up) > BigInt(down) ? up : down);
}

function rateText(slice: IntentNode, path: string, value: string | number | boolean): string {
  if (BigInt(value) <= MAX_RATE) return String(value);
  throw new EdgeconfError(
    'FAILED_PRECONDITION',
    `slice ${slice.keys[0]}, ${path}: ${value} bps is more than the ${MAX_RATE} bps that the fabric can tell; choose a lower one`,
  );
}

function checkNumber(
  slice: IntentNode,
  device: Device,
  pool: string,
  { first, last }: { first: number; last: number },
): void {
  const number = numberOf(slice, device, pool) ?? first;
  if (number >= first && number <= last) return;
  throw new EdgeconfError(
    'FAILED_PRECONDITION',
    `slice ${slice.keys[0]}, allocation[device=${device.name}][pool=${pool}]: ${number} is not among the numbers ${first} to ` +
      `${last} that the fabric has; leave the number out and one is chosen`,
  );
}
