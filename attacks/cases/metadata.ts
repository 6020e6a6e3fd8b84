// Calls that lie about who calls, in the metadata of the RPC, or in bytes that no client makes.

import { Metadata } from '@grpc/grpc-js';
import { CONFIRM_DELETES } from '../../src/access/guard-rails.ts';
import { parsePath } from '../../src/proto/path-text.ts';
import type { Attack } from '../attack.ts';

type Entry = readonly [key: string, value: string | Buffer];

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const own: readonly Entry[] = [
  ['username', 'acme-admin'],
  ['password', 'acme-admin-secret'],
];
const victim = { prefix: { target: 'globex' }, path: [parsePath('/application')] };

/** All of these ask for the other tenant's data. */
const rows: readonly (readonly [name: string, entries: readonly Entry[], code: Attack['code']])[] = [
  ['nobody', [], 'UNAUTHENTICATED'],
  ['a name alone', [['username', 'globex-admin']], 'UNAUTHENTICATED'],
  ['a password alone', [['password', 'acme-admin-secret']], 'UNAUTHENTICATED'],
  [
    'empty entries',
    [
      ['username', ''],
      ['password', ''],
    ],
    'UNAUTHENTICATED',
  ],
  [
    'the own password for another name',
    [
      ['username', 'globex-admin'],
      ['password', 'acme-admin-secret'],
    ],
    'UNAUTHENTICATED',
  ],
  [
    'two names, the own first',
    [
      ['username', 'acme-admin'],
      ['username', 'globex-admin'],
      ['password', 'acme-admin-secret'],
    ],
    'UNAUTHENTICATED',
  ],
  [
    'two names, the own last',
    [
      ['username', 'globex-admin'],
      ['username', 'acme-admin'],
      ['password', 'acme-admin-secret'],
    ],
    'UNAUTHENTICATED',
  ],
  [
    'two names and two passwords',
    [
      ['username', 'globex-admin'],
      ['username', 'acme-admin'],
      ['password', 'x'],
      ['password', 'acme-admin-secret'],
    ],
    'UNAUTHENTICATED',
  ],
  [
    'names joined by a comma',
    [
      ['username', 'acme-admin,globex-admin'],
      ['password', 'acme-admin-secret'],
    ],
    'UNAUTHENTICATED',
  ],
  [
    'the same name twice by a comma, with another password',
    [
      ['username', 'globex-admin, globex-admin'],
      ['password', 'x, x'],
    ],
    'UNAUTHENTICATED',
  ],
  [
    'the own name twice',
    [
      ['username', 'acme-admin, acme-admin'],
      ['password', 'acme-admin-secret, acme-admin-secret'],
    ],
    'PERMISSION_DENIED',
  ],
  [
    'another name in a basic header beside the own',
    [...own, ['authorization', basic('globex-admin:x')]],
    'UNAUTHENTICATED',
  ],
  [
    'the own in a basic header beside another name',
    [
      ['username', 'globex-admin'],
      ['authorization', basic('acme-admin:acme-admin-secret')],
    ],
    'UNAUTHENTICATED',
  ],
  ['a basic header without a colon', [['authorization', basic('globex-admin')]], 'UNAUTHENTICATED'],
  [
    'a basic header with two colons',
    [['authorization', basic('globex-admin:x:globex-admin-secret')]],
    'UNAUTHENTICATED',
  ],
  ['a basic header that is no base64', [['authorization', 'Basic %%%']], 'UNAUTHENTICATED'],
  [
    'a basic header with a null character',
    [['authorization', basic('globex-admin\0:acme-admin-secret')]],
    'UNAUTHENTICATED',
  ],
  ['another scheme', [['authorization', 'Digest username="globex-admin"']], 'UNAUTHENTICATED'],
  ['a bearer of nothing', [['authorization', 'Bearer ']], 'UNAUTHENTICATED'],
  [
    'a name in binary',
    [
      ['username-bin', Buffer.from('globex-admin')],
      ['password-bin', Buffer.from('x')],
    ],
    'UNAUTHENTICATED',
  ],
  [
    'a name in other entries',
    [...own, ['x-user', 'globex-admin'], ['x-forwarded-user', 'globex-admin']],
    'PERMISSION_DENIED',
  ],
  [
    'a role in other entries',
    [...own, ['role', 'operator'], ['x-role', 'operator'], ['tenant', 'globex']],
    'PERMISSION_DENIED',
  ],
  [
    'a name in capital letters',
    [
      ['username', 'ACME-ADMIN'],
      ['password', 'acme-admin-secret'],
    ],
    'UNAUTHENTICATED',
  ],
  [
    'a name of JavaScript',
    [
      ['username', '__proto__'],
      ['password', 'x'],
    ],
    'UNAUTHENTICATED',
  ],
  [
    'a constructor for a name',
    [
      ['username', 'constructor'],
      ['password', 'x'],
    ],
    'UNAUTHENTICATED',
  ],
  [
    'a very long name',
    [
      ['username', 'g'.repeat(3000)],
      ['password', 'x'],
    ],
    'UNAUTHENTICATED',
  ],
  [
    'a very long password',
    [
      ['username', 'globex-admin'],
      ['password', 'x'.repeat(3000)],
    ],
    'UNAUTHENTICATED',
  ],
  [
    'the author of rollbacks',
    [
      ['username', 'edgeconf-commit-confirmed'],
      ['password', 'x'],
    ],
    'UNAUTHENTICATED',
  ],
  [
    'a user without roles',
    [
      ['username', 'nobody'],
      ['password', 'nobody-secret'],
    ],
    'PERMISSION_DENIED',
  ],
];

