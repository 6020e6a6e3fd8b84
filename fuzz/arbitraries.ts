// fast-check arbitraries for gNMI requests: mostly near what is valid, sometimes far from it.

import fc from 'fast-check';
import Long from 'long';
import { parsePath } from '../src/proto/path-text.ts';

const names = [
  'site',
  'site-id',
  'device',
  'device-group',
  'imsi-definition',
  'mcc',
  'application',
  'edgeconf-site:site',
  'display-name',
  'mbr',
  'uplink',
  'template',
  'traffic-class',
  '*',
  '...',
  '',
  '..',
  'a/b',
  '[x=y]',
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
];

const name = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.string() });

const elem = fc.record({
  name,
  key: fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    {
      weight: 2,
      arbitrary: fc.dictionary(
        fc.constantFrom('site-id', 'application-id', 'device-id', 'x', '', '__proto__'),
        fc.oneof(fc.constantFrom('chicago', '*', '...', '', "a'b", ']'), fc.string()),
        { maxKeys: 2 },
      ),
    },
  ),
});

/** Paths that are right, most of them with data. */
const known = fc
  .constantFrom(
    '/',
    '/site',
    '/site[site-id=chicago]',
    '/site[site-id=*]/display-name',
    '/site[site-id=chicago]/display-name',
    '/site[site-id=chicago]/imsi-definition',
    '/site[site-id=chicago]/imsi-definition/mcc',
    '/site/.../display-name',
    '/application',
    '/*',
    '/traffic-class[traffic-class-id=gold]/qci',
    '/template[template-id=new]/default-behavior',
  )
  .map((text) => parsePath(text));

const strange = fc.record(
  {
    origin: fc.constantFrom('', 'openconfig', 'rfc7951', 'cli', 'edgeconf-site', 'nowhere', '*'),
    target: fc.constantFrom('', '', 'acme', 'globex', 'platform', '*', 'nobody', '../acme'),
    elem: fc.array(elem, { maxLength: 6 }),
    element: fc.array(fc.string(), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

const path = fc.oneof({ weight: 3, arbitrary: known }, { weight: 1, arbitrary: strange });

const prefix = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom({ target: 'acme' }, { target: 'acme', elem: [{ name: 'site', key: {} }] }) },
  { weight: 1, arbitrary: strange },
);

const deep = fc
  .tuple(fc.constantFrom('[', '{"site":'), fc.integer({ min: 1, max: 300 }))
  .map(([open, depth]) => open.repeat(depth));

const jsonText = fc.oneof(
  fc.jsonValue({ depthSize: 'small' }).map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '{"site":[{"site-id":"fuzz","display-name":"f"}]}',
    '"text"',
    '"001"',
    '7',
    '{}',
    '[]',
    '{"site":[{}]}',
    '{"site":{"site-id":"x"}}',
    '{"a":1,"a":2}',
    '1e999999999',
    '-0',
    '99999999999999999999999999',
    '"\\ud800"',
    '[null]',
    'nul',
    '',
  ),
  deep,
  fc.string(),
);

const bytes = fc.oneof(
  { weight: 5, arbitrary: jsonText.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)) },
);

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromString(value.toString()));
const unsigned = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => Long.fromString(value.toString(), true));

const scalar = fc.oneof(
  bytes.map((json_ietf_val) => ({ json_ietf_val })),
  bytes.map((json_val) => ({ json_val })),
  fc.string().map((string_val) => ({ string_val })),
  long.map((int_val) => ({ int_val })),
  unsigned.map((uint_val) => ({ uint_val })),
  fc.boolean().map((bool_val) => ({ bool_val })),
  fc.double().map((double_val) => ({ double_val })),
  bytes.map((bytes_val) => ({ bytes_val })),
  bytes.map((proto_bytes) => ({ proto_bytes })),
  fc.string().map((ascii_val) => ({ ascii_val })),
  fc.record({ digits: long, precision: fc.nat() }).map((decimal_val) => ({ decimal_val })),
  fc.constant({}),
);
const value = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }).map((element) => ({ leaflist_val: { element } })) },
);

