// Names of certificates as a law: each is found as what it is, and none as anything else.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { certificateNames } from '../../src/access/certificate-names.ts';
import { type Authority, authority } from '../northbound/authority.ts';

const kinds = { dns: 'san-dns', email: 'san-email', url: 'san-uri' } as const;
type Kind = keyof typeof kinds;

describe('the names of a certificate', () => {
  let trusted: Authority;
  before(async () => {
    trusted = await authority('CA');
  });

  it('are those that were put in, each as its own kind, less what cannot be read', async () => {
    // Pieces of what printed certificates look like, and any ASCII.
    const piece = fc.oneof(
      fc.constantFrom(', ', 'DNS:', 'URI:', 'email:', '"', '\\', '/CN=', '\n', '\0', 'a.example', 'spiffe://a/b'),
      fc.string({ unit: fc.nat(127).map((code) => String.fromCharCode(code)), maxLength: 5 }),
    );
    const text = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join('') || 'x');
    const name = fc.record({ type: fc.constantFrom<Kind>('dns', 'email', 'url'), value: text });
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 4 }), text, async (names, common) => {
        const { certificate } = await trusted.issue(common, 10, names);
        const found = await certificateNames(new X509Certificate(certificate).raw);
        const isReadable = (value: string) => /^[\x21-\x7e]+$/.test(value);
        for (const [type, field] of Object.entries(kinds)) {
          const wanted = names.filter((each) => each.type === type && isReadable(each.value)).map(({ value }) => value);
          assert.deepEqual(found.names[field], type === 'dns' ? wanted.map((each) => each.toLowerCase()) : wanted);
        }
        assert.deepEqual(found.names['subject-common-name'], /\p{C}/u.test(common) ? [] : [common]);
      }),
      { numRuns: 60 },
    );
  });

  it('are none of two lists of alternative names, and no common name of two', async () => {
    const lists = ['other.example', 'gate.acme.example'].map((value) => [{ type: 'dns' as const, value }]);
    const { certificate } = await trusted.issue([{ CN: ['one'] }, { CN: ['two'] }], 10, ...lists);
    const { names } = await certificateNames(new X509Certificate(certificate).raw);
    assert.deepEqual(names, { 'subject-common-name': [], 'san-dns': [], 'san-email': [], 'san-uri': [] });
  });
});
