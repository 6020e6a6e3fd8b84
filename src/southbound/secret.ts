// What a credentials reference of the platform target stands for: an environment variable or the content of a file.

import { readFile } from 'node:fs/promises';

/**
 * Resolves `env:NAME` or `file:/absolute/path`, whose last line break does not count. The secret is never part of an error.
 * @param environment the variables of the process.
 */
export async function resolveSecret(
  reference: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const [, kind, rest = ''] = /^(env|file):(.+)$/s.exec(reference) ?? [];
  if (kind === 'file') return (await readFile(rest, 'utf8')).replace(/\r?\n$/, '');
  const value = kind === 'env' ? environment[rest] : undefined;
  if (kind === 'env' && value !== undefined && value !== '') return value;
  throw new Error(
    kind === 'env'
      ? `the credentials reference ${reference} names an environment variable that is not set`
      : `the credentials reference ${reference} is neither env:NAME nor file:/absolute/path`,
  );
}
