// The chassis of a switch: its platform, its node and its ports, as the switch's own operating system wants to know them.

import type { Because, IntentNode, Json } from '../../../src/southbound/adapter.ts';
import { fromLeaf, type Members } from '../members.ts';
import { placeOf, speedBps, switchPort, switchPortName } from '../port-number.ts';

/** Platforms of switch models by the name that the switch knows. */
export const PLATFORMS: Readonly<Record<string, string>> = {
  'p4-soft-switch': 'PLT_P4_SOFT_SWITCH',
  tofino: 'PLT_GENERIC_BAREFOOT_TOFINO',
  tofino2: 'PLT_GENERIC_BAREFOOT_TOFINO2',
  tomahawk: 'PLT_GENERIC_TOMAHAWK',
};

/** The switch's chassis with all its ports, members named as in the messages of the switch. */
export function chassisBody(entry: IntentNode, because: Because): Json {
  const model = (): IntentNode | undefined => entry.root.entry('switch-model', String(entry.leaf('model-id')));
  const node = because('number of the forwarding device', () => Number(entry.leaf('management', 'device-id')));
  return {
    description: because('description of the switch, or its identifier', () => {
      return entry.leaf('description') ?? entry.keys[0] ?? '';
    }),
    chassis: {
      platform: because('platform of the switch model', () => PLATFORMS[String(model()?.leaf('platform'))] ?? ''),
      name: because('name of the switch model, or its identifier', () => {
        return model()?.leaf('display-name') ?? String(entry.leaf('model-id'));
      }),
    },
    nodes: [{ id: node, slot: because('there is one slot', () => 1), index: because('there is one node', () => 1) }],
    singleton_ports: entry.list('port').map((port) => portBody(port, node, because)),
  };
}

/** A chassis without ports, for a switch that nobody wants any more. */
export function emptyChassis(platform: string): Json {
  return {
    description: 'no configuration',
    chassis: { platform: PLATFORMS[platform] ?? '', name: '' },
    nodes: [{ id: 1, slot: 1, index: 1 }],
    singleton_ports: [],
  };
}

function portBody(port: IntentNode, node: Json, because: Because): Json {
  const { channel } = placeOf(port);
  return {
    id: because('number of the port on the switch', () => switchPort(port)),
    name: because('name of the port on the switch', () => switchPortName(port)),
    slot: because('there is one slot', () => 1),
    port: because('cage of the port', () => placeOf(port).cage),
    ...(channel === 0 ? {} : { channel: because('channel of the port', () => placeOf(port).channel) }),
    speed_bps: because('speed of the port in bps', () => Number(speedBps(String(port.leaf('speed'))))),
    config_params: {
      admin_state: because('whether the port is in service', () => {
        return port.leaf('enabled') === false ? 'ADMIN_STATE_DISABLED' : 'ADMIN_STATE_ENABLED';
      }),
      ...fromLeaf(because, 'mtu', 'largest frame of the port', port, ['mtu']),
      ...autoneg(port, because),
    },
    node,
  };
}

function autoneg(port: IntentNode, because: Because): Members {
  return fromLeaf(because, 'autoneg', 'whether the port agrees on its speed', port, ['auto-negotiate'], (value) => {
    return value === true ? 'TRI_STATE_TRUE' : 'TRI_STATE_FALSE';
  });
}
