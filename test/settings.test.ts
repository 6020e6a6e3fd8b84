// Settings: where values come from, which one wins, and how mistakes are refused.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EdgeconfError } from '../src/errors.ts';
import { describeSettings, isLoopback, loadSettings } from '../src/settings.ts';

describe('settings', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'edgeconf-settings-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const file = (text: string): string => {
    const path = join(folder, 'edgeconf.yaml');
    writeFileSync(path, text);
    return path;
  };
  const refused = (message: RegExp) => (error: unknown) =>
    error instanceof EdgeconfError && error.code === 'INVALID_ARGUMENT' && message.test(error.message);

  it('has safe built-in values: loopback and TLS', () => {
    const settings = loadSettings({ env: {}, file: file('') });
    assert.equal(settings['gnmi.host'], '127.0.0.1');
    assert.equal(settings['gnmi.port'], 9339);
    assert.equal(settings['gnmi.plaintext'], false);
    assert.equal(settings['http.port'], 8080);
    assert.equal(settings.data, './data');
  });

  it('lets the file win over built-in values, the environment over the file, the command line over all', () => {
    const path = file('gnmi:\n  port: 1\nhttp:\n  port: 2\ndata: here\n');
    const settings = loadSettings({
      file: path,
      env: { EDGECONF_HTTP_PORT: '3', EDGECONF_DATA: 'there' },
      override: { data: 'elsewhere' },
    });
    assert.deepEqual([settings['gnmi.port'], settings['http.port'], settings.data], [1, 3, 'elsewhere']);
  });

  it('takes a name with capitals from a variable with underscores', () => {
    const settings = loadSettings({ env: { EDGECONF_COMMIT_DEADLINE_MS: '1234' }, file: file('') });
    assert.equal(settings['commit.deadlineMs'], 1234);
  });

  it('refuses a variable that has underscores elsewhere, and leaves those of others alone', () => {
    const load = (env: Record<string, string>) => loadSettings({ env, file: file('') });
    assert.throws(
      () => load({ EDGECONF_GNMI_LEAFLISTUPDATE: 'replace' }),
      refused(/^EDGECONF_GNMI_LEAFLISTUPDATE is not a setting; write EDGECONF_GNMI_LEAF_LIST_UPDATE$/),
    );
    load({
      EDGECONF_CORE_PASSWORD: 'x',
      EDGECONF_SERVICE_HOST: '10.0.0.1',
      EDGECONF_PORT_9339_TCP: 'tcp://10.0.0.1:9339',
    });
  });

  it('cannot be changed after it is loaded', () => {
    const settings = loadSettings({ env: {}, file: file('') });
    assert.throws(() => Object.assign(settings, { data: 'x' }), TypeError);
  });

  it('refuses an unknown setting by its full name', () => {
    assert.throws(
      () => loadSettings({ env: {}, file: file('gnmi:\n  prot: 1\n') }),
      refused(/unknown setting gnmi\.prot/),
    );
  });

  it('refuses a port that is no number, and says what it must be', () => {
    assert.throws(
      () => loadSettings({ env: { EDGECONF_GNMI_PORT: 'many' }, file: file('') }),
      refused(/EDGECONF_GNMI_PORT: gnmi\.port is "many"; it must be a whole number/),
    );
  });

  it('refuses a port beyond 65535', () => {
    assert.throws(
      () => loadSettings({ env: { EDGECONF_HTTP_PORT: '70000' }, file: file('') }),
      refused(/http\.port is 70000; a port is at most 65535/),
    );
  });

  it('refuses a file that is not YAML or not a mapping', () => {
    assert.throws(() => loadSettings({ env: {}, file: file('a: [') }), refused(/is not YAML/));
    assert.throws(() => loadSettings({ env: {}, file: file('- a\n') }), refused(/must be a mapping/));
  });

  it('refuses a file that cannot be read, by name', () => {
    assert.throws(() => loadSettings({ env: {}, file: join(folder, 'none.yaml') }), refused(/none\.yaml/));
  });

  it('refuses plaintext on an address that others can reach', () => {
    const text = 'gnmi:\n  host: 0.0.0.0\n  plaintext: true\n';
    assert.throws(() => loadSettings({ env: {}, file: file(text) }), refused(/only allowed on a loopback address/));
  });

  it('knows loopback addresses from others', () => {
    assert.deepEqual(
      ['127.0.0.1', '127.8.9.1', '::1', 'localhost', '0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example'].map(isLoopback),
      [true, true, true, true, false, false, false, false],
    );
  });

  it('takes optional client certificates only with a CA for them', () => {
    const load = (text: string) => loadSettings({ env: {}, file: file(text) });
    assert.equal(load('')['tls.clientCertificates'], 'required');
    assert.equal(
      load('tls:\n  clientCa: ca.pem\n  clientCertificates: optional\n')['tls.clientCertificates'],
      'optional',
    );
    assert.throws(
      () => load('tls:\n  clientCertificates: optional\n'),
      refused(/only asked for one when tls\.clientCa/),
    );
    assert.throws(
      () => load('tls:\n  clientCertificates: maybe\n'),
      refused(/tls\.clientCertificates is "maybe"; it must be required or optional/),
    );
  });

  it('describes every setting with its variable', () => {
    const text = describeSettings();
    for (const name of Object.keys(loadSettings({ env: {}, file: file('') })))
      assert.ok(text.includes(`  ${name} `), name);
    assert.ok(text.includes('EDGECONF_COMMIT_DEADLINE_MS'));
  });
});
