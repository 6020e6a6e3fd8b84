// Users of one enterprise against the parts of it that they may not see: the answer must not tell whether anything is there.

import type { Path, SetRequest, Update } from '../../src/proto/gnmi.ts';
import { parsePath } from '../../src/proto/path-text.ts';
import type { Attack } from '../attack.ts';

type Code = Attack['code'];

const prefix = { target: 'acme' };
const path = parsePath;
const write = (text: string, value: unknown): Update => ({
  path: parsePath(text),
  val: { json_val: Buffer.from(JSON.stringify(value)) },
});
const imsi = { mcc: '315', mnc: '010', enterprise: 777, format: 'CCCNNNEEESSSSSS' };

/** The admin of Chicago against Dallas, which may be there or not. */
const siteReads: readonly (readonly [name: string, paths: readonly Path[], code: Code])[] = [
  ['the root', [path('/')], 'OK'],
  ['all sites', [path('/site')], 'OK'],
  ['all sites by a star', [path('/site[site-id=*]')], 'OK'],
  ['all names by dots', [path('/.../display-name')], 'OK'],
  ['the name of every site', [path('/site/display-name')], 'OK'],
  ['all by stars', [path('/*/*')], 'OK'],
  ['the other site', [path('/site[site-id=dallas]')], 'NOT_FOUND'],
  ['a leaf of the other site', [path('/site[site-id=dallas]/display-name')], 'NOT_FOUND'],
  ['a key of the other site', [path('/site[site-id=dallas]/site-id')], 'NOT_FOUND'],
  ['a leaf of the other site by dots', [path('/.../imsi-definition/enterprise')], 'OK'],
  ['own and other site', [path('/site[site-id=chicago]'), path('/site[site-id=dallas]')], 'NOT_FOUND'],
  ['a default of the other site', [path('/site[site-id=dallas]/slice[slice-id=x]/default-behavior')], 'NOT_FOUND'],
];

const siteWrites: readonly (readonly [name: string, request: SetRequest, code?: Code])[] = [
  ['update of the other site', { update: [write('/site[site-id=dallas]/display-name', 'x')] }],
  [
    'update that repeats a value of the other site',
    { update: [write('/site[site-id=dallas]/display-name', 'Dallas')] },
  ],
  [
    'update of the root by the value of the other site',
    { update: [write('/', { site: [{ 'site-id': 'dallas', 'display-name': 'Dallas' }] })] },
  ],
  [
    'update of the root by another value of the other site',
    { update: [write('/', { site: [{ 'site-id': 'dallas', 'display-name': 'x' }] })] },
  ],
  ['update of all sites by the key of the other site', { update: [write('/site', [{ 'site-id': 'dallas' }])] }],
  ['update of the root by the key of the other site', { update: [write('/', { site: [{ 'site-id': 'dallas' }] })] }],
  [
    'update of the root by a whole other site',
    { update: [write('/', { site: [{ 'site-id': 'dallas', 'imsi-definition': imsi }] })] },
  ],
  [
    'update of the own and the other site at once',
    {
      update: [
        write('/', {
          site: [
            { 'site-id': 'chicago', 'display-name': 'x' },
            { 'site-id': 'dallas', 'display-name': 'Dallas' },
          ],
        }),
      ],
    },
  ],
  ['update of the other site that exists', { update: [write('/site[site-id=dallas]', {})] }],
  ['delete of the other site', { delete: [path('/site[site-id=dallas]')] }],
  ['delete of all sites', { delete: [path('/site')] }],
  ['delete of all sites by a star', { delete: [path('/site[site-id=*]')] }],
  ['delete of the root', { delete: [path('/')] }],
  ['delete of everything by dots', { delete: [path('/...')] }],
  ['delete of each top-level node', { delete: [path('/*')] }],
  ['delete of the names of all sites', { delete: [path('/site/display-name')] }],
  ['delete of all names by dots', { delete: [path('/.../display-name')] }],
  ['delete of devices of all sites', { delete: [path('/site/device')] }],
  ['replace of the root by nothing', { replace: [write('/', {})] }],
  [
    'replace of the root by the own site',
    { replace: [write('/', { site: [{ 'site-id': 'chicago', 'imsi-definition': { ...imsi, enterprise: 1 } }] })] },
  ],
  [
    'replace of all sites by the own',
    { replace: [write('/site', [{ 'site-id': 'chicago', 'imsi-definition': { ...imsi, enterprise: 1 } }])] },
  ],
  ['replace of all sites by nothing', { replace: [write('/site', [])] }],
  ['replace of the other site', { replace: [write('/site[site-id=dallas]', { 'imsi-definition': imsi })] }],
  [
    'union_replace of the root',
    {
      union_replace: [write('/', { site: [{ 'site-id': 'chicago', 'imsi-definition': { ...imsi, enterprise: 1 } }] })],
    },
  ],
  [
    'union_replace of the own site',
    { union_replace: [write('/site[site-id=chicago]', { 'imsi-definition': { ...imsi, enterprise: 1 } })] },
  ],
  ['delete of an application that it reads', { delete: [path('/application[application-id=plc]')] }],
  [
    'replace of the own site and delete of the other',
    { delete: [path('/site[site-id=dallas]')], update: [write('/site[site-id=chicago]/display-name', 'x')] },
  ],
];

