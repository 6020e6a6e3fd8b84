// What a core may hold that others have configured: documents that are right, odd, or impossible for intent.

import fc from 'fast-check';
import type { FoundDocument } from '../../../src/southbound/adapter.ts';

const text = fc.constantFrom('', 'a-b', 'rule-1', 'ALLOW-ALL', 'Über', 'x', '10.0.0.0/8', '1.2.3.4/24', 'any');
const number = fc.constantFrom(0, 1, 6, 17, 55, 250, 1492, 70_000);
const leaf = fc.oneof(text, number, fc.constant(null), fc.constant([]));
const trafficClass = fc.dictionary(fc.constantFrom('name', 'qci', 'arp', 'pdb', 'pelr'), leaf);
const qos = fc.record(
  { 'dnn-mbr-uplink': leaf, 'dnn-mbr-downlink': leaf, 'bitrate-unit': text, 'traffic-class': trafficClass },
  { requiredKeys: [] },
);
const domain = fc.record(
  { dnn: text, 'ue-ip-pool': text, 'dns-primary': text, mtu: number, 'pcscf-primary': text, 'ue-dnn-qos': qos },
  { requiredKeys: [] },
);
const group = fc.record(
  {
    imsis: fc.array(fc.constantFrom('001010000000001', '001010000000002', '001010000000003', '1', 'x')),
    'ip-domain-name': text,
    'site-info': text,
    'ip-domains': fc.array(domain, { maxLength: 2 }),
    'ip-domain-expanded': domain,
    msisdns: fc.constant(['1']),
  },
  { requiredKeys: ['imsis'] },
);
const rule = fc.record(
  {
    'rule-name': fc.constantFrom('a-b', 'a-c', 'b-a', 'rule-1', 'ALLOW-ALL', '', 'a-b-c'),
    priority: fc.constantFrom(0, 7, 200, 230, 250, 251),
    action: fc.constantFrom('permit', 'deny', 'maybe'),
    endpoint: fc.constantFrom('1.2.3.4/32', '10.0.0.0/8', '0.0.0.0/0', '1.2.3.4/24', 'any'),
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
      sst: fc.constantFrom('1', '01', '300', 'x'),
      sd: fc.constantFrom('1', 'xyz', '010203'),
    }),
    'site-device-group': fc.uniqueArray(fc.constantFrom('g1', 'g2', 'g3', 'missing'), { maxLength: 3 }),
    'site-info': fc.record({
      'site-name': fc.constantFrom('here', 'there', 'Not Here'),
      plmn: fc.record({ mcc: fc.constantFrom('001', '1'), mnc: fc.constantFrom('01', '093', '') }),
      gNodeBs: fc.array(fc.record({ name: fc.constantFrom('gnb-b', 'gnb-a', '1.2.3.4', ''), tac: number })),
      upf: fc.record({ 'upf-name': text, 'upf-port': fc.constantFrom(8805, '8805', 'x') }, { requiredKeys: [] }),
    }),
    'application-filtering-rules': fc.array(rule, { maxLength: 6 }),
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
