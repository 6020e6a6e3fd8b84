// Where edgeconf is installed: the folder of its package.json, from which models and protocol files are read.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds `models/` and `proto/`, wherever the compiled files lie below it. */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('edgeconf is not installed whole: no package.json above its code');
  return findRoot(parent);
}
