// The attack matrix: every RPC that the running service tells of by reflection, for every ready-made role, in every tenant.

import assert from 'node:assert/strict';
import { accessRows } from './matrix/access.ts';
import { auditRows } from './matrix/audit.ts';
import { gnmiRows } from './matrix/gnmi.ts';
import { callers, type Place, places, type Row, type Rows } from './matrix/row.ts';
import { southboundRows } from './matrix/southbound.ts';
import { type Stage, startStage } from './matrix/stage.ts';
import { callRpc, describeServer, type Rpc } from './reflection.ts';

/** One entry for each service; each has a file of its own in `matrix/`. */
const matrix: Rows = { ...accessRows, ...auditRows, ...gnmiRows, ...southboundRows };

describe('the attack matrix', () => {
  let stage: Stage;
  let rpcs: readonly Rpc[];
  before(async () => {
    stage = await startStage();
    rpcs = await describeServer(stage.client);
  });
  after(() => stage.close());

  it('has rows for every RPC that reflection tells of, and for no other', () => {
    const names = rpcs.map(({ name }) => name).sort();
    assert.ok(names.length >= 4);
    const withRows = Object.keys(matrix).filter((name) => (matrix[name]?.length ?? 0) > 0);
    assert.deepEqual(
      names.filter((name) => !withRows.includes(name)),
      [],
      'RPCs without a row',
    );
    assert.deepEqual(
      withRows.filter((name) => !names.includes(name)),
      [],
      'rows without an RPC',
    );
  });

  for (const [name, rows] of Object.entries(matrix)) {
    for (const row of rows) {
      it(`${name}: ${row.title}`, async () => {
        const rpc = rpcs.find((each) => each.name === name);
        assert.ok(rpc, `${name} is not served`);
        for (const place of places) assert.deepEqual(await answersOf(rpc, row, place), expected(row, place), place);
      });
    }
  }

  async function answersOf(rpc: Rpc, row: Row, place: Place): Promise<Record<string, unknown>> {
    const given: Record<string, unknown> = {};
    for (const caller of callers) {
      const { revision } = stage;
      const credentials = stage.credentialsOf(caller);
      const { code, messages } = await callRpc(stage.client, rpc, row.requests(place), credentials, row.isEnough);
      given[caller] = code === 'OK' ? [...new Set(row.shows?.(messages) ?? [])].sort() : code;
      if (code !== 'OK') assert.equal(stage.revision, revision, `${caller} was refused, and yet something changed`);
      if (stage.revision !== revision) await stage.restore();
    }
    return given;
  }
});

/** A place of which a row says nothing is one that nobody has a right to. */
function expected(row: Row, place: Place): Record<string, unknown> {
  const nobody = Object.fromEntries(
    callers.map((caller) => [caller, caller === 'unauthenticated' ? 'UNAUTHENTICATED' : 'PERMISSION_DENIED']),
  );
  const answers = Object.entries(row.answers[place] ?? nobody);
  return Object.fromEntries(
    answers.map(([caller, answer]) => [caller, Array.isArray(answer) ? [...answer].sort() : answer]),
  );
}
