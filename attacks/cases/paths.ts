// Paths that try to leave the target or the part of it that one may see: each trick in a Get, a Subscribe, a delete and an update.

import type { Path } from '../../src/proto/gnmi.ts';
import { parsePath } from '../../src/proto/path-text.ts';
import type { Attack } from '../attack.ts';

type Code = Attack['code'];

/** A trick and how a Get, a Subscribe ONCE, a delete and an update with it are answered. */
type Trick = readonly [name: string, prefix: Path, path: Path, codes: readonly [Code, Code, Code, Code]];

const own: Path = { target: 'acme' };
const application = parsePath('/application[application-id=cam]');
const at = (...names: string[]): Path => ({ elem: names.map((name) => ({ name })) });
const site = (id: string): Path => ({ elem: [{ name: 'site', key: { 'site-id': id } }, { name: 'display-name' }] });
const target = (name: string): Path => ({ ...application, target: name });

const denied: Trick[3] = ['PERMISSION_DENIED', 'PERMISSION_DENIED', 'PERMISSION_DENIED', 'PERMISSION_DENIED'];
const invalid: Trick[3] = ['INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT'];
/** Nothing is there to read or delete, and nothing of that name can be written. */
const unknown: Trick[3] = ['INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'NOT_FOUND'];
/** A value of a key that the model does not allow. */
const misfit: Trick[3] = ['NOT_FOUND', 'OK', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT'];
const unserved: Trick[3] = ['UNIMPLEMENTED', 'UNIMPLEMENTED', 'UNIMPLEMENTED', 'UNIMPLEMENTED'];

/** Names that look like the victim's, or like a way to it. */
const names: readonly (readonly [string, string])[] = [
  ['the target of another tenant', 'globex'],
  ['the target of another tenant that waits for a confirmation', 'globex-held'],
  ['the platform', 'platform'],
  ['a target that is not there', 'nowhere'],
  ['capital letters', 'GLOBEX'],
  ['a space before the name', ' globex'],
  ['a space behind the name', 'globex '],
  ['a null character', 'globex\0'],
  ['a null character and the own name', 'globex\0acme'],
  ['a line feed', 'globex\n'],
  ['a letter that looks alike', 'gl\u043ebex'],
  ['wide letters', '\uff47lobex'],
  ['a joiner of no width', 'glo\u200dbex'],
  ['a letter in two code points', 'globe\u0301x'],
  ['a step down and up', 'acme/../globex'],
  ['a step up', '../globex'],
  ['a dot', './globex'],
  ['a percent escape', '%67lobex'],
  ['a backslash', '\\globex'],
  ['two names', 'acme,globex'],
  ['a star at the end', 'glob*'],
  ['two stars', '**'],
  ['dots', '...'],
  ['a key', 'target[name=globex]'],
  ['quotes', "globex' or '1'='1"],
  ['a name of JavaScript', '__proto__'],
  ['a name that is far too long', 'globex'.repeat(2000)],
];

const tricks: readonly Trick[] = [
  ...names.map(([name, text]): Trick => [`target: ${name}`, { target: text }, application, denied]),
  ['target in the path alone', {}, target('globex'), denied],
  ['own target in the prefix, another in the path', own, target('globex'), invalid],
  ['another target in the prefix, the own in the path', { target: 'globex' }, target('acme'), invalid],
  ['no target', {}, application, invalid],
  ['an origin named like the target', own, { ...application, origin: 'globex' }, unserved],
  ['an origin of the platform', own, { ...at('user'), origin: 'edgeconf-platform' }, unserved],
  ['an origin with a step up', own, { ...application, origin: '../globex' }, unserved],
  ['a star as origin', own, { ...application, origin: '*' }, unserved],
  ['an origin of command lines', own, { ...application, origin: 'cli' }, unserved],
  ['origins in prefix and path', { ...own, origin: 'openconfig' }, { ...application, origin: 'globex' }, invalid],
  ['a module of the platform', own, at('edgeconf-platform:user'), unknown],
  ['a module in capital letters', own, at('EDGECONF-SITE:site'), unknown],
  ['a module that there is not', own, at('globex:site'), unknown],
  ['two modules', own, at('edgeconf-site:edgeconf-site:site'), unknown],
  ['a list in capital letters', own, at('SITE'), unknown],
  ['a step up', own, at('..', 'globex', 'site'), unknown],
  ['a step up below a list', own, { elem: [...(application.elem ?? []), { name: '..' }, { name: '..' }] }, unknown],
  ['a prefix that is climbed out of', { ...own, ...application }, at('..', '..', 'site'), unknown],
  ['a dot', own, at('.', 'site'), unknown],
  ['an element without a name', own, at('', 'globex', 'site'), invalid],
  ['slashes in an element', own, at('../globex/site'), unknown],
  ['a key in the name', own, at('target[name=globex]'), unknown],
  ['a path in the name', own, at('/target:globex/site'), unknown],
  ['a null character in the name', own, at('site\0'), unknown],
  ['letters that look alike in the name', own, at('s\u0456te'), unknown],
  ['a name of JavaScript', own, at('__proto__', 'constructor'), unknown],
  ['keys at any depth', own, { elem: [{ name: '...', key: { name: 'globex' } }] }, invalid],
  ['a key that the list has not', own, { elem: [{ name: 'site', key: { target: 'globex' } }] }, invalid],
  ['a key that is named like JavaScript', own, { elem: [{ name: 'site', key: { constructor: 'x' } }] }, invalid],
  ['the deprecated form', own, { element: ['..', 'globex', 'site'] }, invalid],
  ['the deprecated form of prefix and path', { ...own, element: ['globex'] }, { element: ['site'] }, invalid],
  ['a key with a step up', own, site('../../globex'), misfit],
  ['a key that ends the predicate', own, site("x'] | /target[name='globex"), misfit],
  ['a key with a bracket', own, site('chicago][site-id=the-other'), misfit],
  ['a key with an escape', own, site('the\\-other'), misfit],
  ['a key with a null character', own, site('chicago\0the-other'), misfit],
  ['a key with dots', own, site('...'), misfit],
  ['a key that looks alike', own, site('ch\u0456cago'), misfit],
  ['a key that is far too long', own, site('chicago'.repeat(10_000)), misfit],
  ['an empty key', own, site(''), misfit],
  ['a key that is quoted', own, site('"chicago"'), misfit],
];

const verbs: readonly ((name: string, prefix: Path, path: Path) => Omit<Attack, 'as' | 'like' | 'code'>)[] = [
  (name, prefix, path) => ({ name: `Get: ${name}`, run: (hand) => hand.call('Get', { prefix, path: [path] }) }),
  (name, prefix, path) => ({
    name: `Subscribe: ${name}`,
    run: (hand) => hand.subscribe({ subscribe: { prefix, subscription: [{ path }], mode: 1 } }),
  }),
  (name, prefix, path) => ({ name: `delete: ${name}`, run: (hand) => hand.call('Set', { prefix, delete: [path] }) }),
  (name, prefix, path) => ({
    name: `update: ${name}`,
    run: (hand) =>
      hand.call('Set', { prefix, update: [{ path, val: { json_val: Buffer.from('{"address":"10.7.7.0/24"}') } }] }),
  }),
];

export const pathAttacks: readonly Attack[] = tricks.flatMap(([name, prefix, path, codes]) =>
  verbs.map(
    (verb, i): Attack => ({ ...verb(name, prefix, path), as: 'acme-admin', like: 'no-globex', code: codes[i] ?? 'OK' }),
  ),
);
