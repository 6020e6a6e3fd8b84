// `edgeconf access` against a service: what is printed, and with which exit code.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Local, run } from '../../src/cli/program.ts';
import { startService, type TestService } from '../service.ts';

const unused = () => assert.fail('no service is run here');
const local: Local = {
  version: '0',
  ...{ serve: unused, init: unused, recover: unused, verify: unused },
  audit: { verify: unused, export: unused },
};

describe('edgeconf access', () => {
  let service: TestService;
  let folder: string;
  before(async () => {
    service = await startService();
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-cli-'));
    await service.merge('acme', { application: [{ 'application-id': 'cams', address: '10.0.0.1/32' }] });
  });
  after(async () => {
    await service.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Exit code and lines, what went to standard error included. */
  async function cli(user: string, ...args: string[]): Promise<{ code: number; lines: string[] }> {
    const lines: string[] = [];
    const print = (text: string) => lines.push(...text.split('\n'));
    const login = ['-a', service.address, '--plaintext', '-u', user, '-p', `${user}-secret`];
    const signal = new AbortController().signal;
    const code = await run(['access', ...args, ...login], local, { out: print, err: print, signal });
    return { code, lines };
  }

  const cams = '/application[application-id=cams]';

  it('check: allowed with exit code 0, denied and in part with 1, and the rule that decides', async () => {
    assert.deepEqual(await cli('acme-planner', 'check', 'update', cams, '-t', 'acme'), {
      code: 0,
      lines: [
        `allowed: acme-planner may update ${cams} in acme`,
        '  by rule applications of role planner, given for tenant acme: allow /application',
      ],
    });
    assert.deepEqual(await cli('acme-planner', 'check', 'read', '/', '-t', 'acme'), {
      code: 1,
      lines: [
        'in part: acme-planner may read / in acme, but not all below it',
        '  see rule applications of role planner, given for tenant acme: allow /application (a part of it)',
      ],
    });
    const denied = ['denied: globex-admin may not read /site in acme; no rule allows it'];
    assert.deepEqual(await cli('operator', 'check', 'read', '/site', '-t', 'acme', '--of', 'globex-admin'), {
      code: 1,
      lines: denied,
    });
    assert.deepEqual(await cli('globex-admin', 'check', 'read', '/site', '-t', 'acme'), { code: 1, lines: denied });
  });

  it('check --json: the whole answer', async () => {
    const { code, lines } = await cli('nobody', 'check', 'read', '/', '-t', 'acme', '--json');
    assert.deepEqual([code, JSON.parse(lines.join('\n'))], [1, { verdict: 'DENIED', rules: [] }]);
  });

  it('who-can: users with the rule that allows it; exit code 1 for nobody', async () => {
    assert.deepEqual(await cli('operator', 'who-can', 'read', cams, '-t', 'acme'), {
      code: 0,
      lines: [
        'user acme-admin',
        '  by rule all of role admin, given for tenant acme: allow /',
        'user acme-planner',
        '  by rule applications of role planner, given for tenant acme: allow /application',
        'user acme-reader',
        '  by rule all of role reader, given for tenant acme: allow /',
        'user operator',
        '  by rule tenants of role operator, given for all tenants: allow /',
      ],
    });
    assert.deepEqual(await cli('operator', 'who-can', 'read', '/', '-t', 'ghost'), {
      code: 1,
      lines: ['nobody may read / in ghost'],
    });
    const refused = await cli('acme-admin', 'who-can', 'read', '/', '-t', 'acme');
    assert.deepEqual([refused.code, refused.lines.length], [1, 1]);
    assert.match(refused.lines[0] ?? '', /^PERMISSION_DENIED: user 'acme-admin' may ask about nobody else/);
  });

  it('reach: by target and action', async () => {
    assert.deepEqual(await cli('operator', 'reach', '--of', 'acme-planner'), {
      code: 0,
      lines: ['acme: read, create, update, delete, execute', '  /application'],
    });
    assert.deepEqual(await cli('nobody', 'reach'), { code: 0, lines: ['nobody may do nothing'] });
  });

  it('diff: the decisions that a file and deletes would flip', async () => {
    const file = join(folder, 'planned.json');
    await writeFile(file, JSON.stringify({ user: [{ name: 'nobody', role: [{ tenant: 'acme', role: 'planner' }] }] }));
    assert.deepEqual(await cli('operator', 'diff', '-f', file, '-d', '/user[name=acme-reader]/role'), {
      code: 0,
      lines: [
        'user acme-reader in acme loses read at /',
        `  such as ${cams}/address`,
        'user nobody in acme gains read, create, update, delete, execute at /application',
        `  such as ${cams}/address`,
      ],
    });
    assert.deepEqual(await cli('operator', 'diff', '/user[name=nobody]/description', 'Nobody'), {
      code: 0,
      lines: ['no decision changes'],
    });
  });

  it('prove: exit code 0 and the counts for a clean policy', async () => {
    const { code, lines } = await cli('operator', 'prove');
    assert.equal(code, 0);
    assert.equal(lines[0], 'staff: user operator reaches all tenants as operator');
    assert.match(lines[1] ?? '', /^revision \d+: 80 questions decided, no crossing$/);
    assert.equal(lines.length, 2);
  });

  it('test --generate: tests at the boundaries, which then hold, once each; a change of the policy makes them fail', async () => {
    const file = join(folder, 'policy-tests.yaml');
    await writeFile(
      file,
      '# What we promised to Acme.\n- user: acme-planner\n  action: read\n  target: acme\n  path: /site\n  expect: deny\n',
    );
    const made = await cli('operator', 'test', '--generate', file);
    assert.equal(made.code, 0);
    const count = Number(/^(\d+) tests added/.exec(made.lines[0] ?? '')?.[1]);
    const text = await readFile(file, 'utf8');
    assert.match(text, /^# What we promised to Acme\.\n- user: acme-planner\n/);
    for (const entry of [
      '# inside\n- user: acme-planner\n  action: read\n  target: acme\n  path: /application[application-id=example]/display-name\n  expect: allow\n',
      '# crossing\n- user: acme-admin\n  action: read\n  target: globex\n  path: /traffic-class[traffic-class-id=example]/display-name\n  expect: deny\n',
      '# outside\n- user: acme-reader\n  action: create\n',
    ]) {
      assert.ok(text.includes(entry), `${entry} is not in\n${text}`);
    }
    assert.deepEqual(await cli('operator', 'test', file), {
      code: 0,
      lines: [`${count + 1} policy tests, ${count + 1} as expected, 0 failed`],
    });
    assert.match((await cli('operator', 'test', '--generate', file)).lines[0] ?? '', /^0 tests added/);
    assert.equal(await readFile(file, 'utf8'), text);

    await service.merge('platform', { user: [{ name: 'acme-admin', role: [{ tenant: 'globex', role: 'reader' }] }] });
    const { code, lines } = await cli('operator', 'test', file);
    assert.equal(code, 1);
    assert.deepEqual(lines, [
      `FAILED ${file}: acme-admin, read /traffic-class[traffic-class-id=example]/display-name in globex: expected deny, found allow`,
      '  by rule all of role reader, given for tenant globex: allow /',
      `${count + 1} policy tests, ${count} as expected, 1 failed`,
    ]);
  });

  it('prove: a crossing with its requests and rules, and exit code 1', async () => {
    await service.merge('globex', { application: [{ 'application-id': 'lab', address: '10.0.0.2/32' }] });
    const { code, lines } = await cli('operator', 'prove');
    assert.equal(code, 1);
    assert.deepEqual(lines.slice(-5, -2), [
      'CROSSING: user acme-admin of acme and globex can act in target globex of globex',
      '  read /application[application-id=lab]/address',
      '  by rule all of role reader, given for tenant globex: allow /',
    ]);
    assert.match(lines.at(-1) ?? '', /: 80 questions decided, 2 crossings$/);
  });

  it('test: says what is wrong in a file before anything is asked', async () => {
    const file = join(folder, 'wrong.yaml');
    const tell = async (text: string) => {
      await writeFile(file, text);
      const { code, lines } = await cli('operator', 'test', file);
      assert.equal(code, 1);
      return lines.join('\n').replaceAll(file, 'FILE');
    };
    const rest = 'action: read, target: acme, path: /';
    assert.match(await tell('- [a'), /^INVALID_ARGUMENT: FILE is not YAML: /);
    assert.equal(
      await tell('user: a'),
      'INVALID_ARGUMENT: FILE: write a list of tests, each with user or groups, action, target, path and expect',
    );
    assert.equal(await tell(`- {${rest}, expect: allow}`), 'INVALID_ARGUMENT: FILE, test 1: name a user, or groups');
    assert.equal(
      await tell(`- {user: a, ${rest}, expect: yes}`),
      "INVALID_ARGUMENT: FILE, test 1: expect is allow or deny, not 'yes'",
    );
    assert.equal(
      await tell(`- {user: a, ${rest}, expects: allow}`),
      "INVALID_ARGUMENT: FILE, test 1: there is no member 'expects'; write user, groups, action, target, path, expect",
    );
    assert.match(await tell(`- {user: ghost, ${rest}, expect: deny}`), /^NOT_FOUND: there is no user 'ghost'/);
  });
});
