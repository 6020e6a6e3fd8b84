// What the slice manager is to be told of a site: documents and bodies, numbers, shares, and what cannot be done.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { rsm } from '../../../adapters/sd-ran/rsm.ts';
import type { EdgeconfError } from '../../../src/errors.ts';
import { plainly } from '../../../src/southbound/questions/because.ts';
import { documents, NODE, radioIntent, ranDevice, rootOf, SECOND_NODE, siteOf } from './fixture.ts';

describe('onos-rsm: documents of a site', () => {
  const bodies = (tree = radioIntent()): Record<string, unknown> =>
    Object.fromEntries([...documents(rsm, tree)].map(([{ id }, body]) => [id, body]));

  it('are a slice for each direction, and an association for each known user', () => {
    const slice = (id: string, weight: string, sliceType: string) => ({
      e2_node_id: NODE,
      slice_id: id,
      scheduler_type: 'SCHEDULER_TYPE_PROPORTIONALLY_FAIR',
      weight,
      sliceType,
    });
    const association = (ue: string, downlink: string, uplink: string) => ({
      e2_node_id: NODE,
      ue_id: [{ ue_id: ue, type: 'UE_ID_TYPE_DU_UE_F1_AP_ID' }],
      dl_slice_id: downlink,
      ul_slice_id: uplink,
      drb_id: '5',
    });
    assert.deepEqual(bodies(), {
      [`ran-slice/${NODE}/1/downlink`]: slice('1', '30', 'SLICE_TYPE_DL_SLICE'),
      [`ran-slice/${NODE}/101/uplink`]: slice('101', '30', 'SLICE_TYPE_UL_SLICE'),
      [`ran-slice/${NODE}/2/downlink`]: slice('2', '40', 'SLICE_TYPE_DL_SLICE'),
      [`ran-slice/${NODE}/102/uplink`]: slice('102', '40', 'SLICE_TYPE_UL_SLICE'),
      [`ue-association/${NODE}/1240/5`]: association('1240', '1', '101'),
      [`ue-association/${NODE}/1241/5`]: association('1241', '2', '102'),
    });
  });

  it('come from the slice or the device, and serve the node and the groups of the slice', () => {
    const refs = rsm.list(siteOf(radioIntent()), ranDevice());
    assert.deepEqual(refs[0], {
      kind: 'ran-slice',
      id: `ran-slice/${NODE}/2/downlink`,
      source: ['site', 'berlin', 'slice', 'control'],
      dependsOn: [],
      serves: [
        ['site', 'berlin', 'e2-node', NODE],
        ['site', 'berlin', 'device-group', 'robots'],
      ],
      uses: [
        { pool: `ran-slice ${NODE}`, amount: 1, number: 2 },
        { pool: `weight ${NODE}`, amount: 40 },
      ],
    });
    assert.deepEqual(refs[1]?.uses, [{ pool: `ran-slice ${NODE}`, amount: 0, number: 2 }]);
    assert.deepEqual(refs.at(-1), {
      kind: 'ue-association',
      id: `ue-association/${NODE}/1241/5`,
      source: ['site', 'berlin', 'device', 'robot'],
      dependsOn: [`ran-slice/${NODE}/2/downlink`, `ran-slice/${NODE}/102/uplink`],
    });
  });

  it('are the same for every node in service, and none for one that is not, or for another controller', () => {
    const nodes = [{ 'e2-node-id': NODE }, { 'e2-node-id': SECOND_NODE }];
    const tree = radioIntent({ nodes });
    const ids = Object.keys(bodies(tree));
    assert.equal(ids.filter((id) => id.includes(NODE)).length, 4);
    assert.equal(ids.filter((id) => id.includes(SECOND_NODE)).length, 4);
    const off = radioIntent({ nodes: [{ 'e2-node-id': NODE, enable: false }] });
    assert.deepEqual(bodies(off), {});
    assert.deepEqual(rsm.list(siteOf(tree), ranDevice({ endpoints: ['grpc://other.example'] })), []);
    assert.deepEqual(rsm.endpoints(siteOf(tree)), ['grpc://rsm.example:5150']);
  });

  it('wait for their numbers, which the service is asked for', () => {
    const tree = radioIntent({ numbers: [] });
    assert.deepEqual(bodies(tree), {});
    assert.deepEqual(rsm.allocations?.(siteOf(tree), ranDevice()), [
      {
        source: ['site', 'berlin', 'slice', 'control'],
        pool: `ran-slice ${NODE}`,
        first: 1,
        last: 99,
        number: undefined,
      },
      {
        source: ['site', 'berlin', 'slice', 'video'],
        pool: `ran-slice ${NODE}`,
        first: 1,
        last: 99,
        number: undefined,
      },
    ]);
    const numbers = rsm.allocations?.(siteOf(radioIntent()), ranDevice()).map(({ number }) => number);
    assert.deepEqual(numbers, [2, 1]);
  });

  it('are refused for a number that a node does not have', () => {
    const tree = radioIntent({ numbers: [1, 100] });
    const [ref] = rsm.list(siteOf(tree), ranDevice());
    assert.ok(ref);
    assert.throws(
      () => rsm.render(rootOf(tree), ranDevice(), ref, plainly),
      (error: EdgeconfError) =>
        error.code === 'FAILED_PRECONDITION' &&
        error.message ===
          `slice control, allocation[device=d][pool=ran-slice ${NODE}]/number 100: numbers of slices on an E2 node are 1 ` +
            'to 99; choose one of these, or leave it to the service',
    );
  });

  it('are nothing for a slice without a share', () => {
    assert.deepEqual(bodies(radioIntent({ weights: [0, 0] })), {});
  });
});

