// The adapter for a switch's own configuration service: chassis and interfaces from the fabric's intent, state of ports back.

import {
  type Adapter,
  type Because,
  type Device,
  type DocumentRef,
  EdgeconfError,
  type IntentNode,
  type Json,
} from '../../src/southbound/adapter.ts';
import { switchPortName } from './port-number.ts';
import { portState } from './port-state.ts';
import { chassisBody, emptyChassis, PLATFORMS } from './stratum/chassis.ts';
import { SwitchClient } from './stratum/client.ts';

const CHASSIS = 'chassis';

export const switchAdapter: Adapter = {
  kind: 'stratum',
  models: ['fabric@1'],
  documentKinds: {
    chassis: { readable: false, removal: 'reset' },
    interface: { readable: true, removal: 'reset' },
  },
  checkDevice,
  endpoints: (intent) => intent.list('switch').flatMap((entry) => endpointOf(entry) ?? []),
  list: (intent, device) => switchesOf(intent, device).slice(0, 1).flatMap(listSwitch),
  gaps: (intent, device) =>
    switchesOf(intent, device)
      .slice(1)
      .map((entry) => ({
        source: sourceOf(entry),
        reason: `the device ${device.name} answers for another switch already; list a device of its own`,
      })),
  render,
  neutral: (device, { kind }) =>
    kind === CHASSIS ? emptyChassis(device.parameters.platform ?? 'tofino') : { enabled: false },
  interruption,
  state: (intent, device, observation) =>
    switchesOf(intent, device)
      .slice(0, 1)
      .flatMap((entry) => portState(entry, observation)),
  observeEveryMs: 10_000,
  connect: (device, secret) => new SwitchClient(device.address, secret),
};

function checkDevice({ name, address, parameters }: Device): void {
  const refuse = (path: string, reason: string) =>
    new EdgeconfError('FAILED_PRECONDITION', `/device[name=${name}]/${path}: ${reason}`);
  if (!/^grpcs?:\/\/[^/@?#]+:[0-9]+\/?$/.test(address) || !URL.canParse(address)) {
    throw refuse(
      'address',
      `'${address}' must be the address of the switch, such as grpc://leaf1:9339, or grpcs for TLS`,
    );
  }
  for (const [parameter, value] of Object.entries(parameters)) {
    const path = `parameter[name=${parameter}]`;
    if (parameter !== 'platform') throw refuse(path, 'the adapter stratum knows no such parameter; it knows platform');
    if (PLATFORMS[value] === undefined) {
      throw refuse(path, `'${value}' is no platform; choose one of ${Object.keys(PLATFORMS).join(', ')}`);
    }
  }
}

function endpointOf(entry: IntentNode): string | undefined {
  const endpoint = entry.leaf('management', 'config-endpoint');
  return endpoint === undefined ? undefined : String(endpoint);
}

function switchesOf(intent: IntentNode, device: Device): IntentNode[] {
  return intent.list('switch').filter((entry) => device.endpoints.includes(endpointOf(entry) ?? ''));
}

function listSwitch(entry: IntentNode): DocumentRef[] {
  const source = sourceOf(entry);
  const interfaces = entry.list('port').map((port) => ({
    kind: 'interface',
    id: `interface/${switchPortName(port)}`,
    source: [...source, 'port', ...port.keys],
    dependsOn: [CHASSIS],
    serves: [source],
  }));
  return [{ kind: 'chassis', id: CHASSIS, source, dependsOn: [] }, ...interfaces];
}

function render(intent: IntentNode, _device: Device, ref: DocumentRef, because: Because): Json {
  const [, switchId = '', , ...place] = ref.source;
  const entry = intent.entry('switch', switchId);
  if (entry === undefined) throw new Error(`${ref.id} is made from a switch that is not in the intent`);
  if (ref.kind === 'chassis') return chassisBody(entry, because);
  const port = entry.entry('port', ...place);
  if (port === undefined) throw new Error(`${ref.id} is made from a port that is not in the intent`);
  return { enabled: because('whether the port is in service', () => port.leaf('enabled') !== false) };
}

function interruption(
  { kind, id }: DocumentRef,
  before: Json | undefined,
  after: Json | undefined,
): string | undefined {
  if (kind === 'chassis') {
    return before === undefined ? undefined : 'ports of the switch that change lose their link for some seconds';
  }
  const isOn = (body: Json | undefined): boolean => (body as { enabled?: boolean } | undefined)?.enabled === true;
  return isOn(before) && !isOn(after) ? `port ${id.slice('interface/'.length)} goes out of service` : undefined;
}

function sourceOf(entry: IntentNode): readonly string[] {
  return ['switch', entry.keys[0] ?? ''];
}
