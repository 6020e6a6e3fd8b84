// The depth extension over a real socket, with the model and the examples of gnmi-depth.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Encoding } from '../../../src/proto/gnmi.ts';
import { startService, type TestService } from '../../service.ts';
import { json, list, path, Subscription, valuesOf } from './messages.ts';

const yang = `module app {
  yang-version 1.1;
  namespace "urn:example:app";
  prefix a;
  organization "Example";
  contact "Example";
  description "The demo model of gnmi-depth.";
  revision 2024-03-09 { description "First."; }
  container basket {
    leaf name { type string; }
    leaf-list contents { type string; }
    list fruits {
      key "name";
      leaf name { type string; }
      leaf-list colors { type string; }
      leaf size { type string; }
      container origin {
        leaf country { type string; }
        leaf city { type string; }
      }
    }
    container description { leaf fabric { type string; } }
    container broken {
      presence "This container is broken";
      leaf reason { type string; }
    }
  }
}
`;

const apples = { name: 'apples', size: 'XL', colors: ['red', 'yellow'] };
const origin = { country: 'NL', city: 'Amsterdam' };
const contents = ['fruits', 'vegetables'];
const basket = {
  contents,
  fruits: [
    { ...apples, origin },
    { name: 'orange', size: 'M' },
  ],
  description: { fabric: 'cotton' },
  broken: { reason: 'too heavy' },
};
const deepest = { ...basket, fruits: [apples, { name: 'orange', size: 'M' }] };

describe('gNMI depth', () => {
  let service: TestService;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-basket-'));
    await mkdir(join(folder, 'app/1'), { recursive: true });
    await writeFile(join(folder, 'app/1/model.yaml'), 'name: app\nversion: "1"\nmodules: [app]\n');
    await writeFile(join(folder, 'app/1/app.yang'), yang);
    service = await startService({ models: [folder] });
    const target = [{ name: 'shop', tenant: 'acme', model: 'app', 'model-version': '1' }];
    await service.merge('platform', { target });
    await service.merge('shop', { basket });
  });
  after(async () => {
    await service.close();
    await rm(folder, { recursive: true });
  });

  const level = (depth: number) => [{ depth: { level: depth } }];

  async function get(text: string, depth: number, more: object = {}): Promise<Record<string, unknown>> {
    const request = { prefix: { target: 'shop' }, path: [path(text)], extension: level(depth), ...more };
    const { notification = [] } = await service.client().get(request);
    return valuesOf(notification[0] ?? {});
  }

  function subscribe(text: string, depth: number, mode: 'ONCE' | 'STREAM' = 'ONCE'): Subscription {
    const stream = new Subscription(service.client().subscribe());
    const prefix = { target: 'shop' };
    stream.stream.write({
      subscribe: list(mode, [text], { prefix, encoding: Encoding.PROTO }),
      extension: level(depth),
    });
    return stream;
  }

  it('1 of a container is its leaves and leaf-lists', async () => {
    assert.deepEqual(await get('/basket', 1), { '/basket': { contents } });
  });

  it('1 of a list is every entry with its leaves and leaf-lists', async () => {
    assert.deepEqual(await get('/basket/fruits', 1), {
      '/basket/fruits[name=apples]': apples,
      '/basket/fruits[name=orange]': { name: 'orange', size: 'M' },
    });
  });

  it('2 is the elements of the first level with their leaves and leaf-lists', async () => {
    assert.deepEqual(await get('/basket', 2), { '/basket': deepest });
  });

  it('3 and 0 are all there is here', async () => {
    assert.deepEqual(await get('/basket', 3), { '/basket': basket });
    assert.deepEqual(await get('/basket', 0), { '/basket': basket });
  });

  it('counts from the root when the origin is a module', async () => {
    const root = (depth: number) => get('/', depth, { path: [{ origin: 'app' }] });
    assert.deepEqual(await root(2), { 'app:/basket': { contents } });
    assert.deepEqual(await root(3), { 'app:/basket': deepest });
  });

  it('means the same for Subscribe as for Get, with a leaf-list as one value', async () => {
    for (const text of ['/', '/basket', '/basket/fruits', '/basket/fruits[name=apples]', '/basket/broken']) {
      for (const depth of [0, 2, 3, 4]) {
        const once = subscribe(text, depth);
        assert.deepEqual(
          await once.untilSync(),
          await get(text, depth, { encoding: Encoding.PROTO }),
          `${text} ${depth}`,
        );
        await once.ended();
      }
    }
    assert.deepEqual(await subscribe('/basket', 1).untilSync(), { '/basket/contents': contents });
    assert.deepEqual(await subscribe('/', 1).untilSync(), {});
  });

  it('holds for changes, not only for what a stream sends first', async () => {
    const stream = subscribe('/basket/fruits', 1, 'STREAM');
    await stream.untilSync();
    const orange = path('/basket/fruits[name=orange]');
    const change = (value: object) =>
      service.client().set({ prefix: { target: 'shop' }, update: [{ path: orange, val: json(value) }] });
    await change({ origin });
    await change({ size: 'L' });
    assert.deepEqual(valuesOf(await stream.notification()), { '/basket/fruits[name=orange]/size': 'L' });
    stream.cancel();
  });
});
