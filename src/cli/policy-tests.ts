// Files of policy tests: YAML lists, read with care and written without losing what an author wrote.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Document, isSeq, parseDocument, YAMLSeq } from 'yaml';
import { EdgeconfError } from '../errors.ts';

/** What is expected of one request. */
export interface PolicyTest {
  /** A user, or groups, or both: somebody whom a token puts into these. */
  readonly user: string;
  readonly groups: readonly string[];
  readonly action: string;
  readonly target: string;
  readonly path: string;
  readonly expect: 'allow' | 'deny';
}

/** @throws EdgeconfError INVALID_ARGUMENT naming file, entry and member, and what would be right. */
export function readTests(file: string): PolicyTest[] {
  const entries: unknown = openTests(file).toJS() ?? [];
  return (entries as unknown[]).map((entry, i) => testOf(entry, `${file}, test ${i + 1}`));
}

/** Adds tests at the end of a file, which is made when it is not there; comments stay. */
export function addTests(file: string, tests: readonly (PolicyTest & { readonly why: string })[]): void {
  const document: Document = existsSync(file) ? openTests(file) : parseDocument('');
  const list = isSeq(document.contents) ? document.contents : new YAMLSeq();
  document.contents = list;
  // What was an empty list in brackets is written as lines.
  list.flow = false;
  for (const { user, groups, action, target, path, expect, why } of tests) {
    const node = document.createNode({
      user,
      ...(groups.length === 0 ? {} : { groups }),
      action,
      target,
      path,
      expect,
    });
    node.commentBefore = ` ${why}`;
    list.add(node);
  }
  writeFileSync(file, document.toString({ lineWidth: 0 }));
}

/** Two tests of the same request have the same id. */
export function requestId({ user, groups, action, target, path }: Omit<PolicyTest, 'expect'>): string {
  return JSON.stringify([user, [...groups].sort(), action, target, path]);
}

function openTests(file: string): Document {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(`cannot read ${file}: ${(error as Error).message}`);
  }
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw invalid(`${file} is not YAML: ${error.message}`);
  if (document.contents !== null && !isSeq(document.contents)) {
    throw invalid(`${file}: write a list of tests, each with user or groups, action, target, path and expect`);
  }
  return document;
}

function testOf(entry: unknown, where: string): PolicyTest {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throw invalid(`${where}: write user or groups, action, target, path and expect`);
  }
  const members = new Map<string, unknown>(Object.entries(entry));
  for (const name of members.keys()) {
    if (!MEMBERS.includes(name)) throw invalid(`${where}: there is no member '${name}'; write ${MEMBERS.join(', ')}`);
  }
  const text = (name: string, otherwise?: string): string => {
    const value = members.get(name) ?? otherwise;
    if (typeof value !== 'string' || (value === '' && otherwise === undefined))
      throw invalid(`${where}: ${name} has to be a text`);
    return value;
  };
  const groups: unknown = members.get('groups') ?? [];
  if (!Array.isArray(groups) || !groups.every((group) => typeof group === 'string')) {
    throw invalid(`${where}: groups has to be a list of names`);
  }
  const user = text('user', '');
  if (user === '' && groups.length === 0) throw invalid(`${where}: name a user, or groups`);
  const expect = text('expect');
  if (expect !== 'allow' && expect !== 'deny') throw invalid(`${where}: expect is allow or deny, not '${expect}'`);
  return { user, groups, action: text('action'), target: text('target'), path: text('path'), expect };
}

const MEMBERS = ['user', 'groups', 'action', 'target', 'path', 'expect'];

function invalid(message: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', message);
}
