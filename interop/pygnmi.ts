// pygnmi in a Python environment, through interop/pygnmi_client.py, which prints what the library returns.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { packageRoot } from '../src/package-root.ts';
import { type Checks, dialogue, fails, fresh, prints, repeatSteps, sets, streamSteps } from './check.ts';
import { leaf, site, type Target } from './target.ts';

export function pygnmi(folder: string): Checks {
  const command = join(folder, 'python');
  const call = (target: Target, mode: string, ...args: string[]): string[] => [
    join(packageRoot, 'interop/pygnmi_client.py'),
    JSON.stringify({
      address: target.address.split(':'),
      user: target.user,
      password: target.password,
      ca: target.ca,
      certificate: target.certificate,
      key: target.key,
    }),
    mode,
    ...args,
  ];
  const get = (encoding: string) => async (target: Target) => {
    const value = fresh();
    await target.change(value);
    await prints(command, call(target, 'get', leaf, encoding), [new RegExp(value)]);
  };
  return {
    capabilities: (target) => prints(command, call(target, 'capabilities'), [/0\.10\.0/, /json_ietf/]),
    'get json': get('json'),
    'get json_ietf': get('json_ietf'),
    'get proto': get('proto'),
    'set update': async (target) => {
      const value = fresh();
      await sets(target, command, call(target, 'update', leaf, value), value);
    },
    'set replace': async (target) => {
      const value = fresh();
      await sets(target, command, call(target, 'replace', leaf, value), value);
    },
    'set delete': async (target) => {
      await prints(command, call(target, 'delete', leaf), [/DELETE/]);
      assert.equal(await target.read(leaf), undefined);
    },
    'refused set': (target) => fails(command, call(target, 'update', `${site}/nothing`, '1'), /NOT_FOUND.*nothing/s),
    'wrong password': (target) =>
      fails(command, call({ ...target, password: 'wrong' }, 'capabilities'), /UNAUTHENTICATED/),
    once: async (target) => {
      const value = fresh();
      await target.change(value);
      await prints(command, call(target, 'once', leaf), [new RegExp(value), /sync_response/]);
    },
    poll: async (target) => dialogue(command, call(target, 'poll', leaf), await streamSteps(target)),
    on_change: async (target) =>
      dialogue(command, call(target, 'stream', leaf, 'on_change'), await streamSteps(target)),
    sample: async (target) => dialogue(command, call(target, 'stream', leaf, 'sample'), await repeatSteps(target)),
    target_defined: async (target) =>
      dialogue(command, call(target, 'stream', leaf, 'target_defined'), await streamSteps(target)),
    heartbeat: async (target) =>
      dialogue(command, call(target, 'heartbeat', leaf, 'on_change'), await repeatSteps(target)),
  };
}
