// Which documents there are, one of them in full, why its leaves are as they are, and which ones a part of intent reaches.

import { PLATFORM } from '../../access/platform-target.ts';
import { EdgeconfError } from '../../errors.ts';
import { parsePath } from '../../proto/path-text.ts';
import type * as proto from '../../proto/southbound.ts';
import type { Path } from '../../schema/path.ts';
import { encodeKey, type RowKey } from '../../schema/row-key.ts';
import { inSlices, Slices } from '../../slices.ts';
import { driftPolicy, readCare, usualCare } from '../../southbound/device/device-care.ts';
import type { DocumentStatus } from '../../southbound/document-status.ts';
import type { ExplainedLeaf } from '../../southbound/questions/explain.ts';
import { isWithin } from '../../southbound/questions/json-pointer.ts';
import type { Caller } from '../caller.ts';
import { defaultLimits } from '../gnmi/limits.ts';
import { joinPaths } from '../gnmi/request-path.ts';
import { resolveQueries } from '../gnmi/resolve.ts';
import { instancesOf, seenLeaves, sightOf } from '../gnmi/sight.ts';
import { Targets } from '../gnmi/targets.ts';
import { longestName, lookOf } from './document-look.ts';
import { lastChange } from './last-change.ts';
import { partOf } from './part-of-document.ts';
import type { SouthboundDeps } from './southbound-deps.ts';
import * as message from './southbound-messages.ts';

/** Documents in one message of an answer that comes in parts. */
const DOCUMENTS_PER_PART = 500;

export async function* listDocuments(
  deps: SouthboundDeps,
  caller: Caller,
  { device = '', target = '' }: proto.ListDocumentsRequest,
): AsyncIterable<proto.ListDocumentsResponse> {
  if (target !== '') caller.grants.requireTarget(target);
  const look = lookOf(deps, caller);
  const slices = new Slices();
  let documents: proto.Document[] = [];
  for (const name of device === '' ? deps.engine.questions.devices() : [device]) {
    for (const status of byId(deps.engine.documents(name))) {
      await slices.next();
      if (target !== '' && status.target !== target) continue;
      if (!look.sees(name, status)) continue;
      look.count(status.target);
      documents.push(look.message(name, status));
      if (documents.length < DOCUMENTS_PER_PART) continue;
      yield { documents };
      documents = [];
    }
  }
  if (documents.length > 0) yield { documents };
}

/** @throws EdgeconfError NOT_FOUND for a document that is not there, or that the caller may not know of. */
export async function getDocument(
  deps: SouthboundDeps,
  caller: Caller,
  request: proto.GetDocumentRequest,
): Promise<proto.GetDocumentResponse> {
  const look = lookOf(deps, caller);
  const { status, unit } = look.find(request);
  const { device = '', document = '', ask_device: asks = false } = request;
  const about = { device, target: status.target, ref: status.ref, reads: unit?.reads };
  const answer = { document: look.message(device, status), partial: !look.sight.seesAll(about) };
  if (!look.sight.seesAll(about)) {
    if (unit?.desired === undefined || unit.fault !== undefined) return answer;
    const { body, leaves } = deps.engine.questions.explain(unit);
    const seen = new Set(leaves.filter((leaf) => look.sight.seesLeaf(about, leaf)).map(({ path }) => path));
    return { ...answer, desired: message.bodyText(partOf(body, (path) => seen.has(path))) };
  }
  const isTaken = status.status === 'in-effect' || status.status === 'drifted';
  const desired = message.bodyText(unit?.desired?.body);
  return {
    ...answer,
    desired,
    acknowledged: isTaken ? desired : '',
    drift_policy: policyFor(deps, device, status),
    ...(unit === undefined ? {} : await lastChange(deps.datastore, unit)),
    ...(asks ? await asked(deps, caller, { device, document, readsDevice: look.sight.readsDevice(device) }) : {}),
  };
}

/** What is done when the device is found to hold something else. */
function policyFor({ datastore }: SouthboundDeps, device: string, { target, ref }: DocumentStatus): string {
  const platform = datastore.snapshot(PLATFORM);
  const care = platform === undefined ? usualCare : readCare(platform, platform.model.root, device);
  return driftPolicy(care, target, ref.source);
}

