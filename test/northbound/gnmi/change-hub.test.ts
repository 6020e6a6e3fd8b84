// The change feed for many streams: what they want alike is picked and encoded once, and its bytes are shared.

import assert from 'node:assert/strict';
import { Access } from '../../../src/access/access.ts';
import { ChangeHub } from '../../../src/northbound/gnmi/change-hub.ts';
import { feedsOf, type TargetFeeds } from '../../../src/northbound/gnmi/feeds.ts';
import { defaultLimits } from '../../../src/northbound/gnmi/limits.ts';
import { Outbox } from '../../../src/northbound/gnmi/outbox.ts';
import type { Parcel } from '../../../src/northbound/gnmi/parcel.ts';
import { readSubscriptions } from '../../../src/northbound/gnmi/subscriptions.ts';
import { Targets } from '../../../src/northbound/gnmi/targets.ts';
import { startService, type TestService } from '../../service.ts';
import { acme, list } from './messages.ts';

describe('feed of changes for streams', () => {
  let service: TestService;
  before(async () => {
    service = await startService();
    await service.reset('acme', acme);
  });
  after(() => service.close());

  async function feedsFor(user: string, text: string): Promise<TargetFeeds> {
    const access = new Access(service.datastore);
    const identity = await access.authenticate({ username: user, password: `${user}-secret` });
    const grants = access.grants(identity);
    const wanted = readSubscriptions(
      { subscribe: list('STREAM', [text], { prefix: { target: 'acme' } }) },
      defaultLimits,
    );
    const targets = new Targets(service.datastore, grants);
    const [feeds] = feedsOf(
      wanted,
      wanted.lines.map(({ path }) => targets.places(path)),
      grants,
    );
    return feeds ?? assert.fail('no feeds');
  }

  it('encodes a Notification once for all streams with the same paths, encoding and rights', async () => {
    const hub = new ChangeHub(service.datastore, defaultLimits);
    const wanted = [
      ['acme-admin', '/site'],
      ['acme-reader', '/site'],
      ['acme-admin', '/site/display-name'],
    ] as const;
    const streams = await Promise.all(
      wanted.map(async ([user, text]) => ({
        feeds: await feedsFor(user, text),
        outbox: new Outbox('JSON', defaultLimits, false, () => {}),
      })),
    );
    const stops = streams.map(({ feeds, outbox }) => hub.join(feeds, 'JSON', outbox));
    assert.equal(hub.shapes, 2);
    await service.merge('acme', { site: [{ 'site-id': 'dallas', 'display-name': 'Shared' }] });
    const [first, second, other] = streams.map(({ outbox }) => outbox.take());
    assert.ok(first !== undefined && first === second, 'both have the same buffer');
    assert.ok(other !== undefined && other !== first);
    for (const stop of stops) stop();
    assert.equal(hub.shapes, 0);
  });

  it('hands a large commit out before the small one behind it, and neither to whoever joined when both were made', async () => {
    const hub = new ChangeHub(service.datastore, defaultLimits);
    const feeds = await feedsFor('acme-admin', '/application');
    const told: string[] = [];
    let both = (): void => {};
    const done = new Promise<void>((resolve) => {
      both = resolve;
    });
    const early = {
      put: ({ changes }: Parcel) => void told.push(`${changes.length}`),
      done: () => told.length === 2 && both(),
    };
    const late = { put: () => assert.fail('it has these values already'), done: () => {} };
    const stop = hub.join(feeds, 'JSON', early);
    const application = Array.from({ length: 5_000 }, (_, i) => ({
      'application-id': `large-${i}`,
      address: `10.${i >> 8}.${i & 255}.0/24`,
    }));
    await service.merge('acme', { application });
    // The large one is still being looked at.
    assert.deepEqual(told, []);
    await service.merge('acme', { application: [{ 'application-id': 'large-0', description: 'small' }] });
    const stopLate = hub.join(feeds, 'JSON', late);
    await done;
    assert.deepEqual(told, ['10000', '1']);
    stop();
    stopLate();
  });
});
