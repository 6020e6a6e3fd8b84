// What a core may hold that others have configured: documents that are right, odd, or impossible for intent.

import fc from 'fast-check';
import type { FoundDocument } from '../../../src/southbound/adapter.ts';

/** Mostly the first value, so that most documents are wrong in one place at most. */
const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 12 }, { arbitrary: fc.constantFrom(...others), weight: 1 });
const text = fc.constantFrom('', 'a-b', 'rule-1', 'ALLOW-ALL', 'Über', 'x', '10.0.0.0/8', '1.2.3.4/24', 'any');
const number = fc.constantFrom(0, 1, 6, 17, 55, 250, 1492, 70_000);
const leaf = fc.oneof(text, number, fc.constant(null), fc.constant([]));
const trafficClass = fc.dictionary(fc.constantFrom('name', 'qci', 'arp', 'pdb', 'pelr'), leaf);
const qos = fc.record(
  { 'dnn-mbr-uplink': leaf, 'dnn-mbr-downlink': leaf, 'bitrate-unit': text, 'traffic-class': trafficClass },
  { requiredKeys: [] },
);
const domain = fc.record(
  {
    dnn: text,
    'ue-ip-pool': mostly('10.0.0.0/8', '1.2.3.4/24', 'any', ''),
    'dns-primary': text,
    mtu: number,
    'pcscf-primary': text,
    'ue-dnn-qos': qos,
  },
  { requiredKeys: ['ue-ip-pool'] },
);
const mostlyImsi = fc.oneof(
  { arbitrary: fc.nat(99).map((n) => `0010100000000${String(n).padStart(2, '0')}`), weight: 30 },
  { arbitrary: fc.constantFrom('1', 'x'), weight: 1 },
);
const group = fc.record(
  {
    imsis: fc.uniqueArray(mostlyImsi, { maxLength: 2 }),
    'ip-domain-name': text,
    'site-info': text,
    'ip-domains': fc.array(domain, { minLength: 1, maxLength: 2 }),
    msisdns: fc.constant(['1']),
  },
  { requiredKeys: ['imsis', 'ip-domains'] },
);
const rule = fc.record(
  {
    'rule-name': fc.constantFrom('a-b', 'a-c', 'b-a', 'rule-1', 'ALLOW-ALL', '', 'a-b-c'),
    priority: fc.oneof(
      { arbitrary: fc.constantFrom(0, 7, 200, 250, 251), weight: 20 },
      { arbitrary: fc.constant(230), weight: 1 },
    ),
    action: mostly('permit', 'deny', 'deny', 'deny', 'maybe'),
    endpoint: mostly('1.2.3.4/32', '10.0.0.0/8', '0.0.0.0/0', '1.2.3.4/24', 'any'),
    protocol: number,
    'dest-port-start': number,
    'dest-port-end': number,
    'app-mbr-uplink': number,
    'bitrate-unit': text,
    'traffic-class': trafficClass,
    'rule-trigger': text,
  },
  { requiredKeys: ['rule-name', 'priority', 'action', 'endpoint'] },
);
const slice = fc.record(
  {
    'slice-id': fc.record({
      sst: mostly('1', '01', '300', 'x'),
      sd: mostly('010203', '1', 'xyz'),
    }),
    'site-device-group': fc.uniqueArray(mostly('g1', 'g2', 'g3', 'g2', 'g3', 'missing'), { maxLength: 2 }),
    'site-info': fc.record({
      'site-name': mostly('here', 'there', 'there', 'Not Here'),
      plmn: fc.record({ mcc: mostly('001', '1'), mnc: mostly('01', '093', '') }),
      gNodeBs: fc.array(fc.record({ name: mostly('gnb-b', 'gnb-a', '1.2.3.4', ''), tac: mostly(1, 55, 0, 70_000) }), {
        maxLength: 3,
      }),
      upf: fc.option(
        fc.record({
          'upf-name': mostly('upf', '1.2.3.4', 'Ü'),
          'upf-port': mostly<string | number>(8805, '8805', 'x'),
        }),
        { nil: null },
      ),
    }),
    'application-filtering-rules': fc.array(rule, { maxLength: 3 }),
  },
  { requiredKeys: ['slice-id', 'site-info'] },
);
/** Three groups and three slices, of which many cannot be said by any intent. */
export const arbitraryCore: fc.Arbitrary<FoundDocument[]> = fc
  .record({ g1: group, g2: group, g3: group, s1: slice, s2: slice, s3: slice })
  .map((bodies) =>
    Object.entries(bodies).map(([name, body]) => {
      const kind = name.startsWith('g') ? 'device-group' : 'network-slice';
      const named = kind === 'device-group' ? { 'group-name': name } : { 'slice-name': name };
      return { kind, id: `${kind}/${name}`, body: { ...named, ...body } };
    }),
  );
