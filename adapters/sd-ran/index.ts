// The SD-RAN adapters: one for each application of its radio controller that edgeconf talks to.

import type { Adapter } from '../../src/southbound/adapter.ts';
import { kpimon } from './kpimon.ts';
import { mlb } from './mlb.ts';
import { pci } from './pci.ts';
import { rsm } from './rsm.ts';

export const adapters: readonly Adapter[] = [rsm, mlb, pci, kpimon];
