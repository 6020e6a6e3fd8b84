// Keeps the service's log out of the test report; mocha loads it before all tests.

import { setLogLevel } from '../src/log.ts';

export const mochaHooks = {
  beforeAll(): void {
    setLogLevel('silent');
  },
};
