// The rows of gNMI: what each role sees and changes of its own tenant, of another and of the platform.

import { parsePath } from '../../../src/proto/path-text.ts';
import { type Answer, type Answers, answers, type Caller, type Place, type Row, type Rows } from './row.ts';

/** Parts of a tenant's intent by what roles tell apart, and of the platform; the first that fits names a leaf. */
const parts: readonly (readonly [name: string, path: RegExp])[] = [
  ['site ids', /^\/site\[[^/]*\/site-id$/],
  ['small cells', /^\/site\[[^/]*\/small-cell/],
  ['user planes', /^\/site\[[^/]*\/upf/],
  ['IMSIs', /^\/site\[[^/]*\/imsi-definition/],
  ['robot', /^\/site\[site-id=chicago\]\/device\[device-id=robot\]/],
  ['drill', /^\/site\[site-id=chicago\]\/device\[device-id=drill\]/],
  ['Chicago', /^\/site\[site-id=chicago\]\/display-name$/],
  ['Dallas', /^\/site\[site-id=dallas\]\/display-name$/],
  ['core', /^\/site\[[^/]*\/(connectivity-service|ip-domain)/],
  ['slices', /^\/site\[[^/]*\/slice/],
  ['device groups', /^\/site\[[^/]*\/device-group/],
  ['cam', /^\/application\[application-id=cam\]/],
  ['plc', /^\/application\[application-id=plc\]/],
  ['traffic classes', /^\/traffic-class/],
  ['templates', /^\/template/],
  ['password hashes', /^\/user\[[^/]*\/password-hash$/],
  ['users', /^\/user/],
  ['roles', /^\/role/],
  ['tenants', /^\/(tenant|target)/],
  ['audit log', /^\/audit/],
  ['devices', /^\/device/],
];
const intent = parts.slice(0, 15).map(([name]) => name);
const platform = ['password hashes', 'users', 'roles', 'tenants', 'audit log', 'devices'];
const connected = ['core', 'slices', 'device groups'];
const chicago = ['site ids', 'small cells', 'user planes', 'IMSIs', 'robot', 'drill', 'Chicago', ...connected];

interface Elem {
  readonly name: string;
  readonly key?: Readonly<Record<string, string>>;
}
interface Shown {
  readonly update?: readonly { readonly path?: { readonly elem?: readonly Elem[] } }[];
}

function* partsShown(notifications: readonly Shown[]): Iterable<string> {
  for (const { update = [] } of notifications) {
    for (const { path } of update) {
      const text = (path?.elem ?? []).map(({ name, key = {} }) => `/${name}${keys(key)}`).join('');
      yield parts.find(([, pattern]) => pattern.test(text))?.[0] ?? text;
    }
  }
}

function keys(key: Readonly<Record<string, string>>): string {
  return Object.entries(key)
    .map(([name, value]) => `[${name}=${value}]`)
    .join('');
}

const ofGet: Row['shows'] = (messages) =>
  partsShown(messages.flatMap(({ notification }) => (notification ?? []) as readonly Shown[]));
const ofStream: Row['shows'] = (messages) =>
  partsShown(messages.flatMap(({ update }) => (update ? [update as Shown] : [])));
const isSynced: Row['isEnough'] = ({ sync_response: synced }) => synced === true;

/** What each role sees of its own tenant; the operator and the auditor see all tenants. */
const own: Readonly<Partial<Record<Caller, readonly string[]>>> = {
  operator: intent,
  auditor: intent,
  'ran-team': ['site ids', 'small cells', 'slices'],
  'core-team': ['site ids', 'user planes', 'IMSIs', 'core'],
  'enterprise-admin': intent,
  'enterprise-reader': intent,
  'site-admin': [...chicago, 'cam', 'plc', 'traffic classes', 'templates'],
  'app-developer': ['cam', 'plc', 'traffic classes'],
  'third-party-provider': ['cam'],
  'end-user': ['robot'],
};
const everywhere = { operator: intent, auditor: intent };
const ofPlatform = answers({ operator: platform, auditor: platform.slice(1) });

const reads = { acme: answers(own), globex: answers(everywhere), platform: ofPlatform };

/** The operator and the auditor read the platform too, and there is no target of somebody without roles. */
const ofAll: Answers = answers({
  ...own,
  operator: [...intent, ...platform],
  auditor: [...intent, ...platform.slice(1)],
});

/** What each role sees of one part. */
function only(part: string): Answers {
  const seen = Object.entries(own).map(([caller, shown]): [string, Answer] => [
    caller,
    shown.includes(part) ? [part] : 'NOT_FOUND',
  ]);
  return answers(Object.fromEntries(seen));
}

const get =
  (path: string, more: object = {}) =>
  (target: Place) => [{ prefix: { target }, path: [parsePath(path)], encoding: 'PROTO', ...more }];
const subscribe =
  (path: string, more: object = {}) =>
  (target: Place) => [
    {
      subscribe: {
        prefix: { target },
        subscription: [{ path: parsePath(path), mode: 'ON_CHANGE' }],
        encoding: 'PROTO',
        ...more,
      },
    },
  ];
const value = (text: unknown) => ({ json_val: Buffer.from(JSON.stringify(text)) });
const update = (path: string, text: unknown) => (target: Place) => [
  { prefix: { target }, update: [{ path: parsePath(path), val: value(text) }] },
];
const remove = (path: string) => (target: Place) => [{ prefix: { target }, delete: [parsePath(path)] }];

/** A Set that these may do in their own tenant, and the operator everywhere. */
function writes(title: string, requests: Row['requests'], ...may: readonly Caller[]): Row {
  const done = Object.fromEntries(['operator', ...may].map((caller) => [caller, []]));
  const unknown = title.startsWith('a delete') ? 'INVALID_ARGUMENT' : 'NOT_FOUND';
  // Whoever reads the platform is told that it has no such node. Without its policy nobody could make one any more.
  const ofPlatform: Partial<Answers> = title.startsWith('a delete of everything')
    ? { operator: 'FAILED_PRECONDITION' }
    : { operator: unknown, auditor: unknown };
  return {
    title,
    requests,
    answers: {
      acme: answers(done),
      globex: answers({ operator: [] }),
      platform: answers(ofPlatform),
    },
  };
}

function empty(caller: Caller): Answer {
  return caller === 'unauthenticated' ? 'UNAUTHENTICATED' : [];
}

const modelsOf: Row['shows'] = (messages) =>
  messages.flatMap(({ supported_models: models }) =>
    ((models ?? []) as readonly { name: string }[]).map(({ name }) => name),
  );
const aether = [
  'edgeconf-application',
  'edgeconf-site',
  'edgeconf-site-fabric',
  'edgeconf-site-ran',
  'edgeconf-template',
  'edgeconf-traffic-class',
];
const anyTenant = Object.fromEntries(Object.keys(own).map((caller) => [caller, aether]));

export const gnmiRows: Rows = {
  'gnmi.gNMI/Capabilities': [
    {
      title: 'the models',
      requests: () => [{}],
      shows: function* (messages) {
        for (const name of modelsOf(messages)) if (/^edgeconf-(?!metadata|aether|southbound)/.test(name)) yield name;
      },
      answers: Object.fromEntries(
        ['acme', 'globex', 'platform', 'nowhere'].map((place) => [
          place,
          answers({
            ...anyTenant,
            operator: [...aether, 'edgeconf-platform'],
            auditor: [...aether, 'edgeconf-platform'],
            'without-roles': empty('without-roles'),
          }),
        ]),
      ),
    },
  ],
  'gnmi.gNMI/Get': [
    { title: 'everything', requests: get('/'), shows: ofGet, answers: reads },
    { title: 'everything by dots', requests: get('/...'), shows: ofGet, answers: reads },
    {
      title: 'all targets',
      requests: () => get('/')('*' as Place),
      shows: ofGet,
      answers: { acme: ofAll, globex: ofAll, platform: ofAll, nowhere: ofAll },
    },
    {
      title: 'one application',
      requests: get('/application[application-id=plc]'),
      shows: ofGet,
      answers: {
        acme: only('plc'),
        globex: answers({ operator: ['plc'], auditor: ['plc'] }),
        platform: answers({ operator: 'INVALID_ARGUMENT', auditor: 'INVALID_ARGUMENT' }),
      },
    },
    {
      title: 'small cells',
      requests: get('/site/small-cell'),
      shows: ofGet,
      answers: {
        acme: only('small cells'),
        globex: answers({ operator: ['small cells'], auditor: ['small cells'] }),
        platform: answers({ operator: 'INVALID_ARGUMENT', auditor: 'INVALID_ARGUMENT' }),
      },
    },
    {
      title: 'password hashes',
      requests: get('/user/password-hash'),
      shows: ofGet,
      answers: {
        acme: answers(Object.fromEntries(Object.keys(own).map((caller) => [caller, 'INVALID_ARGUMENT']))),
        globex: answers({ operator: 'INVALID_ARGUMENT', auditor: 'INVALID_ARGUMENT' }),
        platform: answers({ operator: ['password hashes'], auditor: 'NOT_FOUND' }),
      },
    },
  ],
  'gnmi.gNMI/Set': [
    writes('an update of a site', update('/site[site-id=chicago]/display-name', 'x'), 'enterprise-admin', 'site-admin'),
    writes('an update of another site', update('/site[site-id=dallas]/display-name', 'x'), 'enterprise-admin'),
    writes(
      'an update of a small cell',
      update('/site[site-id=chicago]/small-cell[small-cell-id=cell]/enable', false),
      'ran-team',
      'enterprise-admin',
      'site-admin',
    ),
    writes(
      'an update of a user plane',
      update('/site[site-id=chicago]/upf[upf-id=upf]/display-name', 'x'),
      'core-team',
      'enterprise-admin',
      'site-admin',
    ),
    writes(
      'an update of a device',
      update('/site[site-id=chicago]/device[device-id=robot]/display-name', 'x'),
      'enterprise-admin',
      'site-admin',
      'end-user',
    ),
    writes(
      'an update of another device',
      update('/site[site-id=chicago]/device[device-id=drill]/display-name', 'x'),
      'enterprise-admin',
      'site-admin',
    ),
    writes(
      'a delete of a device',
      remove('/site[site-id=chicago]/device[device-id=robot]'),
      'enterprise-admin',
      'site-admin',
    ),
    writes(
      'an update of an application',
      update('/application[application-id=cam]/display-name', 'x'),
      'enterprise-admin',
      'app-developer',
      'third-party-provider',
    ),
    writes(
      'an update of another application',
      update('/application[application-id=plc]/display-name', 'x'),
      'enterprise-admin',
      'app-developer',
    ),
    writes(
      'a delete of another application',
      remove('/application[application-id=plc]'),
      'enterprise-admin',
      'app-developer',
    ),
    writes('a delete of all applications', remove('/application'), 'enterprise-admin', 'app-developer'),
    writes('a delete of everything', remove('/'), 'enterprise-admin'),
    writes('a delete of everything by dots', remove('/...'), 'enterprise-admin'),
    {
      title: 'a role for oneself',
      requests: () => [
        {
          prefix: { target: 'platform' },
          update: [
            { path: parsePath('/user[name=end-user]'), val: value({ role: [{ tenant: '*', role: 'operator' }] }) },
          ],
        },
      ],
      answers: Object.fromEntries(
        ['acme', 'globex', 'platform', 'nowhere'].map((place) => [place, answers({ operator: [] })]),
      ),
    },
  ],
  'gnmi.gNMI/Subscribe': [
    { title: 'everything once', requests: subscribe('/', { mode: 'ONCE' }), shows: ofStream, answers: reads },
    { title: 'everything as a stream', requests: subscribe('/'), shows: ofStream, isEnough: isSynced, answers: reads },
    {
      title: 'everything polled',
      requests: subscribe('/', { mode: 'POLL' }),
      shows: ofStream,
      isEnough: isSynced,
      answers: reads,
    },
    {
      title: 'all targets',
      requests: () => subscribe('/')('*' as Place),
      shows: ofStream,
      isEnough: isSynced,
      answers: { acme: ofAll, globex: ofAll, platform: ofAll, nowhere: ofAll },
    },
  ],
};