/** Consents to deletes, sent with a delete in the other tenant's target. */
const consents: readonly (readonly [name: string, value: string, code: Attack['code']])[] = [
  ['the number of what goes', '1', 'PERMISSION_DENIED'],
  ['a number that is far too high', '999999', 'PERMISSION_DENIED'],
  ['no number', 'all', 'INVALID_ARGUMENT'],
];

function metadata(entries: readonly Entry[]): Metadata {
  const made = new Metadata();
  for (const [key, value] of entries) made.add(key, value);
  return made;
}

/** Requests whose bytes say more than one thing, or nothing that can be read; the target is the other tenant's. */
const raw: readonly (readonly [name: string, path: string, bytes: Buffer, code: Attack['code']])[] = [
  ['a Get whose target is no UTF-8', '/gnmi.gNMI/Get', Buffer.from([0x0a, 3, 0x22, 1, 0xff]), 'INVALID_ARGUMENT'],
  [
    'a Get with two prefixes, the last of another',
    '/gnmi.gNMI/Get',
    Buffer.concat([
      Buffer.from([0x0a, 6, 0x22, 4]),
      Buffer.from('acme'),
      Buffer.from([0x0a, 8, 0x22, 6]),
      Buffer.from('globex'),
    ]),
    'PERMISSION_DENIED',
  ],
  [
    'a Get with a target in a field that is unknown',
    '/gnmi.gNMI/Get',
    Buffer.concat([Buffer.from([0x0a, 9, 0x4a, 7]), Buffer.from('globex2')]),
    'INVALID_ARGUMENT',
  ],
  ['a Get that is cut off', '/gnmi.gNMI/Get', Buffer.from([0x0a, 200]), 'INTERNAL'],
  ['an RPC that there is not', '/gnmi.gNMI/Dump', Buffer.alloc(0), 'UNIMPLEMENTED'],
  ['a service that there is not', '/edgeconf.Admin/Get', Buffer.alloc(0), 'UNIMPLEMENTED'],
];

export const metadataAttacks: readonly Attack[] = [
  ...rows.flatMap(([name, entries, code]): Attack[] => [
    {
      name: `metadata of a Get: ${name}`,
      as: undefined,
      like: 'no-globex',
      code,
      run: (hand) => hand.call('Get', victim, metadata(entries)),
    },
    {
      name: `metadata of a stream: ${name}`,
      as: undefined,
      like: 'no-globex',
      code,
      run: (hand) =>
        hand.subscribe(
          { subscribe: { prefix: victim.prefix, subscription: [{ path: victim.path[0] ?? null }] } },
          [],
          metadata(entries),
        ),
    },
  ]),
  ...consents.map(
    ([name, value, code]): Attack => ({
      name: `metadata of a Set: ${name}`,
      as: undefined,
      like: 'no-globex',
      code,
      run: (hand) =>
        hand.call('Set', { prefix: victim.prefix, delete: victim.path }, metadata([...own, [CONFIRM_DELETES, value]])),
    }),
  ),
  ...raw.map(
    ([name, path, bytes, code]): Attack => ({
      name: `bytes: ${name}`,
      as: 'acme-admin',
      like: 'no-globex',
      code,
      run: (hand) => hand.bytes(path, bytes),
    }),
  ),
];
