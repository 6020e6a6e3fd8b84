// Leaves that the model declares fixed after creation, over a real socket: what passes, and what is refused with which words.

import assert from 'node:assert/strict';
import type { SetRequest } from '../../../src/proto/gnmi.ts';
import { startService, type TestService } from '../../service.ts';
import { acme, path, refused, update } from './messages.ts';

const chicago = '/site[site-id=chicago]';
const slice = `${chicago}/slice[slice-id=s]`;
const leaves = { sst: '1', sd: '010203', 'default-behavior': 'DENY-ALL' };

describe('leaves that are fixed after creation', () => {
  let service: TestService;

  before(async () => {
    service = await startService();
  });
  after(() => service.close());
  beforeEach(async () => {
    await service.reset('acme', acme);
    await set({ update: [update(slice, leaves)] });
  });

  const set = (request: SetRequest, user = 'acme-admin') =>
    service.client(user).set({ prefix: { target: 'acme' }, ...request });

  it('refuse another value, and say path, old and new value and what to do instead', async () => {
    const { revision } = service.datastore.head;
    const error = await refused(set({ update: [update(`${slice}/sst`, '2')] }), 'FAILED_PRECONDITION');
    assert.equal(
      error.details,
      `${slice}/sst: it is fixed once the slice is there, and cannot become "2" where it was "1"; create another slice under ` +
        'another id, and delete this one',
    );
    assert.equal(service.datastore.head.revision, revision);
  });

  it('refuse it in a replace of the slice and of what is above it', async () => {
    const other = { 'slice-id': 's', ...leaves, sd: '010204' };
    const parts = [`${slice}/sd`, '"010203"', '"010204"'];
    await refused(set({ replace: [update(slice, { ...leaves, sd: '010204' })] }), 'FAILED_PRECONDITION', ...parts);
    const site = { ...acme.site.find((each) => each['site-id'] === 'chicago'), slice: [other] };
    await refused(set({ replace: [update(chicago, site)] }), 'FAILED_PRECONDITION', ...parts);
  });

  it('refuse it when the slice is deleted and created in one transaction', async () => {
    const request = { delete: [path(slice)], update: [update(slice, { ...leaves, sst: '2' })] };
    await refused(set(request), 'FAILED_PRECONDITION', `${slice}/sst`);
  });

  it('let the slice be deleted, and created again with another value after that', async () => {
    await set({ delete: [path(slice)] });
    await set({ update: [update(slice, { ...leaves, sst: '2' })] });
  });

  it('let the same value be written again, and everything else be changed', async () => {
    await set({ replace: [update(slice, { ...leaves, 'display-name': 'S' })] });
    await set({ update: [update(`${slice}/default-behavior`, 'ALLOW-ALL')] });
  });

  it('tell nothing to who may not write them', async () => {
    const error = await refused(
      set({ update: [update(`${slice}/sst`, '2')] }, 'acme-planner'),
      'PERMISSION_DENIED',
      'acme-planner',
    );
    assert.ok(!error.details.includes('fixed'), error.details);
  });
});
