// Values that a thread of their own reads: they end up, or are refused, exactly like small ones.

import assert from 'node:assert/strict';
import type { GnmiClient } from '../../../src/proto/gnmi-client.ts';
import { startService, type TestService } from '../../service.ts';
import { json, path, plain, refused, update } from './messages.ts';

/** So many applications that their JSON is too large for the main thread. */
const count = 1_500;

function applications(change: (i: number) => Record<string, unknown> = () => ({})): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, i) => ({
    'application-id': `app-${String(i).padStart(4, '0')}`,
    description: `application \u{1f600} number ${i}`,
    address: `10.${i >> 8}.${i & 255}.0/24`,
    ...change(i),
  }));
}

describe('gNMI Set of a large value', () => {
  let service: TestService;
  let client: GnmiClient;
  const prefix = { target: 'acme' };

  before(async () => {
    service = await startService();
    client = service.client('acme-admin');
  });
  after(() => service.close());
  beforeEach(() => service.reset('acme', {}));

  const all = async (): Promise<unknown[]> => {
    const { notification = [] } = await client.get({ prefix, path: [path('/application')] });
    return (notification[0]?.update ?? []).map(({ val }) => plain(val));
  };

  it('keeps all of it, whether it is written at its path or at the root', async () => {
    const value = applications();
    assert.ok(JSON.stringify(value).length > 64 * 1024);
    await client.set({ prefix, update: [update('/application', value)] });
    assert.deepEqual(await all(), value);
    const other = applications(() => ({ address: '192.168.0.0/16' }));
    await client.set({ prefix, replace: [{ path: {}, val: json({ application: other }) }] });
    assert.deepEqual(await all(), other);
  });

  it('stands in its place among other operations', async () => {
    await client.set({
      prefix,
      delete: [path('/application[application-id=app-0001]')],
      replace: [update('/application', applications())],
      update: [update('/application[application-id=app-0000]/description', 'last')],
    });
    const [first] = (await all()) as { description: string }[];
    assert.equal(first?.description, 'last');
  });

  it('is refused with code, path and reason of the value that is wrong, and nothing changes', async () => {
    const { revision } = service.datastore.head;
    const wrong = applications((i) => (i === count - 1 ? { adress: '10.0.0.0/8' } : {}));
    await refused(
      client.set({ prefix, update: [update('/application', wrong)] }),
      'INVALID_ARGUMENT',
      '/application[application-id=app-1499]: unknown member "adress"; known here: application-id, ',
    );
    await refused(
      client.set({
        prefix,
        update: [{ path: path('/application'), val: { json_val: Buffer.from(`[${' '.repeat(70_000)}`) } }],
      }),
      'INVALID_ARGUMENT',
      'path /application: ',
      'line 1, column 70002',
    );
    await refused(
      client.set({ prefix, update: [update('/nothing', applications())] }),
      'NOT_FOUND',
      "/nothing: no such node 'nothing'",
    );
    assert.equal(service.datastore.head.revision, revision);
    await client.set({ prefix, update: [update('/application', applications())] });
  });

  it('is read one after the other when several come at once, and each keeps its own verdict', async () => {
    const results = await Promise.allSettled(
      [0, 1, 2].map((n) =>
        client.set({
          prefix,
          update: [
            update(
              '/application',
              applications(() => (n === 1 ? { address: 'nowhere' } : { description: `${n}` })),
            ),
          ],
        }),
      ),
    );
    assert.deepEqual(
      results.map((each) => each.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
  });
});
