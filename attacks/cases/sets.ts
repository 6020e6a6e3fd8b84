// Sets that mix what one may write with what is another's: nothing of either may change.

import type { Path, SetRequest, Update } from '../../src/proto/gnmi.ts';
import { parsePath } from '../../src/proto/path-text.ts';
import type { Attack } from '../attack.ts';

const path = (text: string, target?: string): Path => ({
  ...parsePath(text),
  ...(target === undefined ? {} : { target }),
});
const write = (text: string, value: unknown, target?: string): Update => ({
  path: path(text, target),
  val: { json_val: Buffer.from(JSON.stringify(value)) },
});

const cam = '/application[application-id=cam]';
const mine = write(`${cam}/display-name`, 'mine', 'acme');
const theirs = write(`${cam}/display-name`, 'mine', 'globex');

const sets: readonly (readonly [name: string, request: SetRequest, code?: Attack['code']])[] = [
  ['update of the own target, then of another', { update: [mine, theirs] }],
  ['update of another target, then of the own', { update: [theirs, mine] }],
  ['delete in another target beside an own update', { delete: [path(cam, 'globex')], update: [mine] }],
  ['replace in another target beside an own delete', { delete: [path(cam, 'acme')], replace: [theirs] }],
  ['replace of the root of another target', { replace: [write('/', {}, 'globex')] }],
  ['delete of the root of another target', { delete: [path('/', 'globex')] }],
  ['delete of everything in another target', { prefix: { target: 'globex' }, delete: [path('/...')] }],
  ['delete of each top-level node of another target', { prefix: { target: 'globex' }, delete: [path('/*')] }],
  ['union_replace of another target', { prefix: { target: 'globex' }, union_replace: [write('/', {})] }],
  ['union_replace of the own target with a part for another', { union_replace: [write('/', {}, 'acme'), theirs] }],
  [
    'union_replace beside an update',
    { prefix: { target: 'globex' }, union_replace: [write('/', {})], update: [mine] },
    'INVALID_ARGUMENT',
  ],
  ['delete in all targets', { prefix: { target: '*' }, delete: [path('/')] }, 'INVALID_ARGUMENT'],
  ['update in all targets', { update: [write(cam, {}, '*')] }, 'INVALID_ARGUMENT'],
  ['update that repeats what another target may hold', { update: [write(`${cam}/address`, '10.66.6.0/24', 'globex')] }],
  ['update of another target by nothing', { update: [write(cam, {}, 'globex')] }],
  ['value that is not valid in another target', { update: [write(`${cam}/address`, 'no address', 'globex')] }],
  [
    'value that is not JSON in another target',
    { update: [{ path: path(cam, 'globex'), val: { json_val: Buffer.from('{') } }] },
  ],
  ['path that is unknown in another target', { update: [write('/nothing', 1, 'globex')] }],
  ['target in the update of the platform', { update: [write('/tenant[name=acme]/display-name', 'x', 'platform')] }],
  [
    'the own user in the platform',
    { update: [write('/user[name=acme-admin]/role[tenant=*][role=operator]', {}, 'platform')] },
  ],
  [
    'the role of the own user in the platform',
    { update: [write('/role[name=admin]/rule[name=all]/path', '/', 'platform')] },
  ],
  ['the own target for another tenant', { update: [write('/target[name=acme]/tenant', 'globex', 'platform')] }],
  ['another target for the own tenant', { update: [write('/target[name=globex]/tenant', 'acme', 'platform')] }],
  ['delete of another target in the platform', { delete: [path('/target[name=globex]', 'platform')] }],
  ['the freeze of another tenant', { update: [write('/tenant[name=globex]/freeze[name=f]', {}, 'platform')] }],
  [
    'a platform path in the own target',
    { prefix: { target: 'acme' }, update: [write('/target[name=globex]/tenant', 'acme')] },
    'NOT_FOUND',
  ],
  [
    'a member of the platform in the value of the root',
    { update: [write('/', { 'edgeconf-platform:user': [] }, 'acme')] },
    'INVALID_ARGUMENT',
  ],
  [
    'a key in the value that differs from the path',
    { update: [write(cam, { 'application-id': 'other', address: '10.0.0.0/8' }, 'acme')] },
    'INVALID_ARGUMENT',
  ],
  [
    'another target in a member of the value',
    { update: [write('/', { globex: { site: [] } }, 'acme')] },
    'INVALID_ARGUMENT',
  ],
  ['an own part with a wildcard key in an update', { update: [write('/site[site-id=*]/display-name', 'x', 'globex')] }],
];

export const setAttacks: readonly Attack[] = sets.map(([name, request, code = 'PERMISSION_DENIED']) => ({
  name: `Set: ${name}`,
  as: 'acme-admin',
  like: 'no-globex',
  code,
  run: (hand) => hand.call('Set', request),
}));
