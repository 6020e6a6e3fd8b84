// What every adapter's reasons must be: complete, without effect on the document, and true of every single leaf of intent.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Snapshot } from '../../src/datastore/snapshot.ts';
import type { Model } from '../../src/schema/model.ts';
import { decodeKey, isRankKey, type RowKey } from '../../src/schema/row-key.ts';
import { type Adapter, type Device, type DocumentRef, documentText } from '../../src/southbound/adapter.ts';
import { intentView, noReads } from '../../src/southbound/intent/intent-view.ts';
import { partitionOf } from '../../src/southbound/intent/partition.ts';
import { plainly } from '../../src/southbound/questions/because.ts';
import {
  type ExplainedLeaf,
  type Explanation,
  explain,
  type IntentRead,
  reasonsAround,
} from '../../src/southbound/questions/explain.ts';
import { type Plain, snapshotOf } from '../southbound/intent.ts';

export interface ExplainSubject {
  readonly adapter: Adapter;
  readonly model: Model;
  readonly device: Device;
  /** Together they make every kind of document, with every leaf that it can have. */
  readonly intents: readonly Plain[];
  /** How many changes of single leaves are tried; default 150. */
  readonly changes?: number;
}

/** Declares the suite for one adapter. */
export function explainSuite(name: string, { adapter, model, device, intents, changes = 150 }: ExplainSubject): void {
  const documentsIn = (intent: Snapshot): DocumentRef[] => {
    const root = intentView(intent, model.root, noReads());
    const partition = partitionOf(adapter, model.root);
    const parts = partition === undefined ? [root] : root.list(partition);
    return parts.flatMap((part) => adapter.list(part, device));
  };
  const explained = (intent: Snapshot, ref: DocumentRef): Explanation =>
    explain({ adapter, device, ref, intent, root: model.root });

  describe(`reasons: ${name}`, () => {
    const snapshots = intents.map((intent) => snapshotOf('acme', model, 1, intent));

    it('change nothing of any document', () => {
      for (const intent of snapshots) {
        const refs = documentsIn(intent);
        assert.ok(refs.length > 0, 'the intent needs no document');
        for (const ref of refs) {
          const plain = adapter.render(intentView(intent, model.root, noReads()), device, ref, plainly);
          const { body, leaves } = explained(intent, ref);
          assert.equal(documentText(body), documentText(plain), ref.id);
          assert.ok(leaves.length > 0, `${ref.id} has no leaves`);
        }
      }
    });

    it('say a rule for every leaf', () => {
      for (const intent of snapshots) {
        for (const ref of documentsIn(intent)) {
          const without = explained(intent, ref).leaves.filter(({ reason }) => reason.rule === '');
          assert.deepEqual(
            without.map(({ path }) => path),
            [],
            `${ref.id}: leaves outside of every because`,
          );
        }
      }
    });

    it('name every leaf of intent that a leaf of a document depends on', () => {
      const known = new Map<Snapshot, ReturnType<typeof explainAll>>();
      const someChange = fc.nat(snapshots.length - 1).chain((which) => {
        const before = snapshots[which];
        return before === undefined ? fc.constant(undefined) : changeOfOneLeaf(before).map((to) => ({ which, ...to }));
      });
      fc.assert(
        fc.property(someChange, (change) => {
          const before = snapshots[change?.which ?? 0];
          if (change === undefined || before === undefined) return;
          const { key, value } = change;
          const after = before.with([{ key, before: before.get(key)?.value, after: value }], 2);
          const old = known.get(before) ?? explainAll(before);
          known.set(before, old);
          const fresh = explainAll(after);
          for (const [id, leaves] of old) {
            const others = fresh.get(id);
            if (others !== undefined) checkTrue(id, key, leaves, others);
          }
        }),
        { numRuns: changes },
      );
    });

    /** By id; what cannot be listed or rendered is left out: such a commit is refused. */
    function explainAll(intent: Snapshot): Map<string, Map<string, ExplainedLeaf>> {
      const all = new Map<string, Map<string, ExplainedLeaf>>();
      for (const ref of orRefused(() => documentsIn(intent)) ?? []) {
        const found = orRefused(() => {
          const explanation = explained(intent, ref);
          documentText(explanation.body);
          return explanation;
        });
        if (found !== undefined) all.set(ref.id, new Map(found.leaves.map((leaf) => [leaf.path, leaf])));
      }
      return all;
    }

    function checkTrue(
      id: string,
      key: RowKey,
      before: ReadonlyMap<string, ExplainedLeaf>,
      after: ReadonlyMap<string, ExplainedLeaf>,
    ): void {
      for (const path of new Set([...before.keys(), ...after.keys()])) {
        const [old, fresh] = [before.get(path), after.get(path)];
        if (old !== undefined && fresh !== undefined && documentText(old.value) === documentText(fresh.value)) continue;
        const sides = [old, fresh].filter((leaf) => leaf !== undefined);
        const named = sides.some(({ reason }) =>
          [...reasonsAround(reason)].some(({ intent }) => intent.some((read) => covers(read, key))),
        );
        const changed = JSON.stringify(decodeKey(model.root, key).map(({ node, keys }) => [node.name, keys]));
        assert.ok(named, `${id}: ${path} changed with ${changed}, which none of its reasons names`);
      }
    }
  });
}

/** Whether a change of the row is a change of what was read. */
function covers({ kind, key }: IntentRead, changed: RowKey): boolean {
  return kind === 'subtree' ? changed.startsWith(key) : kind === 'leaf' && key === changed;
}

/** Another value for a leaf that is no key, or none: a value that such a leaf has elsewhere, or one of its kind. */
function changeOfOneLeaf(before: Snapshot): fc.Arbitrary<{ key: RowKey; value: string | undefined }> {
  const nodeOf = (key: RowKey) => decodeKey(before.model.root, key).at(-1)?.node;
  const rows = [...before.subtree('')].filter(({ key }) => !isRankKey(key) && nodeOf(key)?.isKey !== true);
  return fc.constantFrom(...rows).chain(({ key, value }) => {
    const elsewhere = rows.filter((row) => nodeOf(row.key) === nodeOf(key)).map((row) => row.value);
    const others = [...new Set([...elsewhere, ...otherValues(value)])].filter((other) => other !== value);
    return fc.constantFrom(undefined, ...others).map((other) => ({ key, value: other }));
  });
}

/** Values of the same kind as this RFC 7951 text. */
function otherValues(text: string): string[] {
  if (text === 'true') return ['false'];
  if (text === 'false') return ['true'];
  if (/^[0-9]+$/.test(text)) return [String(Number(text) + 1)];
  if (/^"[0-9]+"$/.test(text)) return [`"${BigInt(text.slice(1, -1)) + 1n}"`];
  return [];
}

/** Intent that the model would refuse may fail in any way. */
function orRefused<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
