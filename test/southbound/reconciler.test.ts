// Checks the engine against simulated cores on real sockets: order, retries, refusals, restarts, claims, devices at run time.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type SdCoreSimulator, startSdCoreSimulator } from '../../adapters/sd-core/simulator/simulator.ts';
import type { EdgeconfError } from '../../src/errors.ts';
import { documentText } from '../../src/southbound/adapter.ts';
import type { SouthboundStatus } from '../../src/southbound/reconciler.ts';
import { intentFixture } from '../adapters/sd-core/fixture.ts';
import type { Plain } from './intent.ts';
import { Stage } from './stage.ts';

type Tree = { [member: string]: Plain };

/** Faults hit what could change something; looking what the core holds goes on as it will. */
const WRITES = { method: ['POST', 'DELETE'] };
const FIVE_G = 'http://core5g.acme.example/config';
const FOUR_G = 'http://core4g.acme.example/config';

function device(name: string, simulator: { url: string }, overrides: Tree = {}): Tree {
  return {
    name,
    kind: 'sd-core',
    address: `${simulator.url}/config`,
    endpoint: [FIVE_G],
    version: '3.0',
    ...overrides,
  };
}

function entries(tree: Tree, ...names: string[]): Tree[] {
  let list = tree[names[0] ?? ''] as Tree[];
  for (const name of names.slice(1)) list = list[0]?.[name] as Tree[];
  return list;
}

/** The acme intent after an edit. It names no 4G core, which is not listed. */
function acme(edit: (tree: Tree) => void = () => {}): Tree {
  const tree = intentFixture('acme');
  const site = entries(tree, 'site')[0];
  if (site !== undefined) site['connectivity-service'] = { 'core-5g': { endpoint: FIVE_G } };
  edit(tree);
  return tree;
}

const fourG = (tree: Tree) => {
  const site = entries(tree, 'site')[0];
  if (site !== undefined)
    site['connectivity-service'] = { 'core-4g': { endpoint: FOUR_G }, 'core-5g': { endpoint: FIVE_G } };
};

const slowCameras = (uplink: string) => (tree: Tree) => {
  const group = entries(tree, 'site', 'device-group')[0];
  if (group !== undefined) group.mbr = { uplink, downlink: '5000000' };
};

const noSlices = (tree: Tree) => {
  const site = entries(tree, 'site')[0];
  if (site !== undefined) site.slice = [];
};

