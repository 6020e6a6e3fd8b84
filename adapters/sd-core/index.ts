// The adapters for SD-Core: one for cores, one for their user planes.

import type { Adapter } from '../../src/southbound/adapter.ts';
import { coreAdapter } from './core.ts';
import { upfAdapter } from './upf.ts';

export { coreAdapter, coreAdapter as adapter, upfAdapter };

export const adapters: readonly Adapter[] = [coreAdapter, upfAdapter];