/** The provider of one application against all that the enterprise has beside it. */
const providerReads: readonly (readonly [name: string, path: Path, code: Code])[] = [
  ['the root', path('/'), 'OK'],
  ['all applications', path('/application'), 'OK'],
  ['another application', path('/application[application-id=plc]'), 'NOT_FOUND'],
  ['sites', path('/site'), 'NOT_FOUND'],
  ['a site', path('/site[site-id=chicago]'), 'NOT_FOUND'],
  ['traffic classes', path('/traffic-class'), 'NOT_FOUND'],
  ['addresses by dots', path('/.../address'), 'OK'],
  ['the progress of transactions', path('/edgeconf-metadata:transaction'), 'NOT_FOUND'],
];

const providerWrites: readonly (readonly [name: string, request: SetRequest, code?: Code])[] = [
  ['delete of all applications', { delete: [path('/application')] }],
  ['delete of the root', { delete: [path('/')] }],
  [
    'replace of all applications by the own',
    { replace: [write('/application', [{ 'application-id': 'cam', address: '10.1.0.0/24' }])] },
  ],
  [
    'replace of the root by the own application',
    { replace: [write('/', { application: [{ 'application-id': 'cam', address: '10.1.0.0/24' }] })] },
  ],
  [
    'union_replace of the root',
    { union_replace: [write('/', { application: [{ 'application-id': 'cam', address: '10.1.0.0/24' }] })] },
  ],
  [
    'update of the root by a value of another application',
    { update: [write('/', { application: [{ 'application-id': 'plc', address: '10.9.9.0/24' }] })] },
  ],
  [
    'update of the root by another value of another application',
    { update: [write('/', { application: [{ 'application-id': 'plc', address: '10.9.8.0/24' }] })] },
  ],
  [
    'update of the root by a traffic class',
    { update: [write('/', { 'traffic-class': [{ 'traffic-class-id': 'gold', qci: 7, arp: 7 }] })] },
  ],
  [
    'update of the root by the key of a traffic class',
    { update: [write('/', { 'traffic-class': [{ 'traffic-class-id': 'gold' }] })] },
  ],
  ['update of another application', { update: [write('/application[application-id=plc]/display-name', 'x')] }],
  ['delete of another application', { delete: [path('/application[application-id=plc]')] }],
  [
    'the annotation of the root',
    { update: [write('/', { '@': { 'openconfig-metadata:protobuf-metadata': 'eA==' } })] },
  ],
];

function inside(as: string, like: Attack['like'], name: string, code: Code, run: Attack['run']): Attack {
  return { name: `${as}: ${name}`, as, like, code, run };
}

const denied: Code = 'PERMISSION_DENIED';

export const insideAttacks: readonly Attack[] = [
  ...siteReads.flatMap(([name, paths, code]): Attack[] => [
    inside('site-admin', 'no-dallas', `Get of ${name}`, code, (hand) => hand.call('Get', { prefix, path: [...paths] })),
    inside('site-admin', 'no-dallas', `Get of values of ${name}`, code, (hand) =>
      hand.call('Get', { prefix, path: [...paths], encoding: 2 }),
    ),
    inside('site-admin', 'no-dallas', `stream of ${name}`, 'OK', (hand) => {
      const subscription = [...paths, path('/application')].map((each) => ({ path: each, mode: 1 }));
      return hand.subscribe({ subscribe: { prefix, subscription } }, ['poke', 'leave']);
    }),
  ]),
  ...siteWrites.map(([name, request, code = denied]) =>
    inside('site-admin', 'no-dallas', name, code, (hand) => hand.call('Set', { prefix, ...request })),
  ),
  ...providerReads.map(([name, each, code]) =>
    inside('provider', 'one-application', `Get of ${name}`, code, (hand) => hand.call('Get', { prefix, path: [each] })),
  ),
  ...providerWrites.map(([name, request, code = denied]) =>
    inside('provider', 'one-application', name, code, (hand) => hand.call('Set', { prefix, ...request })),
  ),
];
