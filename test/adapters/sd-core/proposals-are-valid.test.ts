// Checks that proposals of the sd-core adapter are intent that the real model takes, and that it then says what was found.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { coreAdapter } from '../../../adapters/sd-core/index.ts';
import { type Datastore, openDatastore } from '../../../src/datastore/datastore.ts';
import { readModels } from '../../../src/datastore/model-folder.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { documentText, type FoundDocument } from '../../../src/southbound/adapter.ts';
import { intentView, noReads } from '../../../src/southbound/intent/intent-view.ts';
import { plainly } from '../../../src/southbound/questions/because.ts';
import { arbitraryCore } from './arbitrary-core.ts';
import { ALIKE_IDS, arbitraryIntent, type Tree } from './arbitrary-intent.ts';
import { core } from './fixture.ts';
import { changedByOthers } from './foreign-hand.ts';
import { documents, edited, view } from './rendered.ts';

const MODULES: Readonly<Record<string, string>> = {
  site: 'edgeconf-site',
  application: 'edgeconf-application',
  'traffic-class': 'edgeconf-traffic-class',
};

describe('sd-core proposals', () => {
  const device = core({ endpoints: ['http://core5g.acme.example/config'] });
  let folder: string;
  let datastore: Datastore;

  const replace = (target: string, json: string) =>
    datastore.commit({
      author: 'test',
      edits: [{ target, edits: [{ op: 'replace', path: [], json }] }],
      authorize: () => {},
    });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edgeconf-proposals-'));
    const models = await readModels(join(packageRoot, 'models'));
    datastore = await openDatastore({ folder, models, plan: async () => {}, workers: 1 });
    const target = { name: 'acme', tenant: 'acme', model: 'aether', 'model-version': '2.1' };
    const platform = { 'edgeconf-platform:tenant': [{ name: 'acme' }], 'edgeconf-platform:target': [target] };
    await replace('platform', JSON.stringify(platform));
  });

  after(async () => {
    await datastore.close();
    await rm(folder, { recursive: true });
  });

  /** Commits a tree to an empty target, since some leaves are fixed once they are there, and renders it with the real schema. */
  const committed = async (tree: Tree): Promise<Map<string, string>> => {
    const qualified = Object.entries(tree).map(([name, list]) => [`${MODULES[name]}:${name}`, list]);
    await replace('acme', '{}');
    await replace('acme', JSON.stringify(Object.fromEntries(qualified)));
    const snapshot = datastore.snapshot('acme');
    assert.ok(snapshot);
    const intent = intentView(snapshot, snapshot.model.root, noReads());
    const refs = intent.list('site').flatMap((site) => [...coreAdapter.list(site, device)]);
    return new Map(
      refs.map((ref) => {
        const body = coreAdapter.render(intent, device, ref, plainly);
        return [ref.id, documentText(coreAdapter.readBack?.(device, ref, body) ?? null)];
      }),
    );
  };

  const holds = async (found: readonly FoundDocument[]): Promise<void> => {
    const proposal = coreAdapter.inverse?.takeOver(device, found, {});
    assert.ok(proposal);
    const rendered = await committed(edited({}, proposal.edits));
    const leftOver = new Set(proposal.leftOver.map(({ document }) => document));
    for (const { id, body } of found) if (!leftOver.has(id)) assert.equal(rendered.get(id), documentText(body), id);
  };

  const printed = (tree: Tree): FoundDocument[] =>
    documents(tree, device).map(({ ref, body }) => {
      return { kind: ref.kind, id: ref.id, body: coreAdapter.readBack?.(device, ref, body) ?? null };
    });

  it('are valid for whatever this adapter has put on a core', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryIntent(ALIKE_IDS), (tree) => holds(printed(tree))),
      { numRuns: 30 },
    );
  });

  it('are valid for whatever others have put on a core', async () => {
    await fc.assert(fc.asyncProperty(arbitraryCore, holds), { numRuns: 60 });
  });

  it('are valid for whatever can be adopted', async () => {
    let adopted = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryIntent(ALIKE_IDS), fc.nat(), async (tree, n) => {
        const all = documents(tree, device);
        const { ref, body } = all[n % all.length] ?? assert.fail('there is a slice at least');
        const actual = changedByOthers(ref.kind, coreAdapter.readBack?.(device, ref, body) ?? null, n);
        const proposal = coreAdapter.inverse?.adopt(view(tree), device, ref, actual);
        if (proposal === undefined || proposal.leftOver.length > 0) return;
        const rendered = await committed(edited(tree, proposal.edits));
        assert.equal(rendered.get(ref.id), documentText(actual), ref.id);
        adopted += 1;
      }),
      { numRuns: 100 },
    );
    assert.ok(adopted > 20, `only ${adopted} were adopted`);
  });
});
