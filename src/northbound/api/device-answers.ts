// What needs a device to be asked as a whole: reading everything back, and the intent that its content amounts to.

import { EdgeconfError } from '../../errors.ts';
import type * as proto from '../../proto/southbound.ts';
import { textElems } from '../../schema/path.ts';
import { proposedTree } from '../../southbound/questions/proposal-json.ts';
import type { Caller } from '../caller.ts';
import { DocumentSight } from './document-sight.ts';
import { type SouthboundDeps, targetFacts } from './southbound-deps.ts';
import * as message from './southbound-messages.ts';

/** @throws EdgeconfError PERMISSION_DENIED; see Reconciler.verify for more. */
export async function verifyDevice(
  { engine, datastore }: SouthboundDeps,
  caller: Caller,
  { device = '' }: proto.VerifyRequest,
): Promise<proto.VerifyResponse> {
  const sight = new DocumentSight(caller, (target) => datastore.snapshot(target));
  sight.requireDevice(device, 'execute', 'read everything back from it');
  const { checked, notVerifiable, foreign, drift } = await engine.verify(device, caller.signal);
  const facts = targetFacts(datastore);
  const shown = drift.filter(({ target }) => sight.seesAll({ device, target }));
  return {
    ...{ checked, not_verifiable: notVerifiable, foreign },
    drift: shown.map((each) => message.driftMessage(each, facts)),
    unnamed_drift: drift.length - shown.length,
  };
}

/** @throws EdgeconfError PERMISSION_DENIED; FAILED_PRECONDITION when there is no way to tell; see Reconciler.found for more. */
export async function importDevice(
  { engine, datastore, access }: SouthboundDeps,
  caller: Caller,
  { device = '', target = '', options = {} }: proto.ImportRequest,
): Promise<proto.ImportResponse> {
  const sight = new DocumentSight(caller, (name) => datastore.snapshot(name));
  sight.requireDevice(device, 'execute', 'import what it holds');
  caller.grants.requireTarget(target);
  const model = datastore.snapshot(target)?.model;
  if (model === undefined) throw new EdgeconfError('UNAVAILABLE', `target '${target}' is not loaded yet`);
  access.budgets.request()(target);
  const found = await engine.found(device, caller.signal);
  const proposal = engine.questions.takeOver(device, model.id, found, options);
  const { json, deletes } = proposedTree(model.root, proposal);
  const whole = json === undefined ? [] : [{ path: {}, val: { json_ietf_val: Buffer.from(json) } }];
  return {
    change: {
      prefix: { target },
      delete: deletes.map((path) => ({ elem: textElems(path).map(({ name, key }) => ({ name, key: { ...key } })) })),
      update: whole,
    },
    left_over: proposal.leftOver.map(({ document, reason }) => ({ document, reason })),
    found: found.length,
  };
}
