// gnmic of openconfig/gnmic.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Checks, dialogue, fails, fresh, prints, repeatSteps, sets, streamSteps } from './check.ts';
import { inTerminal } from './dialogue.ts';
import { leaf, site, type Target } from './target.ts';

export function gnmic(folder: string): Checks {
  const command = join(folder, 'gnmic');
  const base = (target: Target, password = target.password): string[] => [
    ...['-a', target.address, '-u', target.user, '-p', password, '--timeout', '10s'],
    ...(target.ca === undefined ? ['--insecure'] : ['--tls-ca', target.ca]),
    ...(target.certificate ? ['--tls-cert', target.certificate, '--tls-key', target.key ?? ''] : []),
  ];
  const get = (encoding: string) => async (target: Target) => {
    const value = fresh();
    await target.change(value);
    await prints(
      command,
      [...base(target), '-e', encoding, 'get', '--target', 'acme', '--path', leaf],
      [new RegExp(value)],
    );
  };
  const set = (target: Target, ...args: string[]): string[] => [...base(target), 'set', '--target', 'acme', ...args];
  const subscribe = (target: Target, ...args: string[]): string[] => [
    ...base(target),
    ...['subscribe', '--target', 'acme', '--path', leaf, ...args],
  ];
  return {
    capabilities: (target) =>
      prints(command, [...base(target), 'capabilities'], [/0\.10\.0/, /JSON_IETF/, /edgeconf-site/]),
    'get json': get('json'),
    'get json_ietf': get('json_ietf'),
    'get proto': get('proto'),
    'set update': async (target) => {
      const value = fresh();
      await sets(target, command, set(target, '--update-path', leaf, '--update-value', value), value);
    },
    'set replace': async (target) => {
      const value = fresh();
      await sets(target, command, set(target, '--replace', `${leaf}:::json_ietf:::${value}`), value);
    },
    'set delete': async (target) => {
      await prints(command, set(target, '--delete', leaf), [/DELETE/]);
      assert.equal(await target.read(leaf), undefined);
    },
    'refused set': (target) =>
      fails(command, set(target, '--update-path', `${site}/nothing`, '--update-value', '1'), /NotFound.*nothing/s),
    'wrong password': (target) => fails(command, [...base(target, 'wrong'), 'capabilities'], /Unauthenticated/),
    once: async (target) => {
      const value = fresh();
      await target.change(value);
      await prints(command, subscribe(target, '--mode', 'once'), [new RegExp(value)]);
    },
    poll: async (target) => {
      const [before, after] = [fresh(), fresh()];
      await target.change(before);
      // It asks which target and which subscription to poll, on a terminal.
      await dialogue(...inTerminal(command, subscribe(target, '--mode', 'poll')), [
        { sees: new RegExp(before) },
        { sees: /select target to poll/, next: () => target.change(after), types: '\r' },
        { sees: /select subscription to poll/, types: '\r' },
        { sees: new RegExp(after) },
      ]);
    },
    on_change: async (target) =>
      dialogue(command, subscribe(target, '--stream-mode', 'on-change'), await streamSteps(target)),
    sample: async (target) =>
      dialogue(command, subscribe(target, '--stream-mode', 'sample', '-i', '1s'), await repeatSteps(target)),
    target_defined: async (target) =>
      dialogue(command, subscribe(target, '--stream-mode', 'target-defined'), await streamSteps(target)),
    heartbeat: async (target) =>
      dialogue(
        command,
        subscribe(target, '--stream-mode', 'on-change', '--heartbeat-interval', '1s'),
        await repeatSteps(target),
      ),
    depth: async (target) => {
      const args = (...more: string[]): string[] => [
        ...base(target),
        'get',
        '--target',
        'acme',
        '--path',
        site,
        ...more,
      ];
      await prints(command, args(), [/imsi-definition/, /display-name|site-id/]);
      await prints(command, args('--depth', '1'), [/site-id/, /^(?![\s\S]*imsi-definition)/]);
    },
    'commit confirm': async (target) => {
      const [value, id] = [fresh(), fresh()];
      const update = ['--update-path', leaf, '--update-value', value];
      const request = ['--commit-id', id, '--commit-request', '--rollback-duration', '60s'];
      await sets(target, command, set(target, ...request, ...update), value);
      await sets(target, command, set(target, '--commit-id', id, '--commit-confirm'), value);
      const cancelled = fresh();
      const second = ['--commit-id', cancelled, '--commit-request', '--rollback-duration', '60s'];
      await sets(
        target,
        command,
        set(target, ...second, '--update-path', leaf, '--update-value', cancelled),
        cancelled,
      );
      await sets(target, command, set(target, '--commit-id', cancelled, '--commit-cancel'), value);
    },
    history: async (target) => {
      const [before, after] = [fresh(), fresh()];
      await target.change(before);
      const then = new Date().toISOString();
      await target.change(after);
      await prints(command, subscribe(target, '--mode', 'once', '--history-snapshot', then), [new RegExp(before)]);
    },
  };
}
