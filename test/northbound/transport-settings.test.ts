// The settings of the listener: what does not fit together is refused before anything is opened.

import assert from 'node:assert/strict';
import { EdgeconfError } from '../../src/errors.ts';
import { loadSettings } from '../../src/settings.ts';

describe('settings of TLS', () => {
  const load = (override: Record<string, string | boolean>) => loadSettings({ file: '/dev/null', env: {}, override });
  const refused = (message: RegExp) => (error: unknown) =>
    error instanceof EdgeconfError && error.code === 'INVALID_ARGUMENT' && message.test(error.message);

  it('serve TLS 1.2 and newer unless told otherwise, and ask for no client certificate', () => {
    const settings = load({});
    assert.deepEqual([settings['tls.minVersion'], settings['tls.clientCa']], ['1.2', '']);
    assert.equal(load({ 'tls.minVersion': '1.3' })['tls.minVersion'], '1.3');
  });

  it('refuse a TLS version that is not offered', () => {
    assert.throws(
      () => load({ 'tls.minVersion': '1.1' }),
      refused(/tls\.minVersion is "1\.1"; it must be 1\.2 or 1\.3/),
    );
  });

  it('refuse a certificate without its key, and a key without its certificate', () => {
    for (const one of ['tls.certificate', 'tls.key']) {
      assert.throws(() => load({ [one]: 'file.pem' }), refused(/tls\.certificate and tls\.key belong together/));
    }
  });

  it('refuse to ask for client certificates without TLS', () => {
    const both = { 'gnmi.plaintext': true, 'tls.clientCa': 'ca.pem' };
    assert.throws(() => load(both), refused(/tls\.clientCa asks for client certificates, and gnmi\.plaintext/));
  });
});
