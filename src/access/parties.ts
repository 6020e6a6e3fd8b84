// Who can gain rights by a change of the platform target: users and groups, and whoever signs in as them from now on.

import type { Snapshot } from '../datastore/snapshot.ts';
import { encodeName } from '../schema/row-key.ts';
import type { Identity } from './identity.ts';
import { Entry, readEntries } from './list-entries.ts';
import { AUTHENTICATION, GROUP_LIST, USER_LIST } from './platform-target.ts';
import { type Policy, sameNodes } from './policy.ts';

/** Somebody with rights, before and after the change. */
export interface Party {
  /** For messages, such as `user 'alice'`. */
  readonly title: string;
  /** The top-level node of the platform that the party is found in, and its key there. */
  readonly list: string;
  readonly key?: string;
  readonly identity: Identity;
  /** It is somebody else from now on: all that the party has is gained. */
  readonly isNew: boolean;
}

/** What the parties are found in. */
export interface PolicyChange {
  readonly platform: { readonly before: Snapshot; readonly after: Snapshot };
  readonly before: Policy;
  readonly after: Policy;
  /** Who makes the change: another password of their own gives them nothing. */
  readonly author: string;
}

/** All users and groups, of before too, and who is recognized as some of them in another way than before. */
export function* partiesOf(change: PolicyChange): Iterable<Party> {
  const { before, after, author } = change;
  for (const name of new Set([...before.users.keys(), ...after.users.keys()])) {
    const hash = after.users.get(name)?.passwordHash;
    const isTakenOver = name !== author && hash !== undefined && hash !== before.users.get(name)?.passwordHash;
    yield { title: `user '${name}'`, list: USER_LIST, key: name, identity: { name, groups: [] }, isNew: isTakenOver };
  }
  for (const name of new Set([...before.groups.keys(), ...after.groups.keys()])) {
    yield { title: `group '${name}'`, list: GROUP_LIST, key: name, identity: groupAlone(name), isNew: false };
  }
  if (sameNodes(change.platform.before, change.platform.after, [AUTHENTICATION])) return;
  yield* byCertificate(change);
  yield* byIssuer(change);
}

/** Whether callers can be in groups beside those of their entry, so that the rights of several parties come together. */
export function mixesParties(platform: Snapshot): boolean {
  const authentication = authenticationOf(platform);
  const rules = [...authentication.entries('certificate-rule')];
  return rules.some((rule) => rule.texts('group').length > 0) || [...authentication.entries('issuer')].length > 0;
}

/** Which rule a certificate fits depends on all of them and their order, so a change of one is a change of all. */
function* byCertificate({ platform, after }: PolicyChange): Iterable<Party> {
  const authentication = platform.after.model.root.children.get(AUTHENTICATION);
  const rules = authentication?.children.get('certificate-rule');
  if (authentication === undefined || rules === undefined) return;
  if (platform.before.hasSame(platform.after, encodeName(authentication) + encodeName(rules))) return;
  for (const rule of authenticationOf(platform.after).entries('certificate-rule')) {
    const list = AUTHENTICATION;
    const title = `who fits certificate rule '${rule.text('name')}'`;
    const groups = [...rule.texts('group')].sort();
    const user = rule.text('user');
    const text = rule.text('value') ?? '';
    // DNS names are the same in capital and small letters.
    const value = rule.text('field') === 'san-dns' ? text.toLowerCase() : text;
    const names = user === undefined ? [...after.users.keys()].filter((name) => fits(name, value)) : [user];
    for (const name of ['', ...names]) yield { title, list, identity: { name, groups }, isNew: true };
  }
}

/** A token that one issuer's entry does not take any more may be taken by another of the same URL. */
function* byIssuer({ platform, after }: PolicyChange): Iterable<Party> {
  const [before, now] = [platform.before, platform.after].map(
    (each) => new Map([...authenticationOf(each).entries('issuer')].map((issuer) => [contentOf(issuer), issuer])),
  );
  if (before === undefined || now === undefined) return;
  const differing = [...before, ...now].filter(([content]) => before.has(content) !== now.has(content));
  const urls = new Set(differing.map(([, issuer]) => issuer.text('url')));
  for (const issuer of now.values()) {
    if (!urls.has(issuer.text('url'))) continue;
    const list = AUTHENTICATION;
    const title = `who comes from issuer '${issuer.text('name')}'`;
    const groups = new Set([...issuer.entries('claim')].flatMap((claim) => claim.texts('group')));
    for (const group of groups) yield { title, list, identity: groupAlone(group), isNew: true };
    if (issuer.stored('local-users') !== 'true') continue;
    for (const name of after.users.keys()) yield { title, list, identity: { name, groups: [] }, isNew: true };
  }
}

/** A star at the beginning or the end stands for any characters. */
function fits(name: string, value: string): boolean {
  if (value.startsWith('*')) return name.endsWith(value.slice(1));
  return value.endsWith('*') ? name.startsWith(value.slice(0, -1)) : name === value;
}

/** No user is called ''. */
function groupAlone(name: string): Identity {
  return { name: '', groups: [name] };
}

function authenticationOf(platform: Snapshot): Entry {
  const [authentication] = readEntries(platform, AUTHENTICATION);
  return authentication ?? new Entry({ node: platform.model.root });
}

/** All that an entry says, as a text to compare. */
function contentOf(entry: Entry): string {
  const lists = [...entry.node.children.values()].filter(({ kind }) => kind === 'list');
  const leaves = [...entry.node.children.values()].map(({ name }) => entry.stored(name) ?? null);
  return JSON.stringify([leaves, lists.map(({ name }) => [...entry.entries(name)].map(contentOf))]);
}
