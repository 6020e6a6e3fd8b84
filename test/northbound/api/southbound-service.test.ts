// Questions about documents over gRPC: what is answered, to whom, and what is not told.

import assert from 'node:assert/strict';
import { type ServiceError, status } from '@grpc/grpc-js';
import { after, before, describe, it } from 'mocha';
import { parsePath } from '../../../src/proto/path-text.ts';
import type * as proto from '../../../src/proto/southbound.ts';
import { type CoreService, type CoreUser, startCoreService } from '../../southbound-service.ts';

let core: CoreService;

/** Code and text of a refused call. */
async function refused(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { code, details } = error as ServiceError;
    return `${status[code]}: ${details}`;
  }
  return assert.fail('nothing was refused');
}

async function all<Part>(parts: AsyncIterable<Part>): Promise<Part[]> {
  const found: Part[] = [];
  for await (const part of parts) found.push(part);
  return found;
}

async function listed(user: CoreUser, request: proto.ListDocumentsRequest = {}): Promise<proto.Document[]> {
  return (await all(core.southbound(user).listDocuments(request))).flatMap(({ documents = [] }) => documents);
}

async function ids(user: CoreUser, request: proto.ListDocumentsRequest = {}): Promise<string[]> {
  return (await listed(user, request)).map(({ document = '' }) => document);
}

const CAMERAS = { device: 'core-1', document: 'device-group/acme-chicago-cameras' };
const GROUP = '/site[site-id=acme-chicago]/device-group[device-group-id=acme-chicago-cameras]';
const uplink = (bps: string) => [
  { path: parsePath(`${GROUP}/mbr/uplink`), val: { json_ietf_val: Buffer.from(JSON.stringify(bps)) } },
];

