// The commands about documents against a service with a simulated core: what is printed, and with which exit code.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { indented } from '../../src/cli/document-text.ts';
import { type Local, run } from '../../src/cli/program.ts';
import { type CoreService, type CoreUser, startCoreService } from '../southbound-service.ts';

const unused = () => assert.fail('no service is run here');
const local: Local = {
  version: '0',
  ...{ serve: unused, init: unused, recover: unused, verify: unused },
  audit: { verify: unused, export: unused },
};

const CAMERAS = 'device-group/acme-chicago-cameras';
const SITE = '/site[site-id=acme-chicago]';
const GROUP = `${SITE}/device-group[device-group-id=acme-chicago-cameras]`;

describe('the commands about documents', () => {
  let core: CoreService;
  before(async () => {
    core = await startCoreService();
  });
  after(() => core.close());

  /** Exit code and lines, what went to standard error included. */
  async function cli(user: CoreUser, ...args: string[]): Promise<{ code: number; lines: string[] }> {
    const lines: string[] = [];
    const print = (text: string) => lines.push(...text.split('\n'));
    const login = ['-a', `127.0.0.1:${core.service.gnmiPort}`, '--plaintext', '-u', user, '-p', `${user}-secret`];
    const signal = new AbortController().signal;
    const code = await run([...args, ...login], local, { out: print, err: print, signal });
    return { code, lines };
  }

  it('documents: one line each, and how many are in effect', async () => {
    const { code, lines } = await cli('globex-admin', 'documents', '--device', 'core-1');
    assert.equal(code, 0);
    assert.match(lines[0] ?? '', /^device-group\/globex-berlin-cameras on core-1: in-effect, (un)?verified$/);
    assert.equal(lines.at(-1), `${lines.length - 1} of ${lines.length - 1} are in effect`);
    const json = await cli('globex-admin', 'documents', '--json');
    assert.deepEqual(
      json.lines.map((line) => (JSON.parse(line) as { target: string }).target),
      lines.slice(1).map(() => 'globex'),
    );
  });

  it('document: where it comes from and what it says', async () => {
    const { code, lines } = await cli('acme-admin', 'document', 'core-1', CAMERAS);
    assert.equal(code, 0);
    assert.ok(lines.includes(`made from ${GROUP} of target acme`));
    assert.ok(lines.includes('    "ip-domain-name": "acme-chicago-video",'), lines.join('\n'));
    const missing = await cli('acme-admin', 'document', 'core-1', 'device-group/none');
    assert.deepEqual(missing, {
      code: 1,
      lines: ["NOT_FOUND: there is no document 'device-group/none' on device 'core-1' that you may read"],
    });
  });

  it('explain: value, rule, and intent with its values', async () => {
    const leaf = '/ip-domains/0/ue-dnn-qos/dnn-mbr-uplink';
    const { code, lines } = await cli('acme-admin', 'explain', 'core-1', CAMERAS, leaf);
    assert.equal(code, 0);
    const at = lines.indexOf(`${leaf} = 20000000`);
    assert.ok(at > 0, lines.join('\n'));
    assert.ok(lines.slice(at).includes(`    ${GROUP}/mbr/uplink = "20000000"`), lines.join('\n'));
  });

  it('reaches: the documents that a path has a say in; exit code 1 when there is none', async () => {
    const found = await cli('acme-admin', 'reaches', '-t', 'acme', `${GROUP}/mbr/uplink`);
    assert.deepEqual([found.code, found.lines.length], [0, 1]);
    assert.ok(found.lines[0]?.startsWith(`${CAMERAS} on core-1: in-effect`));
    const nothing = await cli('acme-admin', 'reaches', '-t', 'acme', `${SITE}/display-name`);
    assert.deepEqual(nothing, { code: 1, lines: [`${SITE}/display-name reaches no document that you may read`] });
  });

  it('plan: numbered steps, and the bodies when asked', async () => {
    const args = ['plan', '-t', 'acme', '-d', `${SITE}/slice[slice-id=acme-chicago-cameras]`];
    const { code, lines } = await cli('acme-admin', ...args);
    assert.equal(code, 0);
    const steps = lines.filter((line) => /^\d/.test(line));
    assert.deepEqual(steps, [
      '1. core-1: remove network-slice/acme-chicago-cameras',
      `2. core-1: remove ${CAMERAS} after step 1`,
    ]);
    const bodies = await cli('acme-admin', 'plan', '-t', 'acme', `${GROUP}/mbr/uplink`, '19000000', '--bodies');
    assert.ok(
      bodies.lines.some((line) => line.endsWith('"dnn-mbr-uplink": 19000000,')),
      bodies.lines.join('\n'),
    );
    assert.deepEqual(await cli('acme-admin', 'plan', '-t', 'acme', `${SITE}/display-name`, 'Chi'), {
      code: 0,
      lines: ['the change is allowed and valid; no device is sent anything'],
    });
  });

  it('plan is refused like the set', async () => {
    const edit = ['-t', 'acme', `${GROUP}/mbr/uplink`, '-5'];
    const refused = await cli('acme-admin', 'plan', ...edit.slice(0, 3), 'fast');
    assert.equal(refused.code, 1);
    assert.deepEqual(refused, await cli('acme-admin', 'set', ...edit.slice(0, 3), 'fast'));
  });

  it('set --wait tells when the devices have it', async () => {
    const args = ['-t', 'acme', `${GROUP}/mbr/uplink`, '18000000', '--wait'];
    const { code, lines } = await cli('acme-admin', 'set', ...args);
    const { revision } = core.service.datastore.head;
    assert.deepEqual(
      [code, lines],
      [0, [`accepted as revision ${revision}`, `  in effect on the devices as of revision ${revision}`]],
    );
    assert.match(JSON.stringify(core.simulator.deviceGroups.get('acme-chicago-cameras')), /"dnn-mbr-uplink":18000000/);
  });

  it('import and verify-device say who may', async () => {
    const why = "may not execute /device[name=core-1] in target 'platform', which is to";
    assert.deepEqual(await cli('acme-admin', 'verify-device', 'core-1'), {
      code: 1,
      lines: [`PERMISSION_DENIED: user 'acme-admin' ${why} read everything back from it`],
    });
    assert.deepEqual(await cli('acme-admin', 'import', 'core-1', '-t', 'acme', '--option', 'site=x'), {
      code: 1,
      lines: [`PERMISSION_DENIED: user 'acme-admin' ${why} import what it holds`],
    });
    assert.equal((await cli('boss', 'import', 'core-1', '-t', 'acme', '--option', 'site')).code, 1);
  });
});

describe('indented', () => {
  it('lays JSON out without reading its numbers', () => {
    assert.equal(
      indented('{"a":[1,9007199254740993],"b":{},"c":[],"d":{"e":"x, \\"y\\": {z}"}}', ''),
      JSON.stringify({ a: [1, 0], b: {}, c: [], d: { e: 'x, "y": {z}' } }, null, 2).replace('0', '9007199254740993'),
    );
  });
});