const update = fc.record({ path, val: value }, { requiredKeys: [] });

const duration = fc.record({ seconds: long, nanos: fc.integer() });

const extension = fc.oneof(
  fc
    .record({ id: fc.constantFrom(0, 110, 111, 112, 999, 12345), msg: bytes })
    .map((registered_ext) => ({ registered_ext })),
  fc
    .record(
      { role: fc.record({ id: fc.string() }), election_id: fc.record({ high: unsigned, low: unsigned }) },
      { requiredKeys: [] },
    )
    .map((master_arbitration) => ({ master_arbitration })),
  fc
    .oneof(
      fc.record({ snapshot_time: long }),
      fc.record({ range: fc.record({ start: long, end: long }) }),
      fc.constant({}),
    )
    .map((history) => ({ history })),
  fc
    .oneof(
      fc.record({ id: fc.string(), confirm: fc.constant({}) }),
      fc.record({ id: fc.string(), cancel: fc.constant({}) }),
      fc.record({ id: fc.string(), set_rollback_duration: fc.record({ rollback_duration: duration }) }),
      fc.constant({}),
    )
    .map((commit) => ({ commit })),
  fc.nat().map((level) => ({ depth: { level } })),
  fc.constant({ config_subscription: { start: {} } }),
  fc.constant({}),
);

const extensions = fc.oneof(
  { weight: 6, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(extension, { maxLength: 2 }) },
);
const encoding = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(0, 2, 4) },
  { weight: 1, arbitrary: fc.constantFrom(1, 3) },
  { weight: 1, arbitrary: fc.integer() },
);

export const getRequest = fc.record(
  {
    prefix,
    path: fc.array(path, { maxLength: 3 }),
    type: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0, 1, 2, 3) }, { weight: 1, arbitrary: fc.integer() }),
    encoding,
    use_models: fc.oneof(
      { weight: 9, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.constantFrom('edgeconf-site', 'nope').map((name) => [{ name }]) },
    ),
    extension: extensions,
  },
  { requiredKeys: [] },
);

export const setRequest = fc.record(
  {
    prefix,
    delete: fc.array(path, { maxLength: 2 }),
    replace: fc.array(update, { maxLength: 2 }),
    update: fc.array(update, { maxLength: 2 }),
    union_replace: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, fc.array(update, { maxLength: 2 })),
    extension: extensions,
  },
  { requiredKeys: [] },
);

const subscription = fc.record(
  {
    path,
    mode: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0, 1, 2) }, { weight: 1, arbitrary: fc.integer() }),
    // Not shorter than a sample can be: this is no load test.
    sample_interval: fc.constantFrom(Long.UZERO, Long.fromNumber(1_000_000_000, true), Long.MAX_UNSIGNED_VALUE),
    heartbeat_interval: fc.constantFrom(Long.UZERO, Long.fromNumber(1_000_000_000, true), Long.MAX_UNSIGNED_VALUE),
    suppress_redundant: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** What a stream begins with. */
export const firstRequest = fc
  .record(
    {
      prefix,
      subscription: fc.oneof(
        { weight: 9, arbitrary: fc.array(subscription, { minLength: 1, maxLength: 3 }) },
        { weight: 1, arbitrary: fc.constant([]) },
      ),
      mode: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0, 1, 2) }, { weight: 1, arbitrary: fc.integer() }),
      encoding,
      updates_only: fc.boolean(),
      allow_aggregation: fc.boolean(),
      qos: fc.record({ marking: fc.nat() }),
    },
    { requiredKeys: [] },
  )
  .chain((subscribe) => extensions.map((extension) => ({ subscribe, extension })));

/** What may come behind it. */
export const laterRequest = fc.oneof(
  { weight: 1, arbitrary: firstRequest },
  { weight: 8, arbitrary: fc.constant({ poll: {} }) },
  { weight: 1, arbitrary: fc.constant({}) },
);
