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
import { documentText, type FoundDocument, type Proposal } from '../../../src/southbound/adapter.ts';
import { plainly } from '../../../src/southbound/because.ts';
import { intentView, noReads } from '../../../src/southbound/intent-view.ts';
import { arbitraryCore } from './arbitrary-core.ts';
import { ALIKE_IDS, arbitraryIntent, type Tree } from './arbitrary-intent.ts';
import { core } from './fixture.ts';
import { documents, edited } from './rendered.ts';

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

  /** Commits what is proposed for an empty target, and renders it with the real schema. */
  const committed = async (proposal: Proposal): Promise<Map<string, string>> => {
    const tree = Object.entries(edited({}, proposal.edits)).map(([name, list]) => [`${MODULES[name]}:${name}`, list]);
    await replace('acme', JSON.stringify(Object.fromEntries(tree)));
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
    const rendered = await committed(proposal);
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
});
