// gnmi_cli of openconfig/gnmi.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Checks, dialogue, fails, fresh, prints, repeatSteps, sets, streamSteps } from './check.ts';
import { leaf, type Target } from './target.ts';

const elems = 'elem{name:"site" key{key:"site-id" value:"acme-chicago"}} elem{name:"display-name"}';
const query = '/site[site-id=acme-chicago]/display-name';

export function gnmiCli(folder: string): Checks {
  const command = join(folder, 'gnmi_cli');
  const base = (target: Target): string[] => [
    ...['-a', target.address, '-t', 'acme', '-with_user_pass', '-timeout', '10s'],
    ...(target.ca === undefined ? ['-insecure'] : ['-ca_crt', target.ca]),
    ...(target.certificate ? ['-client_crt', target.certificate, '-client_key', target.key ?? ''] : []),
  ];
  const login = (target: Target, password = target.password) => ({ GNMI_USER: target.user, GNMI_PASS: password });
  const get = (encoding: string) => async (target: Target) => {
    const value = fresh();
    await target.change(value);
    const proto = `prefix{target:"acme"} path{${elems}} encoding:${encoding}`;
    await prints(command, [...base(target), '-get', '-proto', proto], [new RegExp(value)], login(target));
  };
  const set = (target: Target, operation: string): string[] => [
    ...base(target),
    ...['-set', '-proto', `prefix{target:"acme"} ${operation}`],
  ];
  const subscribe = (target: Target, ...args: string[]): string[] => [...base(target), '-q', query, ...args];
  return {
    capabilities: (target) =>
      prints(command, [...base(target), '-capabilities'], [/0\.10\.0/, /JSON_IETF/], login(target)),
    'get json': get('JSON'),
    'get json_ietf': get('JSON_IETF'),
    'get proto': get('PROTO'),
    'set update': async (target) => {
      const value = fresh();
      const operation = `update{path{${elems}} val{string_val:"${value}"}}`;
      await sets(target, command, set(target, operation), value, login(target));
    },
    'set replace': async (target) => {
      const value = fresh();
      const operation = `replace{path{${elems}} val{json_ietf_val:"\\"${value}\\""}}`;
      await sets(target, command, set(target, operation), value, login(target));
    },
    'set delete': async (target) => {
      await prints(command, set(target, `delete{${elems}}`), [/DELETE/], login(target));
      assert.equal(await target.read(leaf), undefined);
    },
    'refused set': (target) =>
      fails(
        command,
        set(target, 'update{path{elem{name:"nothing"}} val{int_val:1}}'),
        /NotFound.*nothing/s,
        login(target),
      ),
    'wrong password': (target) =>
      fails(command, [...base(target), '-capabilities'], /Unauthenticated/, login(target, 'wrong')),
    once: async (target) => {
      const value = fresh();
      await target.change(value);
      await prints(command, subscribe(target, '-qt', 'once'), [new RegExp(value)], login(target));
    },
    poll: async (target) =>
      dialogue(command, subscribe(target, '-qt', 'polling', '-pi', '1s'), await streamSteps(target), login(target)),
    target_defined: async (target) =>
      dialogue(command, subscribe(target, '-qt', 'streaming'), await streamSteps(target), login(target)),
    sample: async (target) => {
      const list = `subscribe{prefix{target:"acme"} subscription{path{${elems}} mode:SAMPLE sample_interval:1000000000}}`;
      await dialogue(
        command,
        [...base(target), '-qt', 'streaming', '-dt', 'proto', '-proto', list],
        await repeatSteps(target),
        login(target),
      );
    },
    on_change: async (target) => {
      const list = `subscribe{prefix{target:"acme"} subscription{path{${elems}} mode:ON_CHANGE}}`;
      await dialogue(
        command,
        [...base(target), '-qt', 'streaming', '-dt', 'proto', '-proto', list],
        await streamSteps(target),
        login(target),
      );
    },
  };
}
