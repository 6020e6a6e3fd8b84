// What a question about access is about, as far as who asks may know of it: subject, target and path.

import { ACTIONS, type Action } from '../../access/action.ts';
import type { Question } from '../../access/explain.ts';
import type { Grants } from '../../access/grants.ts';
import type { Identity } from '../../access/identity.ts';
import { GROUP_LIST, PLATFORM, ROLE_LIST, USER_LIST } from '../../access/platform-target.ts';
import { PolicyView } from '../../access/policy-view.ts';
import { EdgeconfError } from '../../errors.ts';
import type { CheckRequest, Subject, WhoCanRequest } from '../../proto/access.ts';
import { parsePath } from '../../proto/path-text.ts';
import { type Path, type PathQuery, resolveQuery } from '../../schema/path.ts';
import { findChild, type SchemaNode } from '../../schema/schema-node.ts';
import type { Caller } from '../caller.ts';
import { defaultLimits } from '../gnmi/limits.ts';
import { joinPaths } from '../gnmi/request-path.ts';

/** The policy with the targets that the caller may know of, and nothing shown of their data that the caller may not read. */
export function visibleView(view: PolicyView, { grants }: Caller): PolicyView {
  const platform = view.targets.get(PLATFORM);
  return new PolicyView(
    view.policy,
    [...view.targets.values()]
      .filter(({ name }) => knowsTarget(grants, name, platform?.root))
      .map((target) => ({
        ...target,
        shows: (path: Path) =>
          [path, entryOf(path)].some((at) => at !== undefined && grants.decide(target.name, 'read', at)),
      })),
  );
}

/** The list entry that a path lies in: who may read that may know of it, whatever of it is denied. */
function entryOf(path: Path): Path | undefined {
  const at = path.findLastIndex(({ keys }) => keys !== undefined);
  return at < 0 ? undefined : path.slice(0, at + 1);
}

function knowsTarget(grants: Grants, name: string, platform: SchemaNode | undefined): boolean {
  if (ACTIONS.some((action) => grants.covers(name, action, []) !== false)) return true;
  const list = platform === undefined ? undefined : findChild(platform, 'target');
  if (list === undefined || list === 'ambiguous') return false;
  return grants.covers(PLATFORM, 'read', [{ node: list, keys: [name] }]) === true;
}

/**
 * Who may ask about others: who may read all users, groups and roles; that password hashes are denied does not count.
 * @throws EdgeconfError PERMISSION_DENIED
 */
export function requirePolicyReader(view: PolicyView, { identity, grants }: Caller): void {
  const root = view.targets.get(PLATFORM)?.root;
  const lists = [USER_LIST, GROUP_LIST, ROLE_LIST].map((segment) => root?.children.get(segment));
  if (lists.every((list) => list !== undefined && readsAll(grants, list))) return;
  throw new EdgeconfError(
    'PERMISSION_DENIED',
    `user '${identity.name}' may ask about nobody else; that takes the right to read /user, /group and /role of target '${PLATFORM}'`,
  );
}

/** For what needs the whole configuration of the platform. @throws EdgeconfError PERMISSION_DENIED */
export function requirePlatformReader(view: PolicyView, { identity, grants }: Caller): void {
  const root = view.targets.get(PLATFORM)?.root;
  if (root !== undefined && [...root.children.values()].every((node) => readsAll(grants, node))) return;
  throw new EdgeconfError(
    'PERMISSION_DENIED',
    `user '${identity.name}' may not ask for this; it takes the right to read all of target '${PLATFORM}' but password hashes`,
  );
}

function readsAll(grants: Grants, node: SchemaNode): boolean {
  const query: PathQuery = [{ node, keys: node.keys.map(() => undefined) }];
  if (grants.covers(PLATFORM, 'read', query) === true) return true;
  if (node.segment !== USER_LIST) return false;
  return [...node.children.values()].every(
    (child) =>
      child.name === 'password-hash' ||
      grants.covers(PLATFORM, 'read', [...query, { node: child, keys: child.keys.map(() => undefined) }]) === true,
  );
}

/**
 * The identity that a question is about.
 * @throws EdgeconfError PERMISSION_DENIED about others, whether they exist or not; NOT_FOUND for those who may ask.
 */
export function subjectOf(view: PolicyView, caller: Caller, subject: Subject | null | undefined): Identity {
  const { user = '', groups = [] } = subject ?? {};
  if (groups.length === 0 && (user === '' || user === caller.identity.name)) return caller.identity;
  requirePolicyReader(view, caller);
  // Names with a colon are those of issuers of tokens; the policy knows only the groups of these users.
  if (user !== '' && !user.includes(':') && !view.policy.users.has(user)) throw unknown('user', user);
  for (const group of groups) if (!view.policy.groups.has(group)) throw unknown('group', group);
  return { name: user, groups: [...new Set(groups)].sort() };
}

function unknown(kind: 'user' | 'group', name: string): EdgeconfError {
  return new EdgeconfError('NOT_FOUND', `there is no ${kind} '${name}' in /${kind} of target '${PLATFORM}'`);
}

const mostPathCharacters = 16_384;

/**
 * The question that a request asks; undefined when it is about a target that the caller may not know of or that is not there.
 * @param view the visible one
 * @throws EdgeconfError INVALID_ARGUMENT for an action, path or target that nothing can be asked about.
 */
export function questionOf(
  view: PolicyView,
  { action = '', target: name = '', path: text = '' }: WhoCanRequest,
): Question | undefined {
  if (!isAction(action)) {
    throw invalid(`there is no action '${action}'; write one of ${ACTIONS.join(', ')}`);
  }
  if (text.length > mostPathCharacters) {
    throw invalid(`the path has ${text.length} characters; at most ${mostPathCharacters} are allowed`);
  }
  const { elem, origin } = parsePath(text === '' ? '/' : text);
  if (origin !== undefined) throw invalid(`path ${text}: leave the origin out`);
  const [path] = joinPaths(undefined, [{ elem: elem ?? [] }], defaultLimits);
  if (name === '') throw invalid(`path ${text}: name the target that it is in`);
  const target = view.targets.get(name);
  if (target === undefined || path === undefined) return undefined;
  const queries = resolveQuery(target.root, path.elems);
  const [query] = queries;
  if (query === undefined || queries.length > 1) {
    throw invalid(`path ${text}: it means ${queries.length} nodes of target '${name}'; name one`);
  }
  return { target, action, query };
}

/** For the audit log: whom and what a question is about, as the client named it. */
export function askedByQuestion({ subject, action, target, path }: CheckRequest): string {
  const about = [subject?.user, ...(subject?.groups ?? []).slice(0, 20)].filter((name) => name);
  const what = action === undefined ? [] : [`${action} ${path} in target ${target}`];
  return [...about.map((name) => `about ${name}`), ...what].join(', ').slice(0, mostAskedCharacters);
}

const mostAskedCharacters = 300;

function isAction(text: string): text is Action {
  return ACTIONS.some((action) => action === text);
}

function invalid(message: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', message);
}
