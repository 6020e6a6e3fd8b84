// Runs the law of reasons for the adapters of SD-RAN that have documents.

import { mlb } from '../../adapters/sd-ran/mlb.ts';
import { rsm } from '../../adapters/sd-ran/rsm.ts';
import { aether, NODE, radioIntent, ranDevice, SECOND_NODE } from '../adapters/sd-ran/fixture.ts';
import { explainSuite } from './explain-suite.ts';

explainSuite('onos-rsm', {
  adapter: rsm,
  model: aether,
  device: ranDevice(),
  intents: [
    radioIntent(),
    radioIntent({ nodes: [{ 'e2-node-id': NODE }, { 'e2-node-id': SECOND_NODE, 'scheduler-type': 'qos-based' }] }),
  ],
});

explainSuite('onos-mlb', {
  adapter: mlb,
  model: aether,
  device: ranDevice({ kind: 'onos-mlb' }),
  intents: [
    radioIntent({ balance: { interval: 20, 'overload-threshold': 80, 'target-threshold': 40, 'delta-ocn': 2 } }),
  ],
});
