// The adapters for SD-Fabric: the controller of a fabric, and the switches that are told of their chassis themselves.

import type { Adapter } from '../../src/southbound/adapter.ts';
import { controllerAdapter } from './controller-adapter.ts';
import { switchAdapter } from './switch-adapter.ts';

export const adapters: readonly Adapter[] = [controllerAdapter, switchAdapter];
