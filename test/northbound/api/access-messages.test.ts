// Paths in answers: what the service writes it also reads back, as the same.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { reachMessage } from '../../../src/northbound/api/access-messages.ts';
import { askedByQuestion } from '../../../src/northbound/api/asked.ts';
import { parsePath } from '../../../src/proto/path-text.ts';
import { type PathQuery, resolveQuery } from '../../../src/schema/path.ts';
import type { SchemaNode } from '../../../src/schema/schema-node.ts';
import { siteModel } from '../../access/fixture.ts';

/** A random walk down the schema, with keys of any characters, some of them open. */
const query: fc.Arbitrary<PathQuery> = fc
  .array(fc.tuple(fc.nat(20), fc.option(fc.string({ unit: 'binary', minLength: 1 }), { nil: undefined })), {
    maxLength: 4,
  })
  .map((steps) => {
    const found: { node: SchemaNode; keys: (string | undefined)[] }[] = [];
    let node = siteModel.root;
    for (const [n, key] of steps) {
      const children = [...node.children.values()];
      const child = children[n % Math.max(1, children.length)];
      if (child === undefined) break;
      // A star would be read as an open key, and is one for every rule.
      found.push({
        node: child,
        keys: child.keys.map(() => (key === '*' ? undefined : child.name === 'port' ? '7' : key)),
      });
      node = child;
    }
    return found;
  });

describe('paths in answers about access', () => {
  it('are read back as the same nodes and keys', () => {
    fc.assert(
      fc.property(query, (asked) => {
        const target = { name: 'acme', tenant: 'acme', root: siteModel.root, snapshot: () => undefined };
        const { regions } = reachMessage({ target, actions: ['read'], regions: [{ query: asked, except: [] }] });
        const { elem = [] } = parsePath(regions?.[0]?.path ?? '');
        const elems = elem.map(({ name = '', key = {} }) => ({ name, key }));
        assert.deepEqual(resolveQuery(siteModel.root, elems), [asked]);
      }),
    );
  });
});

describe('what a question asks for, for the audit log', () => {
  it('is told as the client named it, cut when it is long', () => {
    const question = { action: 'read', target: 'acme', path: '/site' };
    assert.equal(askedByQuestion(question), 'read /site in target acme');
    const subject = { user: 'ghost', groups: ['visitors'] };
    assert.equal(askedByQuestion({ ...question, subject }), 'about ghost, about visitors, read /site in target acme');
    assert.equal(askedByQuestion({ subject }), 'about ghost, about visitors');
    assert.equal(askedByQuestion({ ...question, path: 'x'.repeat(10_000) }).length, 300);
  });
});
