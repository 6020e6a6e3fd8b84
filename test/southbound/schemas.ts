// The parts of the aether and platform schemas that the southbound tests use, built by hand in the compiler's form.

import type { SchemaNodeJson, TypeJson } from 'libyang-wasm';
import type { Model } from '../../src/schema/model.ts';
import { linkSchema } from '../../src/schema/schema-node.ts';

const string: TypeJson = { base: 'string' };
const boolean: TypeJson = { base: 'boolean' };
const uint8: TypeJson = { base: 'uint8' };
const uint16: TypeJson = { base: 'uint16' };
const uint64: TypeJson = { base: 'uint64' };

type Member = (module: string) => SchemaNodeJson;

function leaf(name: string, type: TypeJson = string, defaultText?: string): Member {
  return (module) => ({
    kind: 'leaf',
    name,
    module,
    config: true,
    type,
    ...(defaultText === undefined ? {} : { defaults: [defaultText] }),
  });
}

function leafList(name: string, type: TypeJson = string): Member {
  return (module) => ({ kind: 'leaf-list', name, module, config: true, type });
}

function container(name: string, ...children: Member[]): Member {
  return (module) => ({
    kind: 'container',
    name,
    module,
    config: true,
    children: children.map((make) => make(module)),
  });
}

function list(name: string, key: string, ...children: Member[]): Member {
  return (module) => ({
    kind: 'list',
    name,
    module,
    config: true,
    keys: [key],
    children: [leaf(key), ...children].map((make) => make(module)),
  });
}

function model(name: string, version: string, top: readonly SchemaNodeJson[]): Model {
  return { id: `${name}@${version}`, name, version, root: linkSchema(top), modules: [] };
}

const mbr = container('mbr', leaf('uplink', uint64), leaf('downlink', uint64));

const site = list(
  'site',
  'site-id',
  leaf('display-name'),
  list('small-cell', 'small-cell-id', leaf('address'), leaf('tac'), leaf('enable', boolean, 'true')),
  container('imsi-definition', leaf('mcc'), leaf('mnc'), leaf('enterprise', { base: 'uint32' }), leaf('format')),
  container('connectivity-service', container('core-4g', leaf('endpoint')), container('core-5g', leaf('endpoint'))),
  list('device', 'device-id', leaf('imei'), leaf('sim-card')),
  list('sim-card', 'sim-id', leaf('iccid'), leaf('imsi'), leaf('enable', boolean, 'true')),
  list('upf', 'upf-id', leaf('address'), leaf('port', uint16), leaf('config-endpoint')),
  list(
    'slice',
    'slice-id',
    list('device-group', 'device-group', leaf('enable', boolean, 'true')),
    leaf('default-behavior'),
    list('filter', 'application', leaf('priority', uint8, '0'), leaf('allow', boolean, 'true')),
    leaf('upf'),
    leaf('sst'),
    leaf('sd'),
    leaf('connectivity-service', { base: 'enumeration', enums: ['4g', '5g'] }, '"5g"'),
    container(
      'mbr',
      leaf('uplink', uint64),
      leaf('downlink', uint64),
      leaf('uplink-burst-size', { base: 'uint32' }, '625000'),
      leaf('downlink-burst-size', { base: 'uint32' }, '625000'),
    ),
    list('priority-traffic-rule', 'priority-traffic-rule-id', leaf('device'), leaf('application'), leaf('endpoint')),
  ),
  list(
    'device-group',
    'device-group-id',
    list('device', 'device-id', leaf('enable', boolean, 'true')),
    leaf('ip-domain'),
    mbr,
    leaf('traffic-class'),
  ),
  list(
    'ip-domain',
    'ip-domain-id',
    leaf('dnn'),
    leaf('dns-primary'),
    leaf('dns-secondary'),
    leaf('subnet'),
    leaf('admin-status', { base: 'enumeration', enums: ['ENABLE', 'MAINTENANCE', 'DISABLE'] }, '"ENABLE"'),
    leaf('mtu', uint16, '1492'),
  ),
);

const application = list(
  'application',
  'application-id',
  leaf('address'),
  list(
    'endpoint',
    'endpoint-id',
    leaf('port-start', uint16),
    leaf('port-end', uint16),
    leaf('protocol', { base: 'enumeration', enums: ['TCP', 'UDP'] }, '"TCP"'),
    mbr,
    leaf('traffic-class'),
  ),
);

const trafficClass = list(
  'traffic-class',
  'traffic-class-id',
  leaf('arp', uint8),
  leaf('qci', uint8),
  leaf('pelr', { base: 'int8' }),
  leaf('pdb', uint16),
);

/** Enough of `aether@2.1`. */
export const aether: Model = model('aether', '2.1', [
  trafficClass('edgeconf-traffic-class'),
  application('edgeconf-application'),
  site('edgeconf-site'),
]);

/** Enough of `edgeconf-platform@1`. */
export const platform: Model = model('edgeconf-platform', '1', [
  list('target', 'name', leaf('tenant'), leaf('model'), leaf('model-version'))('edgeconf-platform'),
  list(
    'device',
    'name',
    leaf('kind'),
    leaf('address'),
    leafList('endpoint'),
    leaf('version'),
    leaf('credentials-reference'),
    leaf('enabled', boolean, 'true'),
    list('parameter', 'name', leaf('value')),
    leaf('calls-per-second', uint16),
    container(
      'drift',
      leaf('check-interval', { base: 'uint32' }, '300'),
      leaf('policy', string, '"revert"'),
      list('exception', 'name', leaf('target'), leaf('path', string, '"/"'), leaf('policy')),
    ),
  )('edgeconf-platform'),
]);

/** Everything that the intent view has to cope with, in one small schema. */
export const odd: Model = model('odd', '1', [
  {
    kind: 'container',
    name: 'box',
    module: 'odd',
    config: true,
    children: [
      leaf('small', { base: 'int32' })('odd'),
      leaf('big', uint64)('odd'),
      leaf('flag', { base: 'empty' })('odd'),
      leaf('text', string, '"none"')('odd'),
      { ...leafList('colours')('odd'), defaults: ['"red"', '"green"'] },
      {
        kind: 'container',
        name: 'extra',
        module: 'odd',
        config: true,
        presence: true,
        children: [leaf('level', uint8, '3')('odd')],
      },
      { ...leaf('when-leaf', uint8, '1')('odd'), when: true },
      { ...leaf('tcp-port', uint16, '80')('odd'), cases: [{ choice: 'transport', case: 'tcp', default: true }] },
      { ...leaf('udp-port', uint16, '53')('odd'), cases: [{ choice: 'transport', case: 'udp' }] },
      { ...leaf('udp-name')('odd'), cases: [{ choice: 'transport', case: 'udp' }] },
      { ...leaf('seen')('odd'), config: false },
    ],
  },
  {
    kind: 'list',
    name: 'pair',
    module: 'odd',
    config: true,
    keys: ['name', 'number'],
    children: [leaf('name')('odd'), leaf('number', uint8)('odd'), leaf('value')('odd')],
  },
  {
    kind: 'list',
    name: 'step',
    module: 'odd',
    config: true,
    orderedBy: 'user',
    keys: ['name'],
    children: [leaf('name')('odd')],
  },
]);
