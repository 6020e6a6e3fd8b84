// Checks what a switch is told of its chassis and ports, byte by byte where it counts, and what it says back.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { switchPort, switchPortName } from '../../../adapters/sd-fabric/port-number.ts';
import {
  type StratumSimulator,
  startStratumSimulator,
} from '../../../adapters/sd-fabric/simulator/stratum-simulator.ts';
import { readChassis } from '../../../adapters/sd-fabric/simulator/stratum-text.ts';
import { SwitchClient } from '../../../adapters/sd-fabric/stratum/client.ts';
import { GnmiChannel } from '../../../adapters/sd-fabric/stratum/gnmi.ts';
import { chassisText } from '../../../adapters/sd-fabric/stratum/text-format.ts';
import { switchAdapter as adapter } from '../../../adapters/sd-fabric/switch-adapter.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { DeviceError, type DocumentRef, type Json } from '../../../src/southbound/adapter.ts';
import type { Plain } from '../../southbound/intent.ts';
import { CompiledModel, device, documentsOf, refsOf } from './stage.ts';

const ENDPOINT = 'grpc://leaf1.example:9339';
const chassis: DocumentRef = { kind: 'chassis', id: 'chassis', source: [], dependsOn: [] };
const port = (name: string): DocumentRef => ({ kind: 'interface', id: `interface/${name}`, source: [], dependsOn: [] });
const signal = () => AbortSignal.timeout(20_000);

describe('stratum: documents', () => {
  let fabric: CompiledModel;
  before(async () => {
    fabric = await CompiledModel.of('fabric', '1');
  });
  const leaf1 = device('stratum', { name: 'leaf1', endpoints: [ENDPOINT] });
  const documents = (tree: Plain) => documentsOf(adapter, fabric.model, fabric.view('fabric', tree), leaf1);

  it('makes the same chassis as the file of a switch says', () => {
    const tree = fabric.tree(
      JSON.stringify({
        'edgeconf-switch-model:switch-model': [
          {
            'switch-model-id': 'soft',
            platform: 'p4-soft-switch',
            port: [{ 'cage-number': 1, 'max-channel': 1 }, { 'cage-number': 2 }],
          },
        ],
        'edgeconf-switch:switch': [
          {
            'switch-id': 'leaf1',
            description: 'Software switch "one"',
            'model-id': 'soft',
            role: 'leaf',
            driver: 'stratum-bmv2',
            pipeconf: 'p',
            management: { address: '10.0.0.1', 'config-endpoint': ENDPOINT },
            port: [
              { 'cage-number': 1, 'channel-number': 1, speed: 'speed-100g', stratum: { id: 1, name: 'veth0' } },
              {
                'cage-number': 2,
                'channel-number': 0,
                speed: 'speed-2.5g',
                enabled: false,
                mtu: 9000,
                'auto-negotiate': false,
                stratum: { name: 'veth2' },
              },
            ],
          },
        ],
      }),
    );
    const file = readFileSync(join(packageRoot, 'adapters/sd-fabric/fixtures/chassis-soft-switch.pb.txt'), 'utf8');
    const all = documents(tree);
    assert.deepEqual(readChassis(chassisText(all.chassis ?? null)), readChassis(file));
    assert.deepEqual(all['interface/veth0'], { enabled: true });
    assert.deepEqual(all['interface/veth2'], { enabled: false });
  });

  it('writes fields in the order of their numbers, names of enumerations bare, and text in quotes', () => {
    const text = chassisText({
      singleton_ports: [{ node: 1, config_params: { autoneg: 'TRI_STATE_TRUE', mtu: 1500 }, name: 'ü"\\\n', id: 7 }],
      description: 'd',
    });
    assert.equal(
      text,
      'description: "d"\n' +
        'singleton_ports {\n  id: 7\n  name: "\\303\\274\\"\\\\\\012"\n' +
        '  config_params {\n    mtu: 1500\n    autoneg: TRI_STATE_TRUE\n  }\n  node: 1\n}\n',
    );
    assert.throws(() => chassisText({ colour: 'red' }), /a chassis has no field colour here/);
  });

  it('writes any text so that it is read back the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (description) => {
        assert.deepEqual(readChassis(chassisText({ description })), { description });
      }),
    );
  });

  it('numbers ports as the switch does, not as the controller', () => {
    const root = fabric.view('fabric', fabric.sample('full'));
    const ports = root.entry('switch', 'leaf1')?.list('port') ?? [];
    assert.deepEqual(
      ports.map((each) => [switchPort(each), switchPortName(each)]),
      [
        [17, '1/0'],
        [2, '2/0'],
        [31, '31/0'],
      ],
    );
    const split = { keys: ['5', '2'], leaf: () => undefined } as unknown as Parameters<typeof switchPort>[0];
    assert.deepEqual([switchPort(split), switchPortName(split)], [501, '5/2']);
  });

  it('lists interfaces after the chassis, for the switch whose address the device answers for', () => {
    const root = fabric.view('fabric', fabric.sample('full'));
    assert.deepEqual(adapter.endpoints(root), [ENDPOINT]);
    assert.deepEqual(
      refsOf(adapter, fabric.model, root, leaf1).map(({ id, source, dependsOn }) => [id, source.join('/'), dependsOn]),
      [
        ['chassis', 'switch/leaf1', []],
        ['interface/1/0', 'switch/leaf1/port/1/1', ['chassis']],
        ['interface/2/0', 'switch/leaf1/port/2/0', ['chassis']],
        ['interface/31/0', 'switch/leaf1/port/31/0', ['chassis']],
      ],
    );
    assert.deepEqual(adapter.list(root, { ...leaf1, endpoints: [] }), []);
  });

  it('refuses addresses and parameters that no switch has', () => {
    for (const address of ['http://leaf1', 'grpc://leaf1', 'grpc://leaf1:99999', 'grpc://me:secret@leaf1:9339']) {
      assert.throws(() => adapter.checkDevice?.({ ...leaf1, address }), /must be the address of the switch/, address);
    }
    const on = { ...leaf1, address: 'grpcs://leaf1:9339' };
    adapter.checkDevice?.({ ...on, parameters: { platform: 'tofino2' } });
    assert.throws(() => adapter.checkDevice?.({ ...on, parameters: { platform: 'x' } }), {
      code: 'FAILED_PRECONDITION',
      message:
        "/device[name=leaf1]/parameter[name=platform]: 'x' is no platform; choose one of p4-soft-switch, tofino, tofino2, " +
        'tomahawk',
    });
  });
});

