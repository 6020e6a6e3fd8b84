// Every attack of `npm run attacks`, so that none crosses a boundary unseen; and holes that are planted, so that none passes for a wall.

import assert from 'node:assert/strict';
import { everyAttack, runAttacks } from '../../attacks/suite.ts';

const gift = (tenant: string, role: string) => ({ user: [{ name: 'acme-admin', role: [{ tenant, role }] }] });

describe('attacks on the boundaries of tenants and roles', () => {
  it('are many, and each is told apart by its name', () => {
    const names = everyAttack.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name, i) => names.indexOf(name) !== i),
      [],
    );
    assert.ok(names.length >= 150);
  });

  it('are all refused as if the victim were not there, and change nothing of it', async () => {
    const { cases, crossings } = await runAttacks();
    assert.equal(cases, everyAttack.length);
    assert.deepEqual(crossings, []);
  }).timeout(180_000);

  it('cross where a right is given that should not be', async () => {
    const attacks = everyAttack.filter(({ name }) => /^(read|Set): /.test(name));
    const reader = await runAttacks({
      attacks,
      prepare: ({ service }) => service.merge('platform', gift('globex', 'reader')),
    });
    const found = (name: string) => reader.crossings.find((crossing) => crossing.name === name)?.reasons.join() ?? '';
    assert.match(found('read: own target, then another'), /reveals what is secret/);
    assert.match(found('read: all targets'), /without the victim the answer is/);
    const admin = await runAttacks({
      attacks,
      prepare: ({ service }) => service.merge('platform', gift('globex', 'admin')),
    });
    const changed = admin.crossings.filter(({ reasons }) => reasons.join().includes('rows of a victim changed'));
    assert.ok(changed.some(({ name }) => name === 'Set: delete of the root of another target'));
  }).timeout(180_000);
});
