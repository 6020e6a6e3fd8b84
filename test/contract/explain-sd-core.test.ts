// Runs the law of reasons for the adapters of SD-Core, with cores of every version that has a form of its own.

import { coreAdapter, upfAdapter } from '../../adapters/sd-core/index.ts';
import { core, intentFixture } from '../adapters/sd-core/fixture.ts';
import type { Plain } from '../southbound/intent.ts';
import { aether } from '../southbound/schemas.ts';
import { explainSuite } from './explain-suite.ts';

const intents = [intentFixture('acme'), intentFixture('sample')];
const endpoints = ['http://5gcore', 'http://core5g.acme.example/config', 'http://core4g.acme.example/config'];

for (const version of ['1.8.4', '2.1.0', '3.0']) {
  explainSuite(`sd-core ${version}`, {
    adapter: coreAdapter,
    model: aether,
    device: core({ version, endpoints, kind: 'sd-core' }),
    intents,
  });
}

const userPlanes = JSON.parse(
  JSON.stringify(intentFixture('acme')).replaceAll('"port":8805', '"port":8805,"config-endpoint":"http://upf"'),
) as Plain;

explainSuite('upf', {
  adapter: upfAdapter,
  model: aether,
  device: core({ kind: 'upf', endpoints: ['http://upf'] }),
  intents: [userPlanes],
});
