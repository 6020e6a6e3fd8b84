// Runs the law of reasons for the adapters of SD-Fabric: the fabric's own intent, tenants' slices, and switches.

import { controllerAdapter } from '../../adapters/sd-fabric/controller-adapter.ts';
import { switchAdapter } from '../../adapters/sd-fabric/switch-adapter.ts';
import { CompiledModel, device } from '../adapters/sd-fabric/stage.ts';
import { FABRIC, tenantJson } from '../adapters/sd-fabric/tenant.ts';
import type { Plain } from '../southbound/intent.ts';
import { explainSuite } from './explain-suite.ts';

const fabric = await CompiledModel.of('fabric', '1');
const aether = await CompiledModel.of('aether', '2.1');

/** A sample whose switches all have their node SIDs. */
function numbered(name: string): Plain {
  const tree = fabric.sample(name) as { [name: string]: Plain };
  const switches = tree.switch as { [name: string]: Plain }[];
  return {
    ...tree,
    controller: { endpoint: FABRIC },
    switch: switches.map((entry, i) => ({
      ...entry,
      allocation: [{ device: 'onos-1', pool: 'sid', number: 101 + i }],
    })),
  };
}

explainSuite('sd-fabric, the fabric', {
  adapter: controllerAdapter,
  model: fabric.model,
  device: device('sd-fabric', { endpoints: [FABRIC] }),
  intents: [numbered('full'), numbered('tutorial')],
});

explainSuite('sd-fabric, tenants', {
  adapter: controllerAdapter,
  model: aether.model,
  device: device('sd-fabric', { endpoints: [FABRIC] }),
  intents: [aether.tree(tenantJson({ device: 'onos-1' }))],
});

explainSuite('stratum', {
  adapter: switchAdapter,
  model: fabric.model,
  device: device('stratum', { endpoints: ['grpc://leaf1.example:9339'] }),
  intents: [fabric.sample('full')],
});
