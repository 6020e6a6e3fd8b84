// Extensions turned on another tenant: its past, its pending commits, its elections, its models and its devices.

import Long from 'long';
import { startRevision } from '../../src/northbound/gnmi/start-revision.ts';
import type { Extension, Path, SubscriptionList } from '../../src/proto/gnmi.ts';
import { parsePath } from '../../src/proto/path-text.ts';
import { targetVersionOverrides } from '../../src/proto/target-version-overrides.ts';
import { transactionInfo } from '../../src/proto/transaction-info.ts';
import { transactionStrategy } from '../../src/proto/transaction-strategy.ts';
import type { Attack } from '../attack.ts';
import type { Then } from '../hand.ts';
import type { Given } from '../world.ts';

type Code = Attack['code'];

const at = (text: string, target: string): Path => ({ ...parsePath(text), target });
const on = (target: string): SubscriptionList => ({ subscription: [{ path: at('/application', target), mode: 1 }] });
const once = (target: string): SubscriptionList => ({ ...on(target), mode: 1 });
const long = (value: bigint): Long => Long.fromString(value.toString());
const snapshotAt = (timeNs: bigint): Extension => ({ history: { snapshot_time: long(timeNs) } });
const range = (startNs: bigint, endNs: bigint): Extension => ({
  history: { range: { start: long(startNs), end: long(endNs) } },
});
const config: Extension = { config_subscription: { start: {} } };
const arbitration = (low: number): Extension => ({
  master_arbitration: { election_id: { high: Long.UZERO, low: Long.fromNumber(low, true) } },
});
const update = (target: string) => [
  { path: at('/application[application-id=cam]/display-name', target), val: { json_val: Buffer.from('"x"') } },
];
const later = (id: string, action: 'confirm' | 'cancel'): Extension => ({ commit: { id, [action]: {} } });
const longer = (id: string): Extension => ({
  commit: { id, set_rollback_duration: { rollback_duration: { seconds: Long.fromNumber(9) } } },
});
const commit: Extension = { commit: { id: 'mine', commit: { rollback_duration: { seconds: Long.fromNumber(600) } } } };

/** Streams: what is asked of the past or of markers. The target `lab` was another tenant's before. */
const streams: readonly (readonly [
  name: string,
  list: SubscriptionList,
  extension: (moments: Given) => readonly Extension[],
  code: Code,
  then?: readonly Then[],
])[] = [
  ['a moment of another target', once('globex'), (moments) => [snapshotAt(moments.seededNs)], 'PERMISSION_DENIED'],
  ['the future of another target', once('globex'), () => [snapshotAt(2n ** 62n)], 'PERMISSION_DENIED'],
  ['the future of the own target', once('acme'), () => [snapshotAt(2n ** 62n)], 'UNIMPLEMENTED'],
  ['a span of another target', on('globex'), (moments) => [range(0n, moments.seededNs)], 'PERMISSION_DENIED'],
  ['a moment of all targets', once('*'), (moments) => [snapshotAt(moments.seededNs)], 'OK'],
  ['a span of all targets', on('*'), (moments) => [range(1n, moments.seededNs)], 'OK'],
  ['a moment before the target was the own', once('lab'), (moments) => [snapshotAt(moments.foreignLabNs - 1n)], 'OK'],
  ['the last moment before the target was the own', once('lab'), (moments) => [snapshotAt(moments.foreignLabNs)], 'OK'],
  ['a moment before all time', once('lab'), () => [snapshotAt(0n)], 'OK'],
  ['a span before the target was the own', on('lab'), (moments) => [range(0n, moments.foreignLabNs)], 'OK'],
  ['a span from before the target was the own', on('lab'), (moments) => [range(1n, moments.seededNs)], 'OK'],
  [
    'a span with markers from before the target was the own',
    on('lab'),
    (moments) => [range(1n, moments.seededNs), config],
    'OK',
  ],
  [
    'changes only, from before the target was the own',
    { ...on('lab'), updates_only: true },
    (moments) => [range(1n, moments.seededNs)],
    'OK',
  ],
  ['a span of the platform', on('platform'), (moments) => [range(1n, moments.seededNs)], 'PERMISSION_DENIED'],
  ['markers of another target', on('globex'), () => [config], 'PERMISSION_DENIED'],
  ['markers of all targets', on('*'), () => [config], 'OK', ['poke', 'leave']],
  ['a start revision of another target', on('globex'), () => [config, startRevision(3)], 'PERMISSION_DENIED'],
  [
    'a start revision that has not been, of another target',
    on('globex'),
    () => [config, startRevision(9e9)],
    'PERMISSION_DENIED',
  ],
  [
    'a start revision before the target was the own',
    on('lab'),
    (moments) => [config, startRevision(moments.foreignLabRevision)],
    'OK',
    ['leave'],
  ],
  [
    'a start revision before a target of all was the own',
    on('*'),
    (moments) => [config, startRevision(moments.foreignLabRevision)],
    'OK',
    ['leave'],
  ],
  ['depth in another target', once('globex'), () => [{ depth: { level: 1 } }], 'PERMISSION_DENIED'],
];

