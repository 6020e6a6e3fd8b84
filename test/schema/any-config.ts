// Arbitrary configurations of the fixture's schema, valid as far as rows are concerned: keys unique, one case at a time.

import fc from 'fast-check';
import type { Plain } from './fixture.ts';

/** A subset of these members. */
function some(members: Record<string, fc.Arbitrary<unknown>>, required: string[] = []): fc.Arbitrary<Plain> {
  return fc.record(members, { requiredKeys: required, noNullPrototype: true }) as fc.Arbitrary<Plain>;
}

function entries(entry: fc.Arbitrary<Plain>, keys: string[]): fc.Arbitrary<Plain[]> {
  return fc.uniqueArray(entry, { maxLength: 4, selector: (plain) => keys.map((key) => plain[key]).join() });
}

const word = fc.constantFrom('a', 'b', 'c\n', 'é😀');
const small = fc.integer({ min: 0, max: 120 });

const port = some(
  { slot: fc.integer({ min: -3, max: 3 }), gain: fc.constantFrom('-1.5', '0.0', '10.25'), speed: small },
  ['slot', 'gain'],
);

const device = some(
  { id: word, enabled: fc.boolean(), radio: some({ power: small }), port: entries(port, ['slot', 'gain']) },
  ['id'],
);

const ntp = some({
  port: small,
  server: entries(some({ address: word, prefer: fc.boolean() }, ['address']), ['address']),
});

const transport = fc.oneof(
  some({}),
  some({ 'tcp-port': small }),
  some({ 'udp-port': small, 'udp-size': small }),
  some({ tls: some({ version: word, cert: word }) }),
  some({ psk: word }),
);

const system = fc
  .tuple(
    some({
      name: word,
      mtu: small,
      'extra:color': word,
      'extra:name': word,
      'only-when': word,
      clock: some({ zone: word, source: word }),
      ntp,
    }),
    transport,
  )
  .map(([members, choice]) => ({ ...members, ...choice }));

const values = some({
  wide: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  ports: fc.uniqueArray(small, { minLength: 1 }),
  media: fc.constantFrom('edge:copper', 'other:radio'),
  marker: fc.constant([null]),
});

export const anyConfig: fc.Arbitrary<Plain> = some({
  'edge:banner': word,
  'edge:device': entries(device, ['id']),
  'edge:device-group': some({ size: small }),
  'edge:system': system,
  'edge:values': values,
});
