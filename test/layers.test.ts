// The lint rules that keep the layers apart really fire: planted faults are refused, the same import where it is allowed is not.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../src/package-root.ts';

const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');

describe('layer rules', () => {
  const planted: string[] = [];
  after(() => {
    for (const folder of planted) rmSync(folder, { recursive: true });
  });

  const lint = (layer: string, code: string): string => {
    const folder = mkdtempSync(join(packageRoot, layer, 'planted-'));
    planted.push(folder);
    writeFileSync(join(folder, 'fault.ts'), `// A planted fault.\n\n${code}\n`);
    const run = spawnSync(process.execPath, [biome, 'lint', join(folder, 'fault.ts')], { cwd: packageRoot });
    return run.status === 0 ? 'passed' : `${run.stdout}${run.stderr}`;
  };

  it('refuse schema code that reaches into the datastore', () => {
    assert.match(lint('src/schema', "import '../../datastore/row.ts';"), /src\/schema may import only: errors/);
  });

  it('let the datastore use the schema', () => {
    assert.equal(lint('src/datastore', "import '../../schema/row-key.ts';"), 'passed');
  });

  it('refuse an audit log that knows how requests come in, and a datastore that knows the audit log', () => {
    assert.match(lint('src/audit', "import '../../northbound/caller.ts';"), /src\/audit may import only: schema/);
    assert.match(lint('src/datastore', "import '../../audit/audit-log.ts';"), /src\/datastore may import only: schema/);
    assert.equal(lint('src/audit', "import '../../datastore/journal.ts';"), 'passed');
  });

  it('refuse an adapter that reaches into the datastore', () => {
    assert.match(lint('adapters/sd-core', "import '../../../src/datastore/row.ts';"), /an adapter may import only/);
  });

  it('refuse a CLI that uses more than what a client has', () => {
    assert.match(lint('src/cli', "import '../../access/access.ts';"), /src\/cli may import only: proto/);
  });

  it('refuse JSON.parse where client values are read', () => {
    const code = 'export const read = (text: string): unknown => JSON.parse(text);';
    assert.match(lint('src/northbound', code), /JSON\.parse corrupts 64-bit numbers/);
  });

  it('refuse to read the environment anywhere but in settings', () => {
    assert.match(lint('src/datastore', 'export const home = process.env.HOME;'), /noProcessEnv/);
  });
});