/** What the device holds now, or why that is not known: the rest of the answer is worth having in any case. */
async function asked(
  { engine }: SouthboundDeps,
  { signal }: Caller,
  { device, document, readsDevice }: { device: string; document: string; readsDevice: boolean },
): Promise<Pick<proto.GetDocumentResponse, 'acknowledged' | 'actual' | 'actual_error' | 'differences'>> {
  try {
    const { acknowledged, actual, differences } = await engine.actual(device, document, signal);
    return {
      acknowledged: message.bodyText(acknowledged),
      actual: message.bodyText(actual),
      differences: differences.map(message.differenceMessage),
    };
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    const { code, message: words } = EdgeconfError.from(thrown);
    // Why a device is away may be told by what it was last asked for others.
    const shown = code !== 'UNAVAILABLE' || readsDevice;
    return { actual_error: shown ? words : `device '${device}' does not answer at the moment` };
  }
}

/**
 * @throws EdgeconfError NOT_FOUND as `getDocument`, and for a leaf that the document does not have; FAILED_PRECONDITION when
 *   it cannot be rendered from what intent says.
 */
export function explainDocument(
  deps: SouthboundDeps,
  caller: Caller,
  request: proto.ExplainRequest,
): proto.ExplainResponse {
  const look = lookOf(deps, caller);
  const { status, unit } = look.find(request);
  const { device = '', document = '', leaf = '' } = request;
  if (unit === undefined) {
    throw new EdgeconfError('NOT_FOUND', `no intent asks for document '${document}' any more; it is being removed`);
  }
  const about = { ...unit, device };
  if (unit.fault !== undefined && !look.sight.seesAll(about)) {
    const why = 'only who may read all that it is made from is told why';
    throw new EdgeconfError('FAILED_PRECONDITION', `document '${document}' cannot be made of what intent says; ${why}`);
  }
  const { leaves } = deps.engine.questions.explain(unit);
  const shown = leaves.filter(
    (each) => isWithin(leaf === '/' ? '' : leaf, each.path) && look.sight.seesLeaf(about, each),
  );
  if (shown.length === 0 && leaf !== '')
    throw noLeaf(
      document,
      leaf,
      leaves.filter((each) => look.sight.seesLeaf(about, each)),
    );
  return {
    document: look.message(device, status),
    ...message.explainedMessage(unit.target, shown, (read) => look.sight.reads(unit.target, read)),
    partial: !look.sight.seesAll(about),
  };
}

function noLeaf(document: string, leaf: string, leaves: readonly ExplainedLeaf[]): EdgeconfError {
  const some = leaves.slice(0, 10).map(({ path }) => path);
  const more = leaves.length > some.length ? ` and ${leaves.length - some.length} more` : '';
  const known = some.length === 0 ? 'you may read none of its leaves' : `it has ${some.join(', ')}${more}`;
  return new EdgeconfError('NOT_FOUND', `document '${document}' has no leaf ${leaf.slice(0, longestName)}; ${known}`);
}

/** @throws EdgeconfError like a Get of the path. */
export async function* reachOf(
  deps: SouthboundDeps,
  caller: Caller,
  { target = '', path: text = '' }: proto.ReachRequest,
): AsyncIterable<proto.ReachResponse> {
  const [request] = joinPaths({ target }, [parsePath(text === '' ? '/' : text)], defaultLimits);
  if (request === undefined) return;
  const snapshot = new Targets(deps.datastore, caller.grants, deps.access.budgets.request()).snapshot(request);
  const keys: RowKey[] = [];
  const slices = new Slices();
  for (const query of resolveQueries(snapshot.model, request)) {
    const sight = sightOf(caller.grants, snapshot.target, query, { config: true });
    for (const path of instancesOf(snapshot, query)) {
      for (const { key } of seenLeaves(snapshot, path, sight)) {
        keys.push(key);
        await slices.next();
      }
      // A leaf without a value may have been looked for.
      if (isLeaf(path) && sight !== 'nothing' && (sight === 'all' || sight(path))) keys.push(encodeKey(path));
    }
  }
  const units = await inSlices(deps.engine.questions.known.readersOf(snapshot.target, keys), slices);
  const look = lookOf(deps, caller);
  let documents: proto.Document[] = [];
  const lists: proto.ReachedList[] = [];
  for (const unit of units) {
    await slices.next();
    if (unit.kind === 'list') {
      lists.push(...look.list(unit));
      continue;
    }
    const status = deps.engine.document(unit.device, unit.ref.id);
    if (status === undefined || !look.sight.sees(unit)) continue;
    documents.push(look.message(unit.device, status));
    if (documents.length < DOCUMENTS_PER_PART) continue;
    yield { documents };
    documents = [];
  }
  if (documents.length + lists.length > 0) yield { documents, lists };
}

function isLeaf(path: Path): boolean {
  const kind = path.at(-1)?.node.kind;
  return kind === 'leaf' || kind === 'leaf-list';
}

function byId(documents: readonly DocumentStatus[]): DocumentStatus[] {
  return [...documents].sort((a, b) => (a.ref.id < b.ref.id ? -1 : 1));
}
