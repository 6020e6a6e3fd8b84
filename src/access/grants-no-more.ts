// Refuses a change of the policy that gives anybody more than its author has: nobody grants more than they hold.

import type { Snapshot } from '../datastore/snapshot.ts';
import type { Candidate } from '../datastore/transaction.ts';
import { EdgeconfError } from '../errors.ts';
import { formatQuery, type PathQuery } from '../schema/path.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import { ACTIONS, type Action } from './action.ts';
import { gained, holds, released } from './gains.ts';
import { readEntries } from './list-entries.ts';
import { mixesParties, type Party, type PolicyChange, partiesOf } from './parties.ts';
import type { PathRules } from './path-rules.ts';
import { AUTHENTICATION, PLATFORM, ROLE_LIST, TARGET_LIST, USER_LIST } from './platform-target.ts';
import { assignmentsOf, readPolicy, sameNodes, samePolicy } from './policy.ts';
import { PolicyDifference } from './policy-difference.ts';
import { PolicyEnforcer } from './policy-enforcer.ts';
import { EVERYWHERE } from './subjects.ts';
import { TenantRules } from './tenant-rules.ts';

/** Who changes the policy, with the rights of before. */
export interface Author {
  readonly name: string;
  /** Those for which the author has roles of their own. */
  readonly tenants: ReadonlySet<string>;
  rulesOf(tenant: string): TenantRules;
  /** Of all models: rights hold for the targets that a tenant may have one day, too. */
  roots(): readonly SchemaNode[];
}

/** Where rights are compared: those of before hold in one tenant, those of afterwards in another when a target moves. */
interface Place {
  readonly tenantBefore: string;
  readonly tenantAfter: string;
  /** Undefined: all targets. */
  readonly target: string | undefined;
}

/**
 * Part of authorizing a commit, in steps: whatever right a user, a group, or who signs in by a certificate or a token gains
 * by it must be held by its author, for the same targets. Costs nothing unless the commit changes who may do what, and
 * little when the author may do everything.
 * @throws EdgeconfError PERMISSION_DENIED naming who would gain when the author may read that, and the right when the
 * author may read roles.
 */
export function* grantsNoMore(candidates: readonly Candidate[], author: Author): Generator<void, void> {
  for (const { target, before, after } of candidates) {
    if (target !== PLATFORM) continue;
    const moves = movesOf(before, after);
    if (moves.length === 0 && samePolicy(before, after) && sameNodes(before, after, [AUTHENTICATION])) continue;
    if (holdsEverything(author, before.model.root)) continue;
    const change = {
      platform: { before, after },
      before: readPolicy(before),
      after: readPolicy(after),
      author: author.name,
    };
    yield* new Comparison(change, author).check(moves);
  }
}

class Comparison {
  readonly #change: PolicyChange;
  readonly #author: Author;
  readonly #enforcers: { readonly before: PolicyEnforcer; readonly after: PolicyEnforcer };
  readonly #difference: PolicyDifference;
  readonly #mixes: boolean;
  /** Parties with the same roles need not be looked at twice. */
  readonly #seen = new Set<string>();

  constructor(change: PolicyChange, author: Author) {
    this.#change = change;
    this.#author = author;
    this.#enforcers = { before: PolicyEnforcer.of(change.before), after: PolicyEnforcer.of(change.after) };
    this.#difference = new PolicyDifference(change.before, change.after);
    this.#mixes = mixesParties(change.platform.after);
  }

