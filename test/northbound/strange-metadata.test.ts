// Metadata that strangers make up to keep the service busy before it knows who calls.

import assert from 'node:assert/strict';
import { type ServiceError, status } from '@grpc/grpc-js';
import { startService, type TestService } from '../service.ts';

describe('metadata of strangers', () => {
  let service: TestService;
  before(async () => {
    service = await startService();
  });
  after(() => service.close());

  it('cost no more than their length, however many commas are in a name', async function () {
    // A search for the two halves of such a name takes half a second and more.
    this.timeout(20_000);
    const stranger = service.client(','.repeat(60_000), 'x');
    for (let i = 0; i < 100; i++) {
      await assert.rejects(stranger.capabilities({}), (error: ServiceError) => {
        assert.equal(status[error.code], 'UNAUTHENTICATED', error.details);
        return true;
      });
    }
  });
});
