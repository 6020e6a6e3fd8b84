// The metadata annotation of the root over a real socket: written, read, replaced, deleted, and kept over a restart.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Encoding, type SetRequest } from '../../../src/proto/gnmi.ts';
import { startService, type TestService } from '../../service.ts';
import { acme, jsonText, path, refused, update, valuesOf } from './messages.ts';

const annotation = (bytes: Buffer) => ({ '@': { 'openconfig-metadata:protobuf-metadata': bytes.toString('base64') } });
const note = Buffer.from('intent 42');

describe('gNMI root annotation', () => {
  let service: TestService;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-annotation-'));
    service = await startService({ folder });
  });
  beforeEach(() => service.reset('acme', acme));
  after(async () => {
    await service.close();
    await rm(folder, { recursive: true });
  });

  const set = (request: SetRequest, user = 'acme-admin') => service.client(user).set(request);
  const root = (value: object) => ({ path: {}, val: jsonText(JSON.stringify(value)) });

  async function get(text = '/', encoding: number = Encoding.JSON_IETF): Promise<Record<string, unknown>> {
    const { notification = [] } = await service.client('acme-admin').get({ path: [path(text)], encoding });
    return Object.values(valuesOf(notification[0] ?? {}))[0] as Record<string, unknown>;
  }

  it('is kept beside the values and comes back with them', async () => {
    await set({ update: [root({ ...annotation(note), 'edgeconf-traffic-class:traffic-class': [] })] });
    for (const encoding of [Encoding.JSON_IETF, Encoding.JSON]) {
      const all = await get('/', encoding);
      assert.deepEqual(all['@'], annotation(note)['@']);
      assert.equal(Object.keys(all).length, 4);
    }
    assert.equal('@' in (await get('/site[site-id=dallas]')), false);
  });

  it('stays through other changes, and goes when the root is replaced without it', async () => {
    await set({ update: [root(annotation(note))] });
    await set({ update: [update('/site[site-id=dallas]/display-name', 'x')] });
    assert.deepEqual((await get())['@'], annotation(note)['@']);
    await set({ replace: [root(acme)] });
    assert.equal('@' in (await get()), false);
  });

  it('may be all that there is', async () => {
    await set({ replace: [root(annotation(note))] });
    assert.deepEqual(await get(), annotation(note));
  });

  it('survives a restart and is in the journal', async () => {
    await set({ update: [root(annotation(note))] });
    const entry = await service.datastore.history.entry(service.datastore.head.revision);
    assert.deepEqual(
      entry.commits.flatMap(({ changes }) => changes.map(({ after }) => after)),
      [JSON.stringify(note.toString('base64'))],
    );
    await service.close();
    service = await startService({ folder });
    assert.deepEqual((await get())['@'], annotation(note)['@']);
  });

  it('may have a mebibyte', async () => {
    const large = Buffer.alloc(1024 * 1024, 7);
    await set({ replace: [root({ ...annotation(large), ...acme })] });
    assert.deepEqual((await get())['@'], annotation(large)['@']);
  });

  it('needs the right to write it', async () => {
    await refused(set({ update: [root(annotation(note))] }, 'acme-planner'), 'PERMISSION_DENIED', 'acme-planner');
  });

  it('is refused when it is another one, no base64 text, too large, or not at the root', async () => {
    const other = { '@': { 'ietf-origin:origin': 'system' } };
    await refused(
      set({ update: [root(other)] }),
      'INVALID_ARGUMENT',
      "path /: annotation 'ietf-origin:origin'",
      'openconfig-metadata',
    );
    await refused(set({ update: [root({ '@': 'x' })] }), 'INVALID_ARGUMENT', "path /: member '@' must be an object");
    const wrong = { '@': { 'openconfig-metadata:protobuf-metadata': '***' } };
    await refused(set({ update: [root(wrong)] }), 'INVALID_ARGUMENT', 'protobuf-metadata', '***');
    const huge = annotation(Buffer.alloc(3 * 1024 * 1024 + 1));
    await refused(set({ update: [root(huge)] }), 'INVALID_ARGUMENT', 'at most 4194304');
    const below = update('/site[site-id=dallas]', annotation(note));
    await refused(set({ update: [below] }), 'INVALID_ARGUMENT', '/site[site-id=dallas]', 'annotation');
  });
});