describe('Reconciler', () => {
  let stage: Stage;
  let simulator: SdCoreSimulator;

  const status = (name = 'core-1'): SouthboundStatus => {
    const found = stage.reconciler.status().find(({ device }) => device === name);
    assert.ok(found);
    return found;
  };
  const refused = async (work: Promise<unknown>): Promise<EdgeconfError> => {
    try {
      await work;
    } catch (error) {
      return error as EdgeconfError;
    }
    return assert.fail('nothing was refused');
  };
  /** Calls that could change something. */
  const writes = () => simulator.requests.filter(({ method }) => method !== 'GET');
  const uplink = (): number | undefined =>
    simulator.deviceGroups.get('cameras')?.['ip-domains']?.[0]?.['ue-dnn-qos']?.['dnn-mbr-uplink'];

  beforeEach(async () => {
    simulator = await startSdCoreSimulator({ version: '3.0' });
    stage = await Stage.open({ targets: ['acme', 'umbrella'] });
    stage.intent.force({ platform: { device: [device('core-1', simulator)] } });
    await stage.start();
  });

  afterEach(async () => {
    await stage.close();
    await simulator.close();
  });

  it('puts the groups of a slice, then the slice', async () => {
    await stage.intent.commit({ acme: acme() });
    await stage.reconciler.settled();
    assert.deepEqual(stage.taken(), ['put device-group/cameras', 'put network-slice/vision']);
    assert.deepEqual([...simulator.deviceGroups.keys()], ['cameras']);
    assert.deepEqual(simulator.networkSlices.get('vision')?.['site-device-group'], ['cameras']);
    assert.deepEqual(simulator.warnings, []);
  });

  it('sends one document when one leaf of it changes, and nothing when nothing does', async () => {
    await stage.intent.commit({ acme: acme() });
    await stage.reconciler.settled();
    stage.taken();
    simulator.clearLog();
    await stage.intent.commit({ acme: acme(slowCameras('7')) });
    await stage.reconciler.settled();
    assert.deepEqual(
      writes().map(({ method, path }) => `${method} ${path}`),
      ['POST /config/v1/device-group/cameras'],
    );
    assert.equal(uplink(), 7);
  });

  it('removes the slice, then its groups, and leaves an empty core', async () => {
    await stage.intent.commit({ acme: acme() });
    await stage.reconciler.settled();
    stage.taken();
    await stage.intent.commit({ acme: {} });
    await stage.reconciler.settled();
    assert.deepEqual(stage.taken(), ['remove network-slice/vision', 'remove device-group/cameras']);
    assert.equal(simulator.deviceGroups.size + simulator.networkSlices.size, 0);
  });

  it('tries again with growing pauses while the core is down, and then sends the newest intent only', async () => {
    await simulator.faults.goDown();
    await stage.intent.commit({ acme: acme() });
    for (let failures = 1; failures <= 5; failures++) {
      await stage.clock.begun(failures);
      if (failures < 5) stage.clock.advance(10_000);
    }
    assert.deepEqual(stage.clock.pauses, [100, 200, 400, 800, 1_000]);
    assert.equal(status().connected, false);
    assert.match(status().trouble ?? '', /^GET http:\/\/127\.0\.0\.1:\d+\/config\/v1\/device-group: .*ECONNREFUSED/);
    await stage.intent.commit({ acme: acme(slowCameras('1')) });
    await stage.intent.commit({ acme: acme(slowCameras('2')) });
    await simulator.faults.comeUp({ state: 'kept' });
    simulator.clearLog();
    stage.clock.advance(10_000);
    await stage.reconciler.settled();
    assert.deepEqual(
      writes().map(({ path }) => path),
      ['/config/v1/device-group/cameras', '/config/v1/network-slice/vision'],
    );
    assert.equal(uplink(), 2);
    assert.equal(status().connected, true);
    assert.equal(status().trouble, undefined);
  });

  it('starts counting failures anew after a success', async () => {
    simulator.faults.failNext(2, 503, WRITES);
    await stage.intent.commit({ acme: acme() });
    await stage.clock.begun(1);
    stage.clock.advance(100);
    await stage.clock.begun(2);
    stage.clock.advance(200);
    await stage.reconciler.settled();
    simulator.faults.failNext(1, 500, WRITES);
    await stage.intent.commit({ acme: acme(slowCameras('1')) });
    await stage.clock.begun(3);
    assert.deepEqual(stage.clock.pauses, [100, 200, 100]);
    stage.clock.advance(100);
    await stage.reconciler.settled();
    assert.equal(uplink(), 1);
  });

  it('keeps a refusal with the words of the core until intent changes the document, and asks again when what it needs has changed', async () => {
    simulator.faults.failNext(2, 400, { ...WRITES, path: 'network-slice' }, '{"error":"no such PLMN"}');
    const revision = await stage.intent.commit({ acme: acme() });
    await stage.reconciler.settled();
    const [refusal] = status().refused;
    assert.equal(refusal?.ref.id, 'network-slice/vision');
    assert.match(refusal?.message ?? '', /POST .*\/config\/v1\/network-slice\/vision: 400 no such PLMN$/);
    assert.equal(status().appliedRevision, revision - 1);
    assert.equal(status().intentRevision, revision);
    assert.equal(status().connected, true);
    assert.deepEqual(stage.clock.pauses, []);

    await stage.intent.commit({ acme: acme(slowCameras('1')) });
    await stage.reconciler.settled();
    assert.equal(status().refused.length, 1);
    assert.equal(writes().filter(({ path }) => path.includes('network-slice')).length, 2);

    const changed = await stage.intent.commit({
      acme: acme((tree) => {
        Object.assign(entries(tree, 'site', 'slice')[0] ?? {}, { sst: '2' });
      }),
    });
    await stage.reconciler.settled();
    assert.deepEqual(status().refused, []);
    assert.equal(status().appliedRevision, changed);
    assert.equal(simulator.networkSlices.get('vision')?.['slice-id'].sst, '2');
  });

  it('sends once more what was sent when the answer got lost', async () => {
    simulator.faults.halfAnswerNext(1, WRITES);
    await stage.intent.commit({ acme: acme() });
    await stage.clock.begun(1);
    stage.clock.advance(100);
    await stage.reconciler.settled();
    assert.deepEqual(
      writes()
        .map(({ path }) => path.split('/').at(-1))
        .sort(),
      ['cameras', 'cameras', 'vision'],
    );
    assert.equal(status().pending, 0);
  });

  it('removes a document whose put was never answered, once intent drops it', async () => {
    simulator.faults.closeNext(1, { ...WRITES, effect: true, path: 'device-group' });
    await stage.intent.commit({ acme: acme() });
    await stage.clock.begun(1);
    assert.deepEqual([...simulator.deviceGroups.keys()], ['cameras']);
    await stage.intent.commit({ acme: {} });
    stage.clock.advance(100);
    await stage.reconciler.settled();
    assert.equal(simulator.deviceGroups.size, 0);
  });

  it('lets no other device wait for a dead one', async () => {
    const dead = await startSdCoreSimulator();
    await dead.close();
    await stage.intent.commit({
      platform: { device: [device('core-1', simulator), device('core-4g', dead, { endpoint: [FOUR_G] })] },
    });
    await stage.intent.commit({ acme: acme(fourG) });
    await stage.reconciler.settled({ devices: ['core-1'] });
    assert.deepEqual([...simulator.networkSlices.keys()], ['vision']);
    await stage.clock.begun(1);
    assert.equal(status('core-4g').pending, 2);
    assert.equal(status('core-4g').connected, false);
  });

  describe('after a restart', () => {
    it('sends nothing that the core has, changes what changed meanwhile, and removes what is gone', async () => {
      await stage.intent.commit({ acme: acme() });
      await stage.reconciler.settled();
      await stage.restart();
      await stage.reconciler.settled();
      stage.taken();
      simulator.clearLog();
      await stage.restart();
      await stage.reconciler.settled();
      assert.deepEqual(writes(), []);

      await stage.stop();
      stage.intent.force({ acme: acme(slowCameras('9')) });
      await stage.start();
      await stage.reconciler.settled();
      assert.deepEqual(stage.taken(), ['put device-group/cameras']);
      assert.equal(uplink(), 9);

      await stage.stop();
      stage.intent.force({ acme: acme(noSlices) });
      await stage.start();
      await stage.reconciler.settled();
      assert.deepEqual(stage.taken(), ['remove network-slice/vision', 'remove device-group/cameras']);
      assert.equal(simulator.deviceGroups.size + simulator.networkSlices.size, 0);
    });

    it('removes what was on its way when the engine stopped, if intent dropped it meanwhile', async () => {
      simulator.faults.hangNext(1, WRITES);
      await stage.intent.commit({ acme: acme() });
      await simulator.waitFor(() => writes().length === 1);
      await stage.stop();
      simulator.faults.release();
      assert.deepEqual([...simulator.deviceGroups.keys()], ['cameras']);
      stage.intent.force({ acme: {} });
      await stage.start();
      await stage.reconciler.settled();
      assert.equal(simulator.deviceGroups.size, 0);
    });

    it('asks a core again that refused a document before', async () => {
      simulator.faults.failNext(1, 400, WRITES);
      await stage.intent.commit({ acme: acme() });
      await stage.reconciler.settled();
      await stage.restart();
      await stage.reconciler.settled();
      assert.deepEqual([...simulator.networkSlices.keys()], ['vision']);
      assert.equal(status().pending, 0);
    });

    it('sends everything to a machine that stands at another address now', async () => {
      await stage.intent.commit({ acme: acme() });
      await stage.reconciler.settled();
      const other = await startSdCoreSimulator();
      try {
        await stage.stop();
        stage.intent.force({ platform: { device: [device('core-1', other)] } });
        await stage.start();
        await stage.reconciler.settled();
        assert.deepEqual([...other.networkSlices.keys()], ['vision']);
      } finally {
        await stage.stop();
        await other.close();
      }
    });
  });

  describe('devices at run time', () => {
    it('gives a device that comes what intent has for it', async () => {
      const other = await startSdCoreSimulator();
      try {
        // The device was taken out of the platform, and comes back.
        stage.intent.force({ acme: acme(fourG) });
        await stage.intent.commit({
          platform: { device: [device('core-1', simulator), device('core-4g', other, { endpoint: [FOUR_G] })] },
        });
        await stage.reconciler.settled();
        assert.deepEqual([...other.networkSlices.keys()], ['voice']);
        assert.deepEqual([...simulator.networkSlices.keys()], ['vision']);
      } finally {
        await stage.stop();
        await other.close();
      }
    });

    it('moves documents with the endpoint: one device loses them, the other gets them', async () => {
      const other = await startSdCoreSimulator();
      try {
        await stage.intent.commit({
          platform: { device: [device('core-1', simulator), device('core-2', other, { endpoint: [FOUR_G] })] },
          acme: acme(fourG),
        });
        await stage.reconciler.settled();
        await stage.intent.commit({
          platform: {
            device: [
              device('core-1', simulator, { endpoint: [FOUR_G] }),
              device('core-2', other, { endpoint: [FIVE_G] }),
            ],
          },
        });
        await stage.reconciler.settled();
        assert.deepEqual([...simulator.networkSlices.keys()], ['voice']);
        assert.deepEqual([...simulator.deviceGroups.keys()], ['phones']);
        assert.deepEqual([...other.networkSlices.keys()], ['vision']);
        assert.deepEqual([...other.deviceGroups.keys()], ['cameras']);
      } finally {
        await stage.stop();
        await other.close();
      }
    });

    it('leaves a disabled device alone, does not wait for it, and brings it up to date when it is enabled', async () => {
      await stage.intent.commit({ platform: { device: [device('core-1', simulator, { enabled: false })] } });
      await stage.intent.commit({ acme: acme() });
      await stage.reconciler.settled();
      assert.deepEqual(writes(), []);
      assert.equal(status().enabled, false);
      assert.equal(status().pending, 2);
      await stage.intent.commit({ platform: { device: [device('core-1', simulator)] } });
      await stage.reconciler.settled();
      assert.deepEqual([...simulator.networkSlices.keys()], ['vision']);
    });

    it('forgets a device that is taken out, without touching it, and takes it over when it comes back', async () => {
      await stage.intent.commit({ acme: acme() });
      await stage.reconciler.settled();
      simulator.clearLog();
      await stage.intent.commit({ platform: {} });
      await stage.reconciler.settled();
      assert.deepEqual(stage.reconciler.status(), []);
      assert.deepEqual(writes(), []);
      await stage.intent.commit({ platform: { device: [device('core-1', simulator)] } });
      await stage.reconciler.settled();
      assert.deepEqual(writes(), []);
      assert.equal(status().pending, 0);
    });

    it('speaks the language of the version that the platform names from then on', async () => {
      const old = await startSdCoreSimulator({ version: '2.0' });
      try {
        await stage.intent.commit({ platform: { device: [device('core-1', old, { version: '3.0' })] }, acme: acme() });
        await stage.reconciler.settled();
        assert.equal(old.deviceGroups.get('cameras')?.['ip-domain-expanded']?.dnn, undefined);
        await stage.intent.commit({ platform: { device: [device('core-1', old, { version: '2.0' })] } });
        await stage.reconciler.settled();
        assert.equal(old.deviceGroups.get('cameras')?.['ip-domain-expanded']?.dnn, 'internet');
      } finally {
        await stage.stop();
        await old.close();
      }
    });

    it('renders again what was planned for the device as it was before', async () => {
      await stage.intent.commitAfter({ acme: acme() }, () =>
        stage.intent.commit({ platform: { device: [device('core-1', simulator, { version: '2.1.0' })] } }),
      );
      await stage.reconciler.settled();
      assert.match(writes()[0]?.body ?? '', /"ip-domain-expanded"/);
    });

    it('tries at once when the platform says something new about an unreachable device', async () => {
      await simulator.faults.goDown();
      await stage.intent.commit({ acme: acme() });
      await stage.clock.begun(1);
      await simulator.faults.comeUp({ state: 'kept' });
      await stage.intent.commit({ platform: { device: [device('core-1', simulator, { version: '3.1' })] } });
      await stage.reconciler.settled();
      assert.deepEqual([...simulator.networkSlices.keys()], ['vision']);
    });

    it('refuses a device of a kind that no adapter drives, naming the kinds there are', async () => {
      const error = await refused(
        stage.intent.commit({
          platform: { device: [device('core-1', simulator), device('r', simulator, { kind: 'sd-rn' })] },
        }),
      );
      assert.equal(error.code, 'FAILED_PRECONDITION');
      assert.equal(error.message, "/device[name=r]/kind: no adapter for 'sd-rn' is loaded; there is one for: sd-core");
    });

    it('ends the pause of an unreachable device when the platform corrects its address', async () => {
      await simulator.faults.goDown();
      await stage.intent.commit({ acme: acme() });
      await stage.clock.begun(1);
      const other = await startSdCoreSimulator();
      try {
        await stage.intent.commit({ platform: { device: [device('core-1', other)] } });
        await stage.reconciler.settled();
        assert.deepEqual([...other.networkSlices.keys()], ['vision']);
      } finally {
        await stage.stop();
        await other.close();
        await simulator.faults.comeUp({ state: 'kept' });
      }
    });
  });

  describe('claims', () => {
    it('refuse the second tenant, naming document and device and not the first tenant', async () => {
      await stage.intent.commit({ acme: acme() });
      const error = await refused(stage.intent.commit({ umbrella: acme() }));
      assert.equal(error.code, 'FAILED_PRECONDITION');
      assert.match(error.message, /'device-group\/cameras' on device 'core-1'/);
      assert.match(error.message, /^site\/berlin\/device-group\/cameras needs/);
      assert.doesNotMatch(error.message, /acme/);
    });

    it('are free again when the first tenant lets go', async () => {
      await stage.intent.commit({ acme: acme() });
      await stage.intent.commit({ acme: {} });
      await stage.intent.commit({ umbrella: acme() });
      await stage.reconciler.settled();
      assert.deepEqual([...simulator.networkSlices.keys()], ['vision']);
    });

    it('change hands within one transaction', async () => {
      await stage.intent.commit({ acme: acme() });
      await stage.intent.commit({ acme: {}, umbrella: acme(slowCameras('3')) });
      await stage.reconciler.settled();
      assert.equal(uplink(), 3);
    });

    it('refuse two targets of one transaction that want the same', async () => {
      const error = await refused(stage.intent.commit({ acme: acme(), umbrella: acme() }));
      assert.equal(error.code, 'FAILED_PRECONDITION');
    });

    it('refuse two sites of one target that want the same, naming the other site', async () => {
      const error = await refused(
        stage.intent.commit({
          acme: acme((tree) => {
            entries(tree, 'site').push({ ...entries(tree, 'site')[0], 'site-id': 'rome' } as Tree);
          }),
        }),
      );
      assert.match(error.message, /this target's site\/(berlin|rome)\//);
    });

    it('are not taken by a transaction that was refused', async () => {
      await stage.intent.commit({ acme: acme(noSlices) });
      const bad = acme((tree) => {
        Object.assign(entries(tree, 'site', 'device-group')[0] ?? {}, { mbr: { uplink: '9999999999999999999' } });
      });
      assert.equal((await refused(stage.intent.commit({ acme: bad }))).code, 'FAILED_PRECONDITION');
      await stage.intent.commit({ umbrella: acme() });
    });

    it('make a transaction try again while another undecided one wants the same, for a short time', async () => {
      await stage.intent.dryRun({ acme: acme() });
      assert.equal((await refused(stage.intent.commit({ umbrella: acme() }))).code, 'ABORTED');
      stage.clock.advance(60_000);
      await stage.intent.commit({ umbrella: acme() });
    });

    it('refuse an endpoint that would bring two tenants together on a device', async () => {
      const other = await startSdCoreSimulator();
      try {
        await stage.intent.commit({
          platform: {
            device: [device('core-1', simulator), device('core-2', other, { endpoint: ['http://umbrella'] })],
          },
          acme: acme(),
          umbrella: acme((tree) => {
            const site = entries(tree, 'site')[0];
            if (site !== undefined) site['connectivity-service'] = { 'core-5g': { endpoint: 'http://umbrella' } };
          }),
        });
        const error = await refused(
          stage.intent.commit({
            platform: { device: [device('core-1', simulator, { endpoint: [FIVE_G, 'http://umbrella'] })] },
          }),
        );
        assert.equal(error.code, 'FAILED_PRECONDITION');
        assert.match(error.message, /on device 'core-1'/);
      } finally {
        await stage.stop();
        await other.close();
      }
    });

    it('that slipped past the plan leave the document to who came first, until that one goes', async () => {
      await stage.intent.commit({ acme: acme(slowCameras('1')) });
      stage.intent.force({ umbrella: acme(slowCameras('2')) });
      await stage.reconciler.settled();
      assert.equal(uplink(), 1);
      assert.deepEqual(
        status().faults.map(({ document }) => document),
        ['device-group/cameras', 'network-slice/vision'],
      );
      await stage.intent.commit({ acme: {} });
      await stage.reconciler.settled();
      assert.equal(uplink(), 2);
      assert.deepEqual(status().faults, []);
    });
  });

  describe('what cannot be rendered', () => {
    const tooFast = slowCameras('9999999999999999999');

    it('refuses the commit, naming device, document, value and limit', async () => {
      const error = await refused(stage.intent.commit({ acme: acme(tooFast) }));
      assert.equal(error.code, 'FAILED_PRECONDITION');
      assert.match(
        error.message,
        /^device 'core-1', document 'device-group\/cameras': device-group cameras: mbr\/uplink is 9{19}/,
      );
      assert.deepEqual(writes(), []);
    });

    it('leaves on the device what it has, also over a restart, and says so in the status', async () => {
      await stage.intent.commit({ acme: acme(slowCameras('1')) });
      await stage.reconciler.settled();
      stage.intent.force({ acme: acme(tooFast) });
      await stage.reconciler.settled();
      await stage.restart();
      await stage.reconciler.settled();
      assert.equal(uplink(), 1);
      assert.deepEqual(
        status().faults.map(({ document }) => document),
        ['device-group/cameras'],
      );
      await stage.intent.commit({ acme: acme(slowCameras('2')) });
      await stage.reconciler.settled();
      assert.equal(uplink(), 2);
      assert.deepEqual(status().faults, []);
    });
  });

  it('waits for a revision that is not there yet, and stops waiting when it is told to', async () => {
    await stage.intent.commit({ acme: acme() });
    const later = stage.reconciler.settled({ revision: stage.intent.head.revision + 1 });
    await stage.intent.commit({ acme: acme(slowCameras('5')) });
    await later;
    assert.equal(uplink(), 5);
    const stop = new AbortController();
    const never = stage.reconciler.settled({ revision: 1_000, signal: stop.signal });
    stop.abort(new Error('enough'));
    await assert.rejects(never, /enough/);
  });

  it('sends the secret that the credentials reference stands for, a new one with the next try, and tells nobody', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"go away"}');
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      await stage.intent.commit({
        platform: {
          device: [device('core-1', { url: `http://127.0.0.1:${port}` }, { 'credentials-reference': 'env:TOKEN' })],
        },
        acme: acme(),
      });
      await stage.reconciler.settled();
      assert.deepEqual([...new Set(seen.splice(0))], ['Bearer secret of env:TOKEN']);
      await stage.intent.commit({
        platform: {
          device: [device('core-1', { url: `http://127.0.0.1:${port}` }, { 'credentials-reference': 'env:OTHER' })],
        },
      });
      await stage.reconciler.settled();
      assert.equal(seen.at(-1), 'Bearer secret of env:OTHER');
      assert.doesNotMatch(inspect([status(), stage.events], { depth: 9 }), /secret of/);
    } finally {
      await stage.stop();
      server.close();
    }
  });

  it('tells its listeners of every put with its body, of removals, and of failures with their reason', async () => {
    simulator.faults.failNext(1, 503, WRITES, '{"error":"busy"}');
    const revision = await stage.intent.commit({ acme: acme() });
    await stage.clock.begun(1);
    stage.clock.advance(100);
    await stage.reconciler.settled();
    const [failed, group] = stage.events;
    assert.deepEqual(
      [failed?.device, failed?.op, failed?.ref.id, failed?.ok, failed?.retried, failed?.revision],
      ['core-1', 'put', 'device-group/cameras', false, true, revision],
    );
    assert.match(failed?.error ?? '', /503 busy$/);
    assert.equal(group?.ok, true);
    assert.match(documentText(group?.body ?? null), /"ip-domain-name":"lan"/);
  });
});
