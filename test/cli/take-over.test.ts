// A core that another system has configured is taken over by the steps of docs/southbound.md, without a change on the wire.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { coreAdapter } from '../../adapters/sd-core/index.ts';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../adapters/sd-core/simulator/simulator.ts';
import { type Local, run } from '../../src/cli/program.ts';
import { core as coreDevice, intentFixture } from '../adapters/sd-core/fixture.ts';
import { documents } from '../adapters/sd-core/rendered.ts';
import { type CoreService, startCoreService } from '../southbound-service.ts';

const unused = () => assert.fail('no service is run here');
const local: Local = {
  version: '0',
  ...{ serve: unused, init: unused, recover: unused, verify: unused },
  audit: { verify: unused, export: unused },
};

describe('taking over a running site', () => {
  let simulator: SdCoreSimulator;
  let core: CoreService;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-take-over-'));
    simulator = await startSdCoreSimulator({ version: '3.0' });
    // What somebody else has put there.
    const device = coreDevice({ address: `${simulator.url}/config`, version: '3.0' });
    const client = coreAdapter.connect(device, undefined);
    for (const { ref, body } of documents(intentFixture('acme') as never, device)) {
      await client.put(ref, body, AbortSignal.timeout(20_000));
    }
    await client.close();
    core = await startCoreService(simulator);
  });
  after(async () => {
    await core.close();
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Exit code, and the lines of both outputs. */
  async function cli(...args: string[]): Promise<{ code: number; out: string; err: string[] }> {
    const out: string[] = [];
    const err: string[] = [];
    const login = ['-a', `127.0.0.1:${core.service.gnmiPort}`, '--plaintext', '-u', 'boss', '-p', 'boss-secret'];
    const signal = new AbortController().signal;
    const code = await run([...args, ...login], local, {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      signal,
    });
    return { code, out: out.join('\n'), err };
  }

  it('sends the core nothing that changes it', async () => {
    const held = structuredClone([new Map(simulator.deviceGroups), new Map(simulator.networkSlices)]);
    assert.ok(simulator.networkSlices.size > 0);
    const address = `${simulator.url}/config`;
    const endpoint = ['http://core.acme.example'];
    const listed = JSON.stringify({ kind: 'sd-core', address, version: '3.0', endpoint, drift: { policy: 'report' } });
    assert.equal((await cli('set', '-t', 'platform', '/device[name=core-1]', listed)).code, 0);
    simulator.clearLog();

    const found = await cli('import', 'core-1', '-t', 'acme', '--option', 'generation=5g');
    assert.equal(found.code, 0, found.err.join('\n'));
    const file = join(folder, 'acme.json');
    await writeFile(file, found.out);

    const plan = await cli('plan', '--ask-devices', '-t', 'acme', '--file', file);
    assert.equal(plan.code, 0, plan.err.join('\n'));
    const steps = plan.out.split('\n').filter((line) => /^\d/.test(line));
    assert.equal(steps.length, simulator.deviceGroups.size + simulator.networkSlices.size);
    assert.deepEqual(
      steps.filter((step) => !/^\d+\. core-1: keep /.test(step)),
      [],
    );

    const set = await cli('set', '--wait', '-t', 'acme', '--file', file);
    assert.equal(set.code, 0, set.err.join('\n'));
    assert.match(set.out, /in effect on the devices/);
    assert.deepEqual(await cli('verify-device', 'core-1').then(({ code }) => code), 0);
    assert.deepEqual(
      simulator.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`),
      [],
    );
    assert.deepEqual([new Map(simulator.deviceGroups), new Map(simulator.networkSlices)], held);
    const documentsThere = await cli('documents', '--device', 'core-1');
    assert.equal(documentsThere.code, 0, documentsThere.out);
  });
});
