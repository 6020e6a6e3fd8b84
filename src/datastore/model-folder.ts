// Reads models from disk: each folder `<root>/<name>/<version>` with a model.yaml and its YANG files.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { EdgeconfError } from '../errors.ts';

/** A model before it is compiled: which modules it implements and every YANG text they may import. */
export interface ModelSource {
  /** `name@version`, e.g. `aether@2.1`. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Names of the modules to implement, in the order of model.yaml. */
  readonly modules: readonly string[];
  /** Paths of leaves that are fixed after creation, e.g. `/site/slice/sst`. */
  readonly fixed?: readonly string[];
  /** YANG text by file name without `.yang`. */
  readonly sources: Readonly<Record<string, string>>;
}

/**
 * Every model under `root`, sorted by id.
 * @throws EdgeconfError FAILED_PRECONDITION naming the file that is missing or wrong.
 */
export async function readModels(root: string): Promise<ModelSource[]> {
  const models: ModelSource[] = [];
  for (const name of await folders(root)) {
    for (const version of await folders(join(root, name))) models.push(await readModel(join(root, name, version)));
  }
  return models.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/**
 * The model in one folder, whose last two names must be the model's name and version.
 * @throws EdgeconfError FAILED_PRECONDITION naming the file that is missing or wrong.
 */
export async function readModel(folder: string): Promise<ModelSource> {
  const file = join(folder, 'model.yaml');
  const [version = '', name = ''] = folder.split(/[\\/]/).filter(Boolean).reverse();
  const described = describe(file, await textOf(file));
  if (described.name !== name || described.version !== version) {
    throw wrong(file, `it says ${described.name}@${described.version}, but its folder is ${name}/${version}`);
  }
  const sources: Record<string, string> = {};
  for (const entry of await readdir(folder)) {
    if (entry.endsWith('.yang')) sources[entry.slice(0, -'.yang'.length)] = await textOf(join(folder, entry));
  }
  const stems = Object.keys(sources).map((source) => source.split('@')[0]);
  for (const module of described.modules) {
    if (!stems.includes(module))
      throw wrong(file, `it lists module '${module}', but there is no ${module}.yang beside it`);
  }
  return { id: `${name}@${version}`, name, version, modules: described.modules, fixed: described.fixed, sources };
}

function describe(
  file: string,
  text: string,
): { name: string; version: string; modules: string[]; fixed: readonly string[] } {
  let yaml: unknown;
  try {
    yaml = parse(text);
  } catch (error) {
    throw wrong(file, error instanceof Error ? error.message : String(error));
  }
  const { name, version, modules, ...rest } = (yaml ?? {}) as Record<string, unknown>;
  const { 'fixed-after-creation': fixed = [] } = rest;
  if (typeof name !== 'string') throw wrong(file, `'name' must be a string, found ${JSON.stringify(name)}`);
  if (typeof version !== 'string') {
    throw wrong(file, `'version' must be a string in quotes, found ${JSON.stringify(version)}`);
  }
  if (!Array.isArray(modules) || modules.length === 0 || !modules.every((module) => typeof module === 'string')) {
    throw wrong(file, `'modules' must be a list of module names, found ${JSON.stringify(modules)}`);
  }
  if (!Array.isArray(fixed) || !fixed.every((path) => typeof path === 'string' && path.startsWith('/'))) {
    throw wrong(file, `'fixed-after-creation' must be a list of paths such as /a/b, found ${JSON.stringify(fixed)}`);
  }
  return { name, version, modules, fixed };
}

async function folders(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
  } catch (error) {
    throw wrong(path, 'it is not a folder that can be read', error);
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw wrong(file, 'it cannot be read', error);
  }
}

function wrong(path: string, reason: string, cause?: unknown): EdgeconfError {
  return new EdgeconfError('FAILED_PRECONDITION', `model at ${path}: ${reason}`, { cause });
}
