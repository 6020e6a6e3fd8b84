// What intent would have to say for one document of a fabric to be as it was found.

import type { Device, DocumentRef, IntentEdit, IntentNode, Json, Proposal } from '../../../src/southbound/adapter.ts';
import { DBUF, REPORT, UP4 } from '../fabric-documents.ts';
import { membersOf } from '../onos/json.ts';
import { BASE } from '../tenant-documents.ts';
import { baseSliceEdits, dbufEdits, hostEdits, reportEdits, up4Edits } from './apps.ts';
import { Unsayable } from './sayable.ts';
import { basicEdits, routingEdits } from './switches.ts';

/** Nothing is proposed for a document that no intent can say, or that shares what it says with others. */
export function adopt(intent: IntentNode, device: Device, ref: DocumentRef, actual: Json): Proposal {
  try {
    return { edits: editsOf(intent, device, ref, actual), leftOver: [] };
  } catch (error) {
    if (!(error instanceof Unsayable)) throw error;
    return { edits: [], leftOver: [{ document: ref.id, reason: error.message }] };
  }
}

function editsOf(intent: IntentNode, device: Device, { id, source }: DocumentRef, actual: Json): readonly IntentEdit[] {
  const [list, key = ''] = source;
  if (list === 'host') return hostEdits(id.slice('hosts/'.length, -'/basic'.length), actual);
  if (list === 'switch' && id.endsWith('/basic')) return basicEdits(key, actual);
  if (list === 'switch' && id.endsWith('/segmentrouting')) {
    const { edits, pair } = routingEdits(key, actual, device);
    const said = intent.entry('switch', key)?.leaf('switch-pair', 'paired-switch');
    if (pair?.other !== said) throw new Unsayable('a pair concerns two switches: change it in the intent of both');
    return edits;
  }
  if (id === BASE) return baseSliceEdits(actual);
  if (id === UP4) return up4Edits(actual).edits;
  if (id === DBUF) return dbufEdits(actual);
  if (id === REPORT) return [...thresholdsGone(intent, actual), ...reportEdits(actual)];
  throw new Unsayable('what it says is shared with other documents, so it is to be changed in the intent by hand');
}

/** Thresholds of intent that are not there. */
function thresholdsGone(intent: IntentNode, actual: Json): IntentEdit[] {
  const there = membersOf(membersOf(actual).queueReportLatencyThresholds);
  const gone = intent
    .container('report')
    .list('queue-threshold')
    .filter(({ keys }) => !Object.hasOwn(there, keys[0] ?? ''));
  return gone.map(({ keys }) => ({ path: [{ name: 'report' }, { name: 'queue-threshold', keys }], value: undefined }));
}