describe('onos-rsm: limits and gaps', () => {
  it('a node has 79 percent for slices, and 99 numbers', () => {
    assert.equal(rsm.capacity?.(ranDevice(), `weight ${NODE}`), 79);
    assert.equal(rsm.capacity?.(ranDevice(), `ran-slice ${NODE}`), 99);
    assert.equal(rsm.capacity?.(ranDevice(), 'other'), undefined);
  });

  it('says which devices are nobody in the radio network, and that cells are told nothing', () => {
    assert.deepEqual(rsm.gaps?.(siteOf(radioIntent()), ranDevice()), [
      {
        source: ['site', 'berlin', 'device', 'meter'],
        reason:
          'SD-RAN offers no mapping from an IMSI to a UE of the DU: the device gets the share of its slice once an e2-node ' +
          'has a ue entry for it',
      },
      {
        source: ['site', 'berlin', 'small-cell', 'hall-1'],
        reason: 'SD-RAN takes neither the tracking area of a cell nor whether it is in service: only the core is told',
      },
    ]);
  });

  it('says which shares are not kept', () => {
    const tree = radioIntent() as { site: [{ slice: { xapp?: object; 'slice-id': string }[] }] };
    for (const slice of tree.site[0].slice) slice.xapp = { 'rrm-min': 20, 'rrm-max': 50, 'rrm-dedicated': 5 };
    const reasons = rsm
      .gaps?.(siteOf(tree as never), ranDevice())
      .filter(({ source }) => source[2] === 'slice')
      .map(({ source, reason }) => `${source[3]}: ${reason.split(':')[0]}`);
    const upper = 'SD-RAN has no upper bound for the share of a slice';
    const idle = 'SD-RAN lends the idle share of a slice to others';
    assert.deepEqual(
      reasons,
      ['control', 'guest', 'video'].flatMap((id) => [`${id}: ${upper}`, `${id}: ${idle}`]),
    );
  });

  it('says what users notice', () => {
    const [slice, , , , association] = rsm.list(siteOf(radioIntent()), ranDevice());
    assert.ok(slice !== undefined && association?.kind === 'ue-association');
    const texts = [slice, association].map((ref) =>
      [
        [undefined, {}],
        [{}, { weight: '1' }],
        [{}, undefined],
      ].map(([before, after]) => rsm.interruption?.(ref, before, after)),
    );
    assert.deepEqual(texts, [
      [
        undefined,
        'the node schedules the slice anew; sessions go on',
        'devices of the slice share what the node has left for everybody',
      ],
      [
        undefined,
        undefined,
        'none at once: SD-RAN cannot take a device out of a slice, it keeps the share until it detaches or the slice goes',
      ],
    ]);
  });

  it('has nothing to say where it is not asked', () => {
    assert.deepEqual(rsm.gaps?.(siteOf(radioIntent({ nodes: [] })), ranDevice()), []);
    assert.deepEqual(rsm.gaps?.(siteOf(radioIntent()), ranDevice({ endpoints: [] })), []);
  });
});
