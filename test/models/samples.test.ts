// Every sample of every model: valid ones are accepted, each invalid one is refused for exactly its rule and accepted without it.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, type DataTree, type Edit, type Libyang, loadLibyang } from 'libyang-wasm';
import { type ModelSource, readModels } from '../../src/datastore/model-folder.ts';
import { toLibyangPath } from '../../src/datastore/packed-path.ts';
import { packageRoot } from '../../src/package-root.ts';
import { parsePath } from '../../src/proto/path-text.ts';
import { concretePath, resolveQuery } from '../../src/schema/path.ts';
import { linkSchema, type SchemaNode } from '../../src/schema/schema-node.ts';

interface Sample {
  readonly description: string;
  readonly base: string;
  readonly edits: readonly {
    readonly op: 'update' | 'replace' | 'delete';
    readonly path: string;
    readonly value?: unknown;
  }[];
  readonly violations: readonly { path: string; errorTag: string; errorAppTag?: string; message?: string }[];
  readonly rule: { readonly module: string; readonly remove: string; readonly with?: string };
}

const folder = join(packageRoot, 'models');
const models = await readModels(folder);

describe('model samples', () => {
  let libyang: Libyang;
  before(async () => {
    libyang = await loadLibyang();
  });

  for (const model of models) {
    const at = join(folder, model.name, model.version);
    const names = (kind: string): string[] => readdirSync(join(at, kind)).sort();
    const text = (kind: string, name: string): string => readFileSync(join(at, kind, name), 'utf8');

    describe(model.id, () => {
      it('has valid and invalid samples', () => {
        assert.ok(names('valid').length >= 3 && names('invalid').length >= 30);
      });

      for (const name of names('valid')) {
        it(`accepts valid/${name}`, () => {
          const { context, tree } = open(libyang, model);
          assert.deepEqual(tree.load(text('valid', name)), []);
          context.destroy();
        });
      }

      for (const name of names('invalid')) {
        const sample = JSON.parse(text('invalid', name)) as Sample;
        it(`refuses invalid/${name}: ${sample.description}`, () => {
          const { context, tree } = open(libyang, model);
          assert.deepEqual(tree.load(text('valid', `${sample.base}.json`)), []);
          const { violations } = tree.stage(editsOf(linkSchema(context.schema()), sample));
          assert.deepEqual(sorted(violations, sample.violations), sorted(sample.violations, sample.violations));
          context.destroy();
        });

        it(`accepts invalid/${name} once its rule is taken out`, () => {
          const { context, tree } = open(libyang, withoutRule(model, sample.rule));
          assert.deepEqual(tree.load(text('valid', `${sample.base}.json`)), []);
          assert.deepEqual(tree.stage(editsOf(linkSchema(context.schema()), sample)).violations, []);
          context.destroy();
        });
      }
    });
  }
});

function open(libyang: Libyang, { sources, modules }: ModelSource): { context: Context; tree: DataTree } {
  const context = libyang.createContext({ sources, implement: modules });
  return { context, tree: context.createTree() };
}

function editsOf(root: SchemaNode, { edits }: Sample): Edit[] {
  return edits.map(({ op, path: text, value }) => {
    const elems = (parsePath(text).elem ?? []).map(({ name, key }) => ({ name: name ?? '', key: key ?? {} }));
    const [query = []] = resolveQuery(root, elems);
    const path = concretePath(query);
    assert.ok(path, `${text} must name one node`);
    if (op === 'delete') return { op, path: toLibyangPath(path) };
    // Straight to libyang: whether the service's own reader refuses the value even earlier does not matter here.
    const { node, keys } = path.at(-1) ?? assert.fail('no sample edits the root');
    const fragment = { [`${node.module}:${node.name}`]: keys === undefined ? value : [value] };
    return { op, path: toLibyangPath(path), json: JSON.stringify(fragment) };
  });
}

type Expected = Sample['violations'];

/** As a set, and with what the sample leaves out left out: wordings that are libyang's own are not compared. */
function sorted(violations: Expected, expected: Expected): string[] {
  return violations
    .map(({ path, errorTag, errorAppTag, message }) => {
      const wanted = expected.find((one) => one.path === path && one.errorTag === errorTag);
      return JSON.stringify({
        path,
        errorTag,
        ...(wanted?.errorAppTag === undefined ? {} : { errorAppTag }),
        ...(wanted?.message === undefined ? {} : { message }),
      });
    })
    .sort();
}

function withoutRule(model: ModelSource, { module, remove, with: instead = '' }: Sample['rule']): ModelSource {
  const stem = module.replace(/\.yang$/, '');
  const source = model.sources[stem] ?? '';
  assert.equal(source.split(remove).length, 2, `the text to take out must be in ${module} exactly once`);
  return { ...model, sources: { ...model.sources, [stem]: source.replace(remove, () => instead) } };
}
