// Streams and reads that mix targets, follow all targets, poll, or ask in odd forms: nothing of another tenant in any of them.

import { ListMode, type Path, type SubscriptionList } from '../../src/proto/gnmi.ts';
import { parsePath } from '../../src/proto/path-text.ts';
import type { Attack } from '../attack.ts';
import type { Then } from '../hand.ts';

const at = (text: string, target: string): Path => ({ ...parsePath(text), target });
const mine = { path: at('/application', 'acme') };
const theirs = { path: at('/application', 'globex') };
const all: Path = { target: '*' };
const everything = { path: parsePath('/') };
const applications = { path: parsePath('/application') };

type Row = readonly [name: string, list: SubscriptionList, code: Attack['code'], then?: readonly Then[]];

const rows: readonly Row[] = [
  ['own target, then another', { subscription: [mine, theirs] }, 'PERMISSION_DENIED'],
  ['another target, then the own', { subscription: [theirs, mine] }, 'PERMISSION_DENIED'],
  ['own target with another in the prefix', { prefix: { target: 'globex' }, subscription: [mine] }, 'INVALID_ARGUMENT'],
  ['another target on change', { subscription: [{ ...theirs, mode: 1 }] }, 'PERMISSION_DENIED'],
  ['another target in samples', { subscription: [{ ...theirs, mode: 2 }] }, 'PERMISSION_DENIED'],
  ['another target with changes only', { subscription: [theirs], updates_only: true }, 'PERMISSION_DENIED'],
  [
    'another target in a model of its own',
    { subscription: [theirs], use_models: [{ name: 'edgeconf-site' }] },
    'PERMISSION_DENIED',
  ],
  [
    'another target in a model that it has not',
    { subscription: [theirs], use_models: [{ name: 'nothing' }] },
    'PERMISSION_DENIED',
  ],
  ['another target in all encodings', { subscription: [theirs], encoding: 2 }, 'PERMISSION_DENIED'],
  [
    'another target beside an unknown path',
    { subscription: [{ path: at('/nothing', 'acme') }, theirs] },
    'PERMISSION_DENIED',
  ],
  [
    'a path of another target that no model has',
    { subscription: [{ path: at('/nothing', 'globex') }] },
    'PERMISSION_DENIED',
  ],
  ['the platform', { subscription: [{ path: at('/target', 'platform') }] }, 'PERMISSION_DENIED'],
  ['all targets', { prefix: all, subscription: [applications] }, 'OK', ['poke', 'leave']],
  ['all targets from the root', { prefix: all, subscription: [everything] }, 'OK', ['poke', 'leave']],
  [
    'all targets, changes only',
    { prefix: all, subscription: [applications], updates_only: true },
    'OK',
    ['poke', 'leave'],
  ],
  ['all targets as values', { prefix: all, subscription: [applications], encoding: 2 }, 'OK', ['poke', 'leave']],
  [
    'all targets by star and dots',
    { prefix: all, subscription: [{ path: parsePath('/*') }, { path: parsePath('/.../address') }] },
    'OK',
    ['poke', 'leave'],
  ],
  [
    'all targets in the platform model',
    { prefix: all, subscription: [{ path: parsePath('/user') }] },
    'INVALID_ARGUMENT',
  ],
  ['all targets, with another one named', { prefix: all, subscription: [theirs] }, 'INVALID_ARGUMENT'],
  [
    'all targets, polled',
    { prefix: all, subscription: [applications], mode: ListMode.POLL },
    'OK',
    ['poke', 'poll', 'leave'],
  ],
  ['another target, polled', { subscription: [theirs], mode: ListMode.POLL }, 'PERMISSION_DENIED', ['poll', 'leave']],
  [
    'own and another target, polled',
    { subscription: [mine, theirs], mode: ListMode.POLL },
    'PERMISSION_DENIED',
    ['poll'],
  ],
  ['all targets once', { prefix: all, subscription: [everything], mode: ListMode.ONCE }, 'OK'],
  ['own target, polled when it streams', { subscription: [mine] }, 'INVALID_ARGUMENT', ['poll']],
];

const gets: readonly (readonly [name: string, request: object, code: Attack['code']])[] = [
  ['own target, then another', { path: [mine.path, theirs.path] }, 'PERMISSION_DENIED'],
  ['another target, then the own', { path: [theirs.path, mine.path] }, 'PERMISSION_DENIED'],
  ['all targets', { prefix: all, path: [applications.path] }, 'OK'],
  ['all targets from the root', { prefix: all }, 'OK'],
  ['all targets, state only', { prefix: all, type: 2 }, 'NOT_FOUND'],
  ['all targets as values', { prefix: all, encoding: 2 }, 'OK'],
  ['all targets in a model', { prefix: all, use_models: [{ name: 'edgeconf-application' }] }, 'OK'],
  [
    'all targets in the model of the platform',
    { prefix: all, use_models: [{ name: 'edgeconf-platform' }] },
    'INVALID_ARGUMENT',
  ],
  [
    'another target in the model of the platform',
    { path: [theirs.path], use_models: [{ name: 'edgeconf-platform' }] },
    'PERMISSION_DENIED',
  ],
  ['another target in no encoding that there is', { path: [theirs.path], encoding: 7 }, 'UNIMPLEMENTED'],
  ['another target with depth', { path: [theirs.path], extension: [{ depth: { level: 1 } }] }, 'PERMISSION_DENIED'],
  ['all targets with depth', { prefix: all, extension: [{ depth: { level: 2 } }] }, 'OK'],
  ['another target, configuration only', { path: [theirs.path], type: 1 }, 'PERMISSION_DENIED'],
  ['no target and no path', {}, 'INVALID_ARGUMENT'],
];

export const subscribeAttacks: readonly Attack[] = [
  ...rows.map(
    ([name, list, code, then]): Attack => ({
      name: `stream: ${name}`,
      as: 'acme-admin',
      like: 'no-globex',
      code,
      run: (hand) => hand.subscribe({ subscribe: list }, then),
    }),
  ),
  ...gets.map(
    ([name, request, code]): Attack => ({
      name: `read: ${name}`,
      as: 'acme-admin',
      like: 'no-globex',
      code,
      run: (hand) => hand.call('Get', request),
    }),
  ),
  {
    name: 'Capabilities: models of the platform and of others',
    as: 'acme-admin',
    like: 'no-globex',
    code: 'OK',
    run: (hand) => hand.call('Capabilities', {}),
  },
];
