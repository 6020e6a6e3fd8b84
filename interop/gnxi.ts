// gnmi_capabilities, gnmi_get, gnmi_set and gnmi_subscribe of google/gnxi. They name no gNMI target: the service takes the only one of the user.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Checks, dialogue, fails, fresh, prints, repeatSteps, sets, streamSteps } from './check.ts';
import { leaf, site, type Target } from './target.ts';

export function gnxi(folder: string): Checks {
  const command = (name: string): string => join(folder, `gnmi_${name}`);
  const base = (target: Target, password = target.password): string[] => [
    ...['-target_addr', target.address, '-target_name', 'localhost', '-username', target.user, '-password', password],
    ...(target.ca === undefined
      ? ['-notls']
      : ['-ca', target.ca, '-cert', target.pair.certificate, '-key', target.pair.key]),
    '-logtostderr',
  ];
  const get = (encoding: string) => async (target: Target) => {
    const value = fresh();
    await target.change(value);
    await prints(command('get'), [...base(target), '-xpath', leaf, '-encoding', encoding], [new RegExp(value)]);
  };
  const subscribe = (target: Target, ...args: string[]): string[] => [...base(target), '-xpath', leaf, ...args];
  return {
    impossible: ({ transport }) =>
      transport === 'plaintext' ? 'it refuses to send a user name and password without TLS' : undefined,
    capabilities: (target) => prints(command('capabilities'), base(target), [/0\.10\.0/, /JSON_IETF/]),
    'get json': get('JSON'),
    'get json_ietf': get('JSON_IETF'),
    'get proto': get('PROTO'),
    'set update': async (target) => {
      const value = fresh();
      await sets(target, command('set'), [...base(target), '-update', `${leaf}:${value}`], value);
    },
    'set replace': async (target) => {
      const value = fresh();
      const file = join(tmpdir(), `${value}.json`);
      await writeFile(file, JSON.stringify(value));
      await sets(target, command('set'), [...base(target), '-replace', `${leaf}:@${file}`], value);
    },
    'set delete': async (target) => {
      await prints(command('set'), [...base(target), '-delete', leaf], [/DELETE/]);
      assert.equal(await target.read(leaf), undefined);
    },
    'refused set': (target) =>
      fails(command('set'), [...base(target), '-update', `${site}/nothing:1`], /NotFound.*nothing/s),
    'wrong password': (target) => fails(command('capabilities'), base(target, 'wrong'), /Unauthenticated/),
    once: async (target) => {
      const value = fresh();
      await target.change(value);
      await prints(command('subscribe'), subscribe(target, '-once'), [new RegExp(value)]);
    },
    on_change: async (target) =>
      dialogue(command('subscribe'), subscribe(target, '-stream_on_change'), await streamSteps(target)),
    sample: async (target) =>
      dialogue(command('subscribe'), subscribe(target, '-sample_interval', '1000000000'), await repeatSteps(target)),
  };
}