  *check(moves: readonly Place[]): Generator<void, void> {
    for (const party of partiesOf(this.#change)) {
      const before = party.isNew ? [] : assignmentsOf(this.#change.before, party.identity);
      const after = assignmentsOf(this.#change.after, party.identity);
      const roles = JSON.stringify([before, after]);
      if (this.#seen.has(roles)) continue;
      this.#seen.add(roles);
      const places = [...moves];
      if (this.#difference.concerns(before, after)) {
        const own = [...before, ...after].map(({ tenant }) => tenant);
        for (const tenant of new Set([EVERYWHERE, ...own, ...this.#author.tenants])) {
          places.push({ tenantBefore: tenant, tenantAfter: tenant, target: undefined });
        }
      }
      for (const place of places) yield* this.#compare(party, place);
    }
  }

  *#compare(party: Party, place: Place): Generator<void, void> {
    const { identity, isNew } = party;
    const before = isNew ? undefined : new TenantRules(this.#enforcers.before.linesOf(identity, place.tenantBefore));
    const after = new TenantRules(this.#enforcers.after.linesOf(identity, place.tenantAfter));
    const author = this.#author.rulesOf(place.tenantBefore);
    const named = [...(before?.named ?? []), ...after.named, ...author.named];
    const scopes = place.target === undefined ? new Set(['*', ...named]) : [place.target];
    for (const scope of scopes) {
      // The platform target belongs to no tenant: only roles for all tenants say something about it.
      if (scope === PLATFORM && place.tenantAfter !== EVERYWHERE) continue;
      for (const root of this.#rootsOf(scope)) {
        for (const action of ACTIONS) {
          yield;
          const [was, is] = [before?.rules(scope, action, root), after.rules(scope, action, root)];
          const part = this.#beyond(was, is, author.rules(scope, action, root));
          if (part !== undefined) throw this.#refusal(party, place, scope, action, part);
        }
      }
    }
  }

  /** A part that is gained and that the author does not hold. */
  #beyond(before: PathRules | undefined, after: PathRules, author: PathRules): PathQuery | undefined {
    for (const part of gained(before, after)) if (!holds(author, part, after)) return part;
    if (!this.#mixes) return undefined;
    for (const part of released(before, after)) if (!holds(author, part, after)) return part;
    return undefined;
  }

  #rootsOf(scope: string): readonly SchemaNode[] {
    const { root } = this.#change.platform.before.model;
    // A tenant's target may have the platform's model, too; that is seldom the one to tell of.
    return scope === PLATFORM ? [root] : [...this.#author.roots().filter((each) => each !== root), root];
  }

  #refusal(party: Party, place: Place, scope: string, action: Action, part: PathQuery): EdgeconfError {
    const tenant = place.tenantAfter === EVERYWHERE ? 'every tenant' : `tenant '${place.tenantAfter}'`;
    const where = scope === '*' ? `the targets of ${tenant}` : `target '${scope}'`;
    const right = this.#readsRoles ? `the right to ${action} ${formatQuery(part)} in ${where}` : 'rights';
    // Who has roles is told to nobody who may not look for themselves.
    const who = this.#mayKnow(party) ? party.title : 'somebody';
    return new EdgeconfError(
      'PERMISSION_DENIED',
      `this gives ${who} ${right}, which user '${this.#author.name}' does not have; nobody grants more than they hold: leave that out, or have it done by somebody who holds it`,
    );
  }

  /** A right says how roles are made. */
  get #readsRoles(): boolean {
    const roles = this.#change.platform.before.model.root.children.get(ROLE_LIST);
    return roles !== undefined && this.#reads([{ node: roles, keys: roles.keys.map(() => undefined) }]);
  }

  /** Authors know themselves. */
  #mayKnow({ list, key }: Party): boolean {
    if (key !== undefined && list === USER_LIST && key === this.#author.name) return true;
    const node = this.#change.platform.before.model.root.children.get(list);
    if (node === undefined) return false;
    const [leaf] = node.keys;
    return this.#reads(
      leaf === undefined
        ? [{ node, keys: [] }]
        : [
            { node, keys: [key] },
            { node: leaf, keys: [] },
          ],
    );
  }

  /** Whether the author may read all of this in the platform target. */
  #reads(query: PathQuery): boolean {
    const { root } = this.#change.platform.before.model;
    return this.#author.rulesOf('').rules(PLATFORM, 'read', root).covers(query) === true;
  }
}

function holdsEverything(author: Author, platformRoot: SchemaNode): boolean {
  const roots = author.roots();
  return [EVERYWHERE, ...author.tenants].every((tenant) => {
    const rules = author.rulesOf(tenant);
    return ['*', ...rules.named].every((scope) =>
      (scope === PLATFORM ? [platformRoot] : roots).every((root) =>
        ACTIONS.every((action) => rules.rules(scope, action, root).covers([]) === true),
      ),
    );
  });
}

/** Targets that another tenant owns afterwards. */
function movesOf(before: Snapshot, after: Snapshot): Place[] {
  if (sameNodes(before, after, [TARGET_LIST])) return [];
  const owners = new Map([...readEntries(before, TARGET_LIST)].map((entry) => [entry.text('name'), entry]));
  return [...readEntries(after, TARGET_LIST)].flatMap((entry) => {
    const tenantBefore = owners.get(entry.text('name'))?.text('tenant');
    const [target, tenantAfter] = [entry.text('name'), entry.text('tenant') ?? ''];
    if (tenantBefore === undefined || tenantBefore === tenantAfter) return [];
    return [{ tenantBefore, tenantAfter, target }];
  });
}
