// Linking libyang's schema dump.

import assert from 'node:assert/strict';
import { findChild, hasRow, linkSchema, type SchemaNode, schemaPath } from '../../src/schema/schema-node.ts';
import { container, leaf, list, root } from './fixture.ts';

function node(...segments: string[]): SchemaNode {
  let found = root;
  for (const segment of segments) found = found.children.get(segment) as SchemaNode;
  return found;
}

describe('schema node', () => {
  it('names its module only where it changes', () => {
    assert.equal(node('edge:system').segment, 'edge:system');
    assert.equal(node('edge:system', 'mtu').segment, 'mtu');
    assert.equal(node('edge:system', 'extra:color').segment, 'extra:color');
    assert.equal(node('extra:tools', 'x').segment, 'x');
    assert.equal(schemaPath(node('edge:system', 'clock', 'zone')), '/edge:system/clock/zone');
  });

  it('knows its parent and, in a list, its keys in schema order', () => {
    const port = node('edge:device', 'port');
    assert.deepEqual(
      port.keys.map((key) => key.name),
      ['slot', 'gain'],
    );
    assert.ok(port.keys.every((key) => key.isKey && key.parent === port));
    assert.equal(port.children.get('speed')?.isKey, false);
  });

  it('does not take a leaf of another module for the key of the same name', () => {
    const top = linkSchema([list('l', ['id'], [leaf('id', 'string', { module: 'extra' }), leaf('id', 'string')])]);
    const entry = top.children.get('edge:l');
    assert.deepEqual(
      entry?.keys.map((key) => key.segment),
      ['id'],
    );
    assert.equal(entry?.children.get('extra:id')?.isKey, false);
    assert.equal(entry?.children.get('id')?.isKey, true);
  });

  it('has rows when it is a leaf, leaf-list, presence container or anydata', () => {
    const names = ['text', 'dns', 'notes', 'raw'];
    assert.ok(names.every((name) => hasRow(node('edge:values', name))));
    assert.ok(hasRow(node('edge:system', 'ntp')));
    assert.ok(!hasRow(node('edge:system')));
    assert.ok(!hasRow(node('edge:device')));
    assert.ok(!hasRow(root));
  });

  it('tells whether defaults stand below without a list or presence container between', () => {
    assert.ok(root.hasDefaultsBelow);
    assert.ok(node('edge:system').hasDefaultsBelow);
    assert.ok(node('edge:device', 'radio').hasDefaultsBelow);
    assert.ok(!node('edge:device-group').hasDefaultsBelow);
    const behind = linkSchema([
      container('c', [container('p', [leaf('d', 'string', { defaults: ['"x"'] })], { presence: true })]),
    ]);
    assert.ok(!behind.hasDefaultsBelow);
    assert.ok(behind.children.get('edge:c')?.children.get('p')?.hasDefaultsBelow);
  });

  it('is conditional below a container with a when, but not inside a list entry or presence container that exists', () => {
    const inner = leaf('d', 'string');
    const top = linkSchema([
      container('plain', [inner], { when: true }),
      container('presence', [inner], { when: true, presence: true }),
      list('many', ['k'], [leaf('k', 'string'), inner], { when: true }),
    ]);
    const conditional = (segment: string): boolean | undefined =>
      top.children.get(segment)?.children.get('d')?.conditional;
    assert.equal(conditional('edge:plain'), true);
    assert.equal(conditional('edge:presence'), false);
    assert.equal(conditional('edge:many'), false);
  });

  it('is found by segment, by module and name, and by a bare name that is unique', () => {
    const system = node('edge:system');
    assert.equal(findChild(root, 'system'), system);
    assert.equal(findChild(root, 'edge:system'), system);
    assert.equal(findChild(system, 'edge:mtu'), system.children.get('mtu'));
    assert.equal(findChild(system, 'color'), system.children.get('extra:color'));
    assert.equal(findChild(system, 'name'), system.children.get('name'));
    assert.equal(findChild(system, 'extra:mtu'), undefined);
    assert.equal(findChild(system, 'nothing'), undefined);
  });

  it('is ambiguous by a bare name that only other modules use, more than one', () => {
    const top = linkSchema([
      container('c', [leaf('x', 'string', { module: 'm1' }), leaf('x', 'string', { module: 'm2' })]),
    ]);
    const c = top.children.get('edge:c') as SchemaNode;
    assert.equal(findChild(c, 'x'), 'ambiguous');
    assert.equal(findChild(c, 'm2:x'), c.children.get('m2:x'));
  });
});
