// Laws of the slice documents: whatever intent was before, the controller ends with what intent says now, within its limits.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { rsm } from '../../../adapters/sd-ran/rsm.ts';
import { startSdRanSimulator } from '../../../adapters/sd-ran/simulator/simulator.ts';
import { CU } from '../../../adapters/sd-ran/simulator/world.ts';
import { Stage } from '../../southbound/stage.ts';
import { aether, documents, NODE, radioIntent, SECOND_NODE, siteOf, type Wanted } from './fixture.ts';

const devices = ['camera', 'robot', 'meter', 'spare'];
const user = fc.record({ ue: fc.constantFrom(1240, 1241), device: fc.constantFrom(...devices) });
const node = (id: string) =>
  fc.record({
    'e2-node-id': fc.constant(id),
    enable: fc.boolean(),
    'scheduler-type': fc.constantFrom('round-robin', 'proportionally-fair', 'qos-based'),
    users: fc.uniqueArray(user, { selector: ({ ue }) => ue }),
  });
/** Intents that the model accepts, with numbers as the service gives them. */
const wanted: fc.Arbitrary<Wanted> = fc
  .record({
    numbers: fc.constantFrom([1, 2], [3, 4], [1, 99]),
    weights: fc.tuple(fc.nat(39), fc.nat(40)),
    nodes: fc.tuple(node(NODE), node(SECOND_NODE)).chain((both) => fc.subarray([...both])),
  })
  .map(({ nodes, ...rest }) => ({
    ...rest,
    // A user is on one node at a time.
    nodes: nodes.map(({ users, ...leaves }, i) => ({
      ...leaves,
      ue: (i === 0 ? users : []).map(({ ue, device }) => ({ 'du-ue-f1ap-id': ue, 'drb-id': 5, device })),
    })),
  }));

type Body = Readonly<Record<string, string>>;

/** Slices as `<node> <number>: <direction> <scheduler> <weight> <users>`, made from documents alone. */
function expected(given: Wanted): string[] {
  const all = [...documents(rsm, radioIntent(given))];
  const associations = all.filter(([{ kind }]) => kind === 'ue-association');
  return all
    .filter(([{ kind }]) => kind === 'ran-slice')
    .map(([, body]) => {
      const { e2_node_id: at, slice_id: number, scheduler_type, weight, sliceType } = body as Body;
      const member = sliceType === 'SLICE_TYPE_DL_SLICE' ? 'dl_slice_id' : 'ul_slice_id';
      const users = associations
        .filter(([, other]) => (other as Body).e2_node_id === at && (other as Body)[member] === number)
        .map(([{ id }]) => id.split('/').at(-2));
      const schedulers = ['ROUND_ROBIN', 'PROPORTIONALLY_FAIR', 'QOS_BASED'];
      const scheduler = schedulers.indexOf((scheduler_type ?? '').replace('SCHEDULER_TYPE_', ''));
      return `${at} ${number}: ${sliceType === 'SLICE_TYPE_DL_SLICE' ? 0 : 1} ${scheduler} ${weight} ${users.sort()}`;
    })
    .sort();
}

describe('onos-rsm laws', () => {
  it('documents are one of a kind, within the limits of a node, and each in a slice that is there', () => {
    fc.assert(
      fc.property(wanted, (given) => {
        const tree = radioIntent(given);
        const refs = [...documents(rsm, tree).keys()];
        const ids = new Set(refs.map(({ id }) => id));
        assert.equal(ids.size, refs.length);
        const used = new Map<string, number>();
        for (const { pool, amount } of refs.flatMap(({ uses = [] }) => uses)) {
          used.set(pool, (used.get(pool) ?? 0) + amount);
        }
        for (const [pool, amount] of used) {
          assert.ok(amount <= (rsm.capacity?.({} as never, pool) ?? 0), `${pool}: ${amount}`);
        }
        for (const { dependsOn } of refs) for (const id of dependsOn) assert.ok(ids.has(id), id);
        const numbers = rsm.allocations?.(siteOf(tree), { name: 'd', endpoints: ['grpc://rsm.example:5150'] } as never);
        assert.equal(refs.filter(({ kind }) => kind === 'ran-slice').length, 2 * (numbers ?? []).length);
      }),
    );
  });

  it('the controller ends with what intent says, whatever it said before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(wanted, { minLength: 2, maxLength: 4 }), async (steps) => {
        const users = ['1240', '1241'].map((duUeF1apId) => ({ cu: CU, duUeF1apId, drbs: [5] }));
        const simulator = await startSdRanSimulator({ nodes: [CU, NODE, SECOND_NODE], users });
        const stage = await Stage.open({ targets: ['acme'], model: aether, adapters: [rsm] });
        const device = {
          name: 'd',
          kind: 'onos-rsm',
          address: simulator.address,
          endpoint: ['grpc://rsm.example:5150'],
        };
        stage.intent.force({ platform: { device: [device] } });
        await stage.start();
        try {
          for (const step of steps) {
            // A device that attaches anew may come up on another node.
            for (const attached of simulator.state.users) delete attached.du;
            await stage.intent.commit({ acme: radioIntent(step) });
            await stage.reconciler.settled();
            const held = [...simulator.slices].flatMap(([at, items]) =>
              items.map(
                ({ id, type, scheduler, weight, users: inIt }) =>
                  `${at} ${id}: ${type} ${scheduler} ${weight} ${inIt.map(({ ue }) => ue).sort()}`,
              ),
            );
            // Who is in no slice now may still be in the one that it was in: nothing takes a user out.
            const wantedUsers = expected(step);
            assert.deepEqual(held.map(withoutUsers).sort(), wantedUsers.map(withoutUsers));
            for (const line of wantedUsers) {
              const [slice = '', listed = ''] = parts(line);
              const there = parts(held.find((other) => withoutUsers(other) === slice) ?? '')[1] ?? '';
              for (const ue of listed.split(',').filter(Boolean))
                assert.ok(there.split(',').includes(ue), `${ue} in ${slice}`);
            }
          }
        } finally {
          await stage.close();
          await simulator.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});

function parts(line: string): string[] {
  const at = line.lastIndexOf(' ');
  return [line.slice(0, at), line.slice(at + 1)];
}

function withoutUsers(line: string): string {
  return parts(line)[0] ?? '';
}
