// What the SD-RAN tests share: the real model of aether, an intent with a radio network, and devices.

import { join } from 'node:path';
import { loadLibyang } from 'libyang-wasm';
import { readModel } from '../../../src/datastore/model-folder.ts';
import { packageRoot } from '../../../src/package-root.ts';
import type { Model } from '../../../src/schema/model.ts';
import { linkSchema } from '../../../src/schema/schema-node.ts';
import type { Adapter, Device, DocumentRef, IntentNode, Json } from '../../../src/southbound/adapter.ts';
import { intentView, noReads } from '../../../src/southbound/intent/intent-view.ts';
import { plainly } from '../../../src/southbound/questions/because.ts';
import { type Plain, snapshotOf } from '../../southbound/intent.ts';

export const NODE = 'e2:4/e00/3/c8';
export const SECOND_NODE = 'e2:4/e00/4/c9';

/** `aether@2.1` as libyang compiles it. */
export const aether: Model = await compile();

async function compile(): Promise<Model> {
  const { id, name, version, sources, modules } = await readModel(join(packageRoot, 'models/aether/2.1'));
  const libyang = await loadLibyang();
  const context = libyang.createContext({ sources, implement: modules });
  return { id, name, version, root: linkSchema(context.schema()), modules: [] };
}

/** A device of one of the adapters' kinds. */
export function ranDevice(overrides: Partial<Device> = {}): Device {
  return {
    name: 'd',
    kind: 'onos-rsm',
    address: 'grpc://127.0.0.1:1',
    endpoints: ['grpc://rsm.example:5150', 'grpc://mlb.example:5150', 'grpc://pci.example', 'grpc://kpimon.example'],
    version: undefined,
    enabled: true,
    credentials: undefined,
    parameters: {},
    ...overrides,
  };
}

/** What a test may want otherwise in the intent. */
export interface Wanted {
  readonly prefix?: string;
  readonly numbers?: readonly number[];
  readonly nodes?: readonly Plain[];
  readonly weights?: readonly number[];
  /** Of the user 1240, and of 1241 when there are two. */
  readonly users?: readonly string[];
  /** Parameters of load balancing. */
  readonly balance?: Plain;
}

/** One site: two 5G slices with shares, one without, one of 4G; three devices, two of whom are known users of the node. */
export function radioIntent(wanted: Wanted = {}): { [name: string]: Plain } {
  const { prefix = '', numbers = [1, 2], weights = [30, 40], users = ['camera', 'robot'] } = wanted;
  const firstUser = prefix === '' ? 1240 : 2240;
  const node = {
    'e2-node-id': NODE,
    'scheduler-type': 'proportionally-fair',
    'small-cell': ['hall-1'],
    ue: users.map((device, i) => ({ 'du-ue-f1ap-id': firstUser + i, 'drb-id': 5, device })),
  };
  const nodes = wanted.nodes ?? [node];
  const slice = (id: string, group: string, weight: number | undefined, number: number | undefined): Plain => ({
    'slice-id': `${prefix}${id}`,
    sst: '1',
    sd: '1',
    'default-behavior': 'ALLOW-ALL',
    'device-group': [{ 'device-group': group }],
    ...(weight === undefined ? {} : { xapp: { 'rrm-min': weight } }),
    ...(number === undefined
      ? {}
      : {
          allocation: [NODE, SECOND_NODE].map((id) => ({ device: 'd', pool: `ran-slice ${id}`, number })),
        }),
  });
  const group = (id: string, devices: readonly Plain[]): Plain => ({ 'device-group-id': id, device: devices });
  return {
    site: [
      {
        'site-id': `${prefix}berlin`,
        'connectivity-service': {
          'ran-5g-service': {
            'xapp-endpoint': 'grpc://rsm.example:5150',
            'mlb-endpoint': 'grpc://mlb.example:5150',
            'pci-endpoint': 'grpc://pci.example',
            'kpimon-endpoint': 'grpc://kpimon.example',
            ...(wanted.balance === undefined ? {} : { 'load-balancing': wanted.balance }),
          },
        },
        'small-cell': [{ 'small-cell-id': 'hall-1', tac: '1' }],
        device: ['camera', 'robot', 'meter', 'spare', 'van'].map((id) => ({ 'device-id': id })),
        'device-group': [
          group('cameras', [{ 'device-id': 'camera' }, { 'device-id': 'spare', enable: false }]),
          group('robots', [{ 'device-id': 'robot' }, { 'device-id': 'meter' }]),
          group('vans', [{ 'device-id': 'van' }]),
          group('guests', []),
        ],
        slice: [
          slice('video', 'cameras', weights[0], numbers[0]),
          slice('control', 'robots', weights[1], numbers[1]),
          { ...(slice('legacy', 'vans', 50, undefined) as object), 'connectivity-service': '4g' },
          slice('guest', 'guests', undefined, undefined),
        ],
        'e2-node': nodes,
      },
    ],
  };
}

/** The root of an intent. */
export function rootOf(tree: Plain): IntentNode {
  return intentView(snapshotOf('acme', aether, 1, tree), aether.root, noReads());
}

/** The only site of an intent. */
export function siteOf(tree: Plain): IntentNode {
  const [site] = rootOf(tree).list('site');
  if (site === undefined) throw new Error('the intent has no site');
  return site;
}

/** All documents of an intent with their bodies. */
export function documents(adapter: Adapter, tree: Plain, device: Device = ranDevice()): Map<DocumentRef, Json> {
  const refs = rootOf(tree)
    .list('site')
    .flatMap((site) => adapter.list(site, device));
  return new Map(refs.map((ref) => [ref, adapter.render(rootOf(tree), device, ref, plainly)]));
}