describe('questions about documents over gRPC', () => {
  before(async () => {
    core = await startCoreService();
  });
  after(() => core.close());

  describe('ListDocuments', () => {
    it('tells each document, what it is made from, and how it stands', async () => {
      const documents = await listed('acme-admin');
      const cameras = documents.find(({ document }) => document === CAMERAS.document);
      const { revision, ...rest } = JSON.parse(JSON.stringify(cameras));
      assert.ok(Number(revision) > 0);
      assert.deepEqual(rest, {
        ...CAMERAS,
        kind: 'device-group',
        target: 'acme',
        tenant: 'acme',
        source: GROUP,
        status: 'in-effect',
        verified: rest.verified,
        reason: '',
      });
    });

    it('shows tenants their own, parts of a tenant theirs, and who reads the device all of them', async () => {
      const [acme, globex, chicago] = [await ids('acme-admin'), await ids('globex-admin'), await ids('chicago-admin')];
      assert.ok(acme.length > chicago.length && chicago.length > 2 && globex.length > 0);
      assert.ok(acme.every((id) => id.includes('acme')) && globex.every((id) => !id.includes('acme')));
      assert.ok(chicago.every((id) => id.includes('chicago')));
      const both = [...acme, ...globex].sort();
      assert.deepEqual(await ids('boss'), both);
      assert.deepEqual(await ids('auditor'), both);
      assert.deepEqual(await ids('core-team'), both);
      assert.deepEqual(await ids('cams-only'), [CAMERAS.document]);
    });

    it('tells one device and one target, and nothing of a device that is not there', async () => {
      const globex = await ids('boss', { device: 'core-1', target: 'globex' });
      assert.deepEqual(globex, await ids('globex-admin'));
      assert.deepEqual(await ids('boss', { device: 'core-2' }), []);
      assert.deepEqual(await ids('acme-admin', { device: 'core-2' }), []);
    });

    it('refuses a target that the caller may know nothing of like one that is not there', async () => {
      const foreign = await refused(listed('acme-admin', { target: 'globex' }));
      assert.match(foreign, /^PERMISSION_DENIED/);
      assert.equal((await refused(listed('acme-admin', { target: 'nowhere' }))).replace('nowhere', 'globex'), foreign);
    });
  });

  describe('GetDocument', () => {
    it('gives the document as intent wants it and as the device took it, and who changed it last', async () => {
      const answer = await core.southbound('acme-admin').getDocument(CAMERAS);
      const desired = JSON.parse(answer.desired ?? '');
      assert.deepEqual(desired.imsis, ['001010010000004', '001010010000005']);
      assert.equal(answer.acknowledged, answer.desired);
      assert.equal(answer.partial, false);
      assert.equal(answer.changed_by, 'system');
      assert.ok(Number(answer.changed_at) > 0);
    });

    it('answers with the leaves that the caller may read all of what they are made from', async () => {
      const answer = await core.southbound('cams-only').getDocument(CAMERAS);
      assert.equal(answer.partial, true);
      assert.deepEqual(JSON.parse(answer.desired ?? ''), {
        'ip-domain-name': 'acme-chicago-video',
        'site-info': 'acme-chicago',
      });
      const whole = await core.southbound('chicago-admin').getDocument(CAMERAS);
      assert.equal(whole.partial, false);
    });

    it('answers about what is foreign as about what is not there', async () => {
      const globex = (await ids('globex-admin'))[0] ?? '';
      const words = (name: string) => `NOT_FOUND: there is no document '${name}' on device 'core-1' that you may read`;
      const get = (document: string) => core.southbound('acme-admin').getDocument({ device: 'core-1', document });
      assert.equal(await refused(get(globex)), words(globex));
      assert.equal(await refused(get('device-group/nothing')), words('device-group/nothing'));
    });
  });

  describe('Explain', () => {
    it('says for a leaf the rule, the intent with its values, and what is around', async () => {
      const leaf = '/ip-domains/0/ue-dnn-qos/dnn-mbr-uplink';
      const { leaves = [], reasons = [] } = await core.southbound('acme-admin').explain({ ...CAMERAS, leaf });
      assert.deepEqual(
        leaves.map(({ path, value }) => [path, value]),
        [[leaf, '20000000']],
      );
      const reason = reasons[(leaves[0]?.reason ?? 0) - 1];
      const read = (reason?.intent ?? []).map(({ target, path, value }) => [target, path, value]);
      assert.ok(
        read.some((each) => JSON.stringify(each) === JSON.stringify(['acme', `${GROUP}/mbr/uplink`, '"20000000"'])),
        JSON.stringify(read),
      );
      assert.notEqual(reason?.rule, '');
    });

    it('shows who runs the device the whole document, but of intent only what they may read', async () => {
      const own = await core.southbound('acme-admin').explain(CAMERAS);
      const team = await core.southbound('core-team').explain(CAMERAS);
      assert.deepEqual(
        team.leaves?.map(({ path }) => path),
        own.leaves?.map(({ path }) => path),
      );
      const paths = (team.reasons ?? []).flatMap(({ intent = [] }) => intent.map(({ path = '' }) => path));
      const readable = /\/site-id$|\/ip-domain|\/imsi-definition|\/slice-id$|\/upf|\/core-[45]g/;
      assert.deepEqual(
        paths.filter((path) => !readable.test(path)),
        [],
      );
    });

    it('names the leaves that there are when asked for one that is not', async () => {
      const text = await refused(core.southbound('acme-admin').explain({ ...CAMERAS, leaf: '/nothing' }));
      assert.match(
        text,
        /^NOT_FOUND: document 'device-group\/acme-chicago-cameras' has no leaf \/nothing; it has \/imsis\/0/,
      );
    });
  });

  describe('Reach', () => {
    const reached = async (user: CoreUser, path: string) => {
      const parts = await all(core.southbound(user).reach({ target: 'acme', path }));
      return {
        documents: parts.flatMap(({ documents = [] }) => documents.map(({ document = '' }) => document)).sort(),
        lists: parts.flatMap(({ lists = [] }) => lists.map(({ device, part }) => `${device} ${part}`)),
      };
    };

    it('finds the documents that a leaf has a say in', async () => {
      assert.deepEqual(await reached('acme-admin', `${GROUP}/mbr/uplink`), {
        documents: [CAMERAS.document],
        lists: [],
      });
      const { documents } = await reached('acme-admin', '/application[application-id=acme-video-archive]/address');
      assert.deepEqual(documents, ['network-slice/acme-chicago-cameras', 'network-slice/acme-dallas-depot']);
    });

    it('finds what a subtree reaches, with the lists of documents that it decides about', async () => {
      const { documents, lists } = await reached('acme-admin', '/site[site-id=acme-chicago]');
      assert.deepEqual(documents, await ids('chicago-admin'));
      assert.deepEqual(lists, ['core-1 /site[site-id=acme-chicago]']);
    });

    it('finds nothing by what the caller may not read', async () => {
      assert.deepEqual(await reached('cams-only', '/site[site-id=acme-chicago]/device'), { documents: [], lists: [] });
      assert.match(await refused(reached('globex-admin', '/site')), /^PERMISSION_DENIED/);
    });
  });

  describe('Plan', () => {
    const planned = async (user: CoreUser, change: NonNullable<proto.PlanRequest['change']>) => {
      const parts = await all(core.southbound(user).plan({ change: { prefix: { target: 'acme' }, ...change } }));
      return parts.flatMap(({ steps = [] }) => steps);
    };

    it('tells the step of a change with the document before and after, and changes nothing', async () => {
      const { revision } = core.service.datastore.head;
      const steps = await planned('chicago-admin', { update: uplink('19000000') });
      assert.deepEqual(
        steps.map(({ number, op, device, document, source }) => [number, op, device, document, source]),
        [[1, 'change', 'core-1', CAMERAS.document, GROUP]],
      );
      assert.deepEqual(
        JSON.parse(steps[0]?.body ?? ''),
        JSON.parse((steps[0]?.before ?? '').replace('"dnn-mbr-uplink":20000000', '"dnn-mbr-uplink":19000000')),
      );
      assert.equal(core.service.datastore.head.revision, revision);
    });

    it('asks devices what they hold already: what they were not sent and have is kept, what would be sent anew is not', async () => {
      const ask = async (value: string) => {
        const change = { prefix: { target: 'acme' }, update: uplink(value) };
        const parts = await all(core.southbound('boss').plan({ change, ask_devices: true }));
        return parts.flatMap(({ steps = [] }) => steps).map(({ op, document }) => [op, document]);
      };
      const url = `${core.simulator.url}/config/v1/${CAMERAS.document}`;
      const body = (await (await fetch(url)).text()).replace(/("dnn-mbr-uplink":\s*)\d+/, '$118000000');
      await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      const told = await ask('18000000');
      core.simulator.clearLog();
      await core.gnmi('acme-admin').set({ prefix: { target: 'acme' }, update: uplink('18000000') });
      await core.settle();
      const sent = core.simulator.requests.filter(({ method }) => method === 'POST').length;
      assert.deepEqual([told, sent], [[['change', CAMERAS.document]], 1]);
    });

    it('asks devices that do not list what they hold for nothing, and plans for them all the same', async () => {
      const uri = 'http://upf.acme.example';
      const upf = { name: 'upf-1', kind: 'upf', address: 'http://127.0.0.1:9', endpoint: [uri] };
      await core.write('update', 'platform', { device: [upf] });
      const path = parsePath('/site[site-id=acme-chicago]/upf[upf-id=acme-chicago-upf-1]/config-endpoint');
      const update = [{ path, val: { json_ietf_val: Buffer.from(`"${uri}"`) } }];
      const parts = await all(
        core.southbound('boss').plan({ change: { prefix: { target: 'acme' }, update }, ask_devices: true }),
      );
      const steps = parts.flatMap((part) => part.steps ?? []);
      assert.ok(steps.some(({ device, op }) => device === 'upf-1' && op === 'create'));
    });

    it('tells the steps in the order in which the device then gets them', async () => {
      const change = {
        delete: [
          parsePath('/site[site-id=acme-chicago]/slice[slice-id=acme-chicago-cameras]'),
          parsePath('/site[site-id=acme-dallas]'),
        ],
      };
      const steps = await planned('acme-admin', change);
      core.simulator.clearLog();
      await core.gnmi('acme-admin').set({ prefix: { target: 'acme' }, ...change });
      await core.settle();
      const sent = core.simulator.requests.filter(({ method }) => method !== 'GET');
      const verbs = { create: 'POST', change: 'POST', remove: 'DELETE', reset: 'POST', keep: '' };
      const told = steps.map(({ op, document }) => `${verbs[op as keyof typeof verbs]} ${document}`);
      assert.deepEqual(
        sent.map(({ method, path }) => `${method} ${path.replace('/config/v1/', '')}`).sort(),
        [...told].sort(),
      );
      const place = new Map(sent.map(({ path }, i) => [path.replace('/config/v1/', ''), i]));
      for (const { document, after = [] } of steps) {
        for (const number of after) {
          const first = steps[number - 1]?.document ?? '';
          assert.ok((place.get(first) ?? 0) < (place.get(document ?? '') ?? 0), `${first} goes before ${document}`);
        }
      }
    });

    it('is refused in the words of the Set', async () => {
      const cases: [CoreUser, NonNullable<proto.PlanRequest['change']>][] = [
        ['chicago-admin', { delete: [parsePath('/application')] }],
        ['acme-admin', { update: [{ path: parsePath(`${GROUP}/nothing`), val: { ascii_val: '1' } }] }],
        ['acme-admin', { delete: [parsePath('/traffic-class[traffic-class-id=video]')] }],
        ['globex-admin', { delete: [parsePath('/application')] }],
      ];
      for (const [user, change] of cases) {
        const request = { prefix: { target: 'acme' }, ...change };
        assert.equal(await refused(planned(user, change)), await refused(core.gnmi(user).set(request)));
      }
    });
  });

  describe('Import and Verify', () => {
    it('are for who may execute the device', async () => {
      for (const user of ['acme-admin', 'auditor', 'cams-only'] as const) {
        const client = core.southbound(user);
        for (const device of ['core-1', 'core-2']) {
          const why = `${user}' may not execute /device[name=${device}] in target 'platform', which is to`;
          assert.ok((await refused(client.verify({ device }))).startsWith(`PERMISSION_DENIED: user '${why}`));
          assert.ok(
            (await refused(client.import({ device, target: 'acme' }))).startsWith(`PERMISSION_DENIED: user '${why}`),
          );
        }
      }
    });
  });
});
