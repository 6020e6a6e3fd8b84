// From one document as a core was found to hold it to the edits after which intent says the same.

import {
  type Because,
  type Device,
  type DocumentRef,
  EdgeconfError,
  type IntentNode,
  type Json,
  type Proposal,
} from '../../../src/southbound/adapter.ts';
import { readBack } from '../read-back.ts';
import { renderDocument } from '../render.ts';
import { adoptGroup } from './adopt-group.ts';
import { adoptSlice } from './adopt-slice.ts';
import { differenceText } from './differences.ts';
import { Draft } from './draft.ts';
import { editedIntent } from './edited-intent.ts';
import { object } from './sayable.ts';

const plainly: Because = (_rule, make) => make();

/** What was found and cannot be said, or belongs to more than this document, is left over: it would be put back. */
export function adopt(intent: IntentNode, device: Device, ref: DocumentRef, actual: Json): Proposal {
  const [, siteId = '', list = '', entryId = ''] = ref.source;
  const site = intent.entry('site', siteId);
  const entry = site?.entry(list, entryId);
  if (site === undefined || entry === undefined) {
    return { edits: [], leftOver: [{ document: ref.id, reason: 'intent has no such entry any more' }] };
  }
  const draft = new Draft();
  const place = { intent, site, draft, path: [{ name: 'site', keys: [siteId] }] };
  try {
    const rendered = (from: IntentNode): Json => readBack(ref, renderDocument(from, device, ref, plainly));
    const before = object(rendered(intent));
    if (ref.kind === 'device-group') adoptGroup(place, entry, object(actual));
    else adoptSlice(place, entry, device, before, object(actual));
    const reason = differenceText(actual, rendered(editedIntent(intent.target, draft.root, intent)));
    const leftOver = reason === undefined ? [] : [{ document: ref.id, reason: `it would still be changed: ${reason}` }];
    return { edits: draft.edits, leftOver };
  } catch (error) {
    if (!(error instanceof EdgeconfError)) throw error;
    return { edits: [], leftOver: [{ document: ref.id, reason: error.message }] };
  }
}