describe('stratum: the wire', () => {
  let simulator: StratumSimulator;
  let client: SwitchClient;
  beforeEach(async () => {
    simulator = await startStratumSimulator();
    client = new SwitchClient(simulator.url, undefined);
  });
  afterEach(async () => {
    await client.close();
    await simulator.close();
  });

  const body = (enabled: boolean): Json => ({
    description: 'd',
    chassis: { platform: 'PLT_GENERIC_BAREFOOT_TOFINO', name: 'n' },
    nodes: [{ id: 1, slot: 1, index: 1 }],
    singleton_ports: ['1/0', '2/0'].map((name, i) => ({
      id: i + 1,
      name,
      slot: 1,
      port: i + 1,
      speed_bps: 100_000_000_000,
      config_params: { admin_state: enabled ? 'ADMIN_STATE_ENABLED' : 'ADMIN_STATE_DISABLED' },
      node: 1,
    })),
  });
  const failure = async (work: Promise<unknown>): Promise<DeviceError> => {
    const error: unknown = await work.then(
      () => assert.fail('the switch took it'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof DeviceError, String(error));
    return error;
  };

  it('puts the chassis by a replace of the root, and interfaces by their paths', async () => {
    await client.put(chassis, body(true), signal());
    await client.put(port('2/0'), { enabled: false }, signal());
    assert.deepEqual(
      simulator.calls.map(({ paths }) => paths.join()),
      ['replace /', 'update /interfaces/2/0/config/enabled'],
    );
    assert.deepEqual(await client.read(port('1/0'), signal()), { enabled: true });
    assert.deepEqual(await client.read(port('2/0'), signal()), { enabled: false });
    assert.equal(await client.read(port('3/0'), signal()), undefined);
    assert.deepEqual(await client.list('interface', signal()), ['interface/1/0', 'interface/2/0']);
  });

  it('takes a port out of service, and one that is not there for out of service already', async () => {
    await client.put(chassis, body(true), signal());
    await client.put(port('1/0'), { enabled: false }, signal());
    await client.put(port('9/0'), { enabled: false }, signal());
    assert.equal(simulator.switch.ports.get('1/0')?.enabled, false);
    assert.equal((await failure(client.put(port('9/0'), { enabled: true }, signal()))).reason, 'refused');
  });

  it('tells what the switch says of its ports', async () => {
    await client.put(chassis, body(true), signal());
    const fabric = await CompiledModel.of('fabric', '1');
    const root = fabric.view('fabric', fabric.sample('full'));
    const leaf1 = device('stratum', { endpoints: [ENDPOINT] });
    const state = [...(adapter.state?.(root, leaf1, await client.observe(signal())) ?? [])];
    const words = state.map(({ path, value }) => [
      path.map(({ name, keys = [] }) => [name, ...keys].join(' ')).join('/'),
      value,
    ]);
    const at = 'switch leaf1/port 1 1/state/';
    assert.deepEqual(
      words.filter(([path]) => String(path).startsWith(at)),
      [
        [`${at}ifindex`, 1],
        [`${at}admin-status`, 'UP'],
        [`${at}oper-status`, 'UP'],
        [`${at}last-change`, '1000000'],
        [`${at}counters/in-octets`, '1000'],
        [`${at}counters/out-octets`, '2000'],
        [`${at}counters/in-errors`, '0'],
      ],
    );
    assert.ok(!words.some(([path]) => String(path).includes('port 31')));
  });

  it('takes half of a list for no list', async () => {
    await client.put(chassis, body(true), signal());
    simulator.faults.halfAnswerNext(1, { method: 'Subscribe' });
    const { reason, message } = await failure(client.list('interface', signal()));
    assert.deepEqual([reason, message], ['unavailable', `Subscribe ${simulator.url}: the answer breaks off`]);
    await assert.rejects(client.observe(AbortSignal.abort()), { reason: 'unavailable' });
  });

  it('makes a new connection when the one that it had has fallen silent', async () => {
    const sockets: Socket[] = [];
    const between = createServer((socket) => {
      const further = connect(Number(new URL(simulator.url).port), '127.0.0.1');
      socket.on('error', () => {}).pipe(further.on('error', () => {}));
      further.pipe(socket);
      sockets.push(socket, further);
    });
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
    const { port: at } = between.address() as AddressInfo;
    const far = new SwitchClient(`grpc://127.0.0.1:${at}`, undefined, 1_000);
    try {
      await far.put(chassis, body(true), signal());
      for (const socket of sockets) socket.unpipe().pause();
      await assert.rejects(far.put(chassis, body(false), signal()), { reason: 'unavailable' });
      await far.put(chassis, body(false), signal());
    } finally {
      await far.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => between.close(resolve));
    }
  });

  it('dials nothing but the address, whatever the surroundings say of proxies', async () => {
    process.env.grpc_proxy = 'http://127.0.0.1:1';
    try {
      const direct = new SwitchClient(simulator.url, undefined);
      await direct.put(chassis, body(true), signal());
      await direct.close();
    } finally {
      delete process.env.grpc_proxy;
    }
    assert.equal(simulator.switch.ports.size, 2);
  });

  it('tells what the switch refuses from what may pass', async () => {
    const wrong = { ...(body(true) as object), chassis: { platform: 'PLT_P4_SOFT_SWITCH', name: 'n' } };
    const refused = await failure(client.put(chassis, wrong, signal()));
    assert.equal(refused.reason, 'refused');
    assert.equal(
      refused.message,
      `Set ${simulator.url}: INVALID_ARGUMENT platform PLT_P4_SOFT_SWITCH is not PLT_GENERIC_BAREFOOT_TOFINO`,
    );
    simulator.faults.failNext(1, status.UNAVAILABLE, { method: 'Set' }, 'busy');
    assert.equal(
      (await failure(client.put(chassis, body(true), signal()))).message,
      `Set ${simulator.url}: UNAVAILABLE busy`,
    );
    simulator.faults.garbageNext(1, { method: 'Set' });
    assert.equal((await failure(client.put(chassis, body(true), signal()))).reason, 'unavailable');
    simulator.faults.hangNext(1);
    const gone = new AbortController();
    const held = failure(client.put(chassis, body(true), gone.signal));
    await simulator.waitFor(({ calls }) => calls.some(({ fault }) => fault === 'hang'));
    gone.abort();
    assert.equal((await held).reason, 'unavailable');
    await simulator.faults.goDown();
    assert.equal((await failure(client.put(chassis, body(true), signal()))).reason, 'unavailable');
    await simulator.faults.comeUp({ state: 'lost' });
  });

  it('is as strict as a switch: no update of the root, no removal of anything, no path but those that it has', async () => {
    const channel = new GnmiChannel(simulator.url, undefined);
    const bytes = { bytes_val: Buffer.from(chassisText(body(true))) };
    const code = async (request: object): Promise<string> => {
      const { message } = await failure(channel.set(request, signal()));
      return message.split(' ')[2] ?? '';
    };
    const elem = (...names: string[]) => ({
      elem: names.map((name) => (name === 'interface' ? { name, key: { name: '1/0' } } : { name })),
    });
    assert.equal(await code({ update: [{ path: { elem: [] }, val: bytes }] }), 'UNIMPLEMENTED');
    assert.equal(await code({ delete: [elem('interfaces', 'interface')] }), 'UNIMPLEMENTED');
    assert.equal(await code({ replace: [{ path: { elem: [] }, val: { string_val: 'x' } }] }), 'INVALID_ARGUMENT');
    const text = (content: string) => ({ replace: [{ path: { elem: [] }, val: { bytes_val: Buffer.from(content) } }] });
    assert.equal(await code(text('colour: 1')), 'INVALID_ARGUMENT');
    assert.equal(await code(text('description: "a" description: "b"')), 'INVALID_ARGUMENT');
    assert.equal(await code(text('{"description": "a"}')), 'INVALID_ARGUMENT');
    await channel.set({ replace: [{ path: { elem: [] }, val: bytes }] }, signal());
    const mtu = elem('interfaces', 'interface', 'config', 'mtu');
    assert.equal(await code({ update: [{ path: mtu, val: { uint_val: 9000 } }] }), 'INVALID_ARGUMENT');
    const enabled = elem('interfaces', 'interface', 'config', 'enabled');
    assert.equal(await code({ update: [{ path: enabled, val: { string_val: 'true' } }] }), 'INVALID_ARGUMENT');
    channel.close();
  });
});