const sets: readonly (readonly [name: string, request: object, code: Code])[] = [
  [
    'confirm in another target',
    { prefix: { target: 'globex-held' }, extension: [later('hush-commit', 'confirm')] },
    'PERMISSION_DENIED',
  ],
  [
    'cancel in another target',
    { prefix: { target: 'globex-held' }, extension: [later('hush-commit', 'cancel')] },
    'PERMISSION_DENIED',
  ],
  [
    'more time in another target',
    { prefix: { target: 'globex-held' }, extension: [longer('hush-commit')] },
    'PERMISSION_DENIED',
  ],
  [
    'cancel with another id in another target',
    { prefix: { target: 'globex-held' }, extension: [later('x', 'cancel')] },
    'PERMISSION_DENIED',
  ],
  ['confirm of another commit without a target', { extension: [later('other', 'confirm')] }, 'INVALID_ARGUMENT'],
  [
    'cancel of another commit in the own target',
    { prefix: { target: 'acme' }, extension: [later('other', 'cancel')] },
    'FAILED_PRECONDITION',
  ],
  ['cancel in all targets', { prefix: { target: '*' }, extension: [later('other', 'cancel')] }, 'PERMISSION_DENIED'],
  ['change of a target that waits, together with another', { update: update('pilot') }, 'FAILED_PRECONDITION'],
  ['a pending commit in another target', { update: update('globex'), extension: [commit] }, 'PERMISSION_DENIED'],
  [
    'a pending commit that holds another target',
    { prefix: { target: 'globex' }, extension: [commit] },
    'PERMISSION_DENIED',
  ],
  [
    'a pending commit in own and another target',
    { update: [...update('acme'), ...update('globex')], extension: [commit] },
    'PERMISSION_DENIED',
  ],
  [
    'an election in another target',
    { prefix: { target: 'globex' }, extension: [arbitration(99)] },
    'PERMISSION_DENIED',
  ],
  [
    'a low election in another target',
    { prefix: { target: 'globex' }, extension: [arbitration(1)] },
    'PERMISSION_DENIED',
  ],
  [
    'an election in own and another target',
    { update: [...update('acme'), ...update('globex')], extension: [arbitration(99)] },
    'PERMISSION_DENIED',
  ],
  [
    'an election without id in another target',
    { prefix: { target: 'globex' }, extension: [{ master_arbitration: {} }] },
    'INVALID_ARGUMENT',
  ],
  [
    'a model of another target',
    { update: update('globex'), extension: [targetVersionOverrides({ globex: { type: 'x', version: '9' } })] },
    'PERMISSION_DENIED',
  ],
  [
    'a model of another target beside an own update',
    { delete: [at('/template', 'acme')], extension: [targetVersionOverrides({ globex: { type: 'x', version: '9' } })] },
    'OK',
  ],
  [
    'devices of another target',
    { update: update('globex'), extension: [transactionStrategy({ synchronous: true })] },
    'PERMISSION_DENIED',
  ],
  [
    'a revision in a request to another target',
    { update: update('globex'), extension: [transactionInfo(1)] },
    'PERMISSION_DENIED',
  ],
  [
    'a broken strategy in another target',
    { update: update('globex'), extension: [{ registered_ext: { id: 111, msg: Buffer.from([8]) } }] },
    'INVALID_ARGUMENT',
  ],
  [
    'a broken list of models in another target',
    { update: update('globex'), extension: [{ registered_ext: { id: 112, msg: Buffer.from([10, 200]) } }] },
    'PERMISSION_DENIED',
  ],
  ['the past in a Set', { update: update('globex'), extension: [snapshotAt(0n)] }, 'INVALID_ARGUMENT'],
];

/** The commit `joint` is about the own target `pilot` and, where there is one, about another tenant's. */
const joint: readonly (readonly [string, Extension])[] = [
  ['confirm', later('joint', 'confirm')],
  ['cancel', later('joint', 'cancel')],
  ['more time', longer('joint')],
];

export const extensionAttacks: readonly Attack[] = [
  ...streams.map(
    ([name, subscribe, extension, code, then]): Attack => ({
      name: `extension of a stream: ${name}`,
      as: 'acme-admin',
      like: 'no-globex',
      code,
      run: (hand, moments) => hand.subscribe({ subscribe, extension: [...extension(moments)] }, then),
    }),
  ),
  ...sets.map(
    ([name, request, code]): Attack => ({
      name: `extension of a Set: ${name}`,
      as: 'acme-admin',
      like: 'no-globex',
      code,
      run: (hand) => hand.call('Set', request),
    }),
  ),
  ...joint.map(
    ([name, extension]): Attack => ({
      name: `extension of a Set: ${name} for a commit of the own target and another`,
      as: 'acme-planner',
      like: 'no-globex',
      code: 'PERMISSION_DENIED',
      run: (hand) => hand.call('Set', { prefix: { target: 'pilot' }, extension: [extension] }),
    }),
  ),
];
