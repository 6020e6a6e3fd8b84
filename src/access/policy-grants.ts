// Grants compiled from what the Casbin enforcer answers for one user.

import type { Change } from '../datastore/row.ts';
import type { Candidate, Edit } from '../datastore/transaction.ts';
import { EdgeconfError } from '../errors.ts';
import { fragmentValues } from '../schema/fragment-values.ts';
import { concretePath, formatPath, formatQuery, type Path, type PathQuery, queryOf } from '../schema/path.ts';
import { decodeKey } from '../schema/row-key.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import { ACTIONS, type Action } from './action.ts';
import type { CommitGuards } from './commit-guards.ts';
import type { Consent, Grants, TargetView } from './grants.ts';
import { grantsNoMore } from './grants-no-more.ts';
import type { Identity } from './identity.ts';
import { keepsAnEditor } from './keeps-an-editor.ts';
import type { PolicyEnforcer } from './policy-enforcer.ts';
import { EVERYWHERE } from './subjects.ts';
import { TenantRules } from './tenant-rules.ts';
import { unknownTarget } from './unknown-target.ts';

/**
 * Who answers `decide`: grants compiled from the enforcer's policy lines, or Casbin's `enforce` itself, which is proven to
 * answer the same and is far slower. Questions about whole subtrees, which `enforce` cannot answer, are always compiled.
 */
export type Engine = 'grants' | 'enforce';

export interface PolicyGrantsOptions {
  readonly identity: Identity;
  readonly policyRevision: number;
  /** Tenants for which the user has roles of their own. */
  readonly tenants: ReadonlySet<string>;
  readonly enforcer: PolicyEnforcer;
  readonly targets: GrantTargets;
  readonly engine: Engine;
  /** Budgets and guard rails; default: none. */
  readonly guards?: CommitGuards | undefined;
}

/** The targets with the root of each one's model. */
export interface GrantTargets extends TargetView {
  rootOf(target: string): SchemaNode | undefined;
  /** Of all models that there are. */
  roots(): readonly SchemaNode[];
}

export class PolicyGrants implements Grants {
  readonly user: string;
  readonly policyRevision: number;
  /** Whose grants they are. */
  readonly identity: Identity;
  readonly #tenants: ReadonlySet<string>;
  #enforcer: PolicyEnforcer;
  readonly #targets: GrantTargets;
  readonly #engine: Engine;
  readonly #guards: CommitGuards | undefined;
  readonly #rules = new Map<string, TenantRules>();

  constructor(options: PolicyGrantsOptions) {
    this.user = options.identity.name;
    this.identity = options.identity;
    this.policyRevision = options.policyRevision;
    this.#tenants = options.tenants;
    this.#enforcer = options.enforcer;
    this.#targets = options.targets;
    this.#engine = options.engine;
    this.#guards = options.guards;
  }

  /** To be called when the policy changes and these rights do not, so that the policy of before can be forgotten. */
  goOnWith(enforcer: PolicyEnforcer): void {
    this.#enforcer = enforcer;
  }

  decide(target: string, action: Action, path: Path): boolean {
    const tenant = this.#targets.tenantOf(target);
    if (tenant === undefined) return false;
    if (this.#engine === 'enforce') return this.#enforcer.allows(this.identity, tenant, target, action, path);
    const root = rootOf(path[0]?.node) ?? this.#targets.rootOf(target);
    return root !== undefined && this.#rulesOf(tenant).rules(target, action, root).decide(path);
  }

  covers(target: string, action: Action, query: PathQuery): boolean | 'some' {
    const tenant = this.#targets.tenantOf(target);
    const root = rootOf(query[0]?.node) ?? this.#targets.rootOf(target);
    if (tenant === undefined || root === undefined) return false;
    return this.#rulesOf(tenant).rules(target, action, root).covers(query);
  }

  tenantOf(target: string): string | undefined {
    return this.#targets.tenantOf(target);
  }

  readableTargets(): string[] {
    return this.#targets.names().filter((target) => this.covers(target, 'read', []) !== false);
  }

  requireTarget(target: string): void {
    if (ACTIONS.every((action) => this.covers(target, action, []) === false)) throw unknownTarget(target);
  }

  checkEdits(target: string, edits: readonly Edit[]): void {
    this.requireTarget(target);
    for (const edit of edits) {
      const query = edit.op === 'delete' ? edit.query : queryOf(edit.path);
      const actions: readonly Action[] = edit.op === 'delete' ? ['delete'] : ['create', 'update'];
      if (actions.every((action) => this.covers(target, action, query) === false)) {
        throw this.#denied(edit.op, edit.op === 'delete' ? formatQuery(query) : formatPath(edit.path), target);
      }
      // What is there and hidden must not make a difference, and where all may be read nothing is hidden.
      if (this.covers(target, 'read', query) === true) continue;
      if (edit.op !== 'update') this.#checkRemoval(edit.op, query, target);
      if (edit.op !== 'delete') this.#checkValues(edit, query, target);
    }
    this.#guards?.checkEdits(target, edits);
  }

  /** What is removed high in the tree must not include what could be there without the user's knowing. */
  #checkRemoval(op: 'delete' | 'replace', query: PathQuery, target: string): void {
    if (this.covers(target, 'delete', query) === true) return;
    const kind = query.at(-1)?.node.kind;
    const isOneRow = (kind === 'leaf' || kind === 'leaf-list') && concretePath(query) !== undefined;
    // A replace of one row removes nothing: it is decided like every change.
    if (isOneRow) return;
    throw new EdgeconfError(
      'PERMISSION_DENIED',
      `user '${this.user}' may not ${op} ${formatQuery(query)} in target '${target}': not all that may be there may be read or deleted by this user; name the parts that may`,
    );
  }

  /** Each value must be for a place where the user may write it, or see what is there. */
  #checkValues(edit: Exclude<Edit, { op: 'delete' }>, query: PathQuery, target: string): void {
    const writing: readonly Action[] = ['create', 'update'];
    if (writing.every((action) => this.covers(target, action, query) === true)) return;
    if (typeof edit.json !== 'string') {
      throw new EdgeconfError(
        'PERMISSION_DENIED',
        `user '${this.user}' may write only parts of ${formatPath(edit.path)} in target '${target}'; a value as large as this one is taken for a path that may be written as a whole`,
      );
    }
    const root = rootOf(query[0]?.node) ?? this.#targets.rootOf(target);
    if (root === undefined) return;
    for (const { path } of fragmentValues(root, edit.path, edit.json)) {
      if ([...writing, 'read' as const].some((action) => this.decide(target, action, path))) continue;
      throw this.#denied(edit.op, formatPath(path), target);
    }
  }

  check(candidates: readonly Candidate[], consent?: Consent): void {
    for (const _ of this.checkInSteps(candidates, consent));
  }

  *checkInSteps(candidates: readonly Candidate[], consent: Consent = {}): Generator<void, void> {
    for (const candidate of candidates) yield* this.#checkCandidate(candidate);
    keepsAnEditor(candidates);
    yield* grantsNoMore(candidates, {
      name: this.user,
      tenants: this.#tenants,
      rulesOf: (tenant) => this.#rulesOf(tenant),
      roots: () => this.#targets.roots(),
    });
    // Behind the rights: who may not know of a target learns nothing of its freezes and budgets.
    yield* this.#guards?.checkInSteps(candidates, consent.confirmedDeletes) ?? [];
  }

  *#checkCandidate({ target, before, after, changes }: Candidate): Generator<void, void> {
    if (changes.length === 0) return;
    this.requireTarget(target);
    const whole = new Map<Action, boolean>();
    let unreadable = false;
    for (const [i, change] of changes.entries()) {
      if (i % CHANGES_PER_STEP === 0) yield;
      const action = actionOf(change);
      if (this.#engine === 'grants') {
        const allowed = whole.get(action) ?? this.covers(target, action, []) === true;
        whole.set(action, allowed);
        if (allowed) continue;
      }
      const path = decodeKey((action === 'delete' ? before : after).model.root, change.key);
      if (this.decide(target, action, path)) continue;
      if (this.decide(target, 'read', path)) throw this.#denied(action, formatPath(path), target);
      unreadable = true;
    }
    if (!unreadable) return;
    throw new EdgeconfError(
      'PERMISSION_DENIED',
      `user '${this.user}' may not make this change of target '${target}': it reaches beyond what the user may change and read`,
    );
  }

  #denied(action: string, path: string, target: string): EdgeconfError {
    return new EdgeconfError(
      'PERMISSION_DENIED',
      `user '${this.user}' may not ${action} ${path} in target '${target}'; no rule allows it or one denies it`,
    );
  }

  #rulesOf(tenant: string): TenantRules {
    const domain = this.#tenants.has(tenant) ? tenant : EVERYWHERE;
    let rules = this.#rules.get(domain);
    if (rules === undefined) {
      rules = TenantRules.of(this.#enforcer, this.identity, domain);
      this.#rules.set(domain, rules);
    }
    return rules;
  }
}

/** Changes that are decided about in one step. */
const CHANGES_PER_STEP = 1024;

function actionOf({ before, after }: Change): Action {
  if (before === undefined) return 'create';
  return after === undefined ? 'delete' : 'update';
}

function rootOf(node: SchemaNode | undefined): SchemaNode | undefined {
  let at = node;
  while (at?.parent !== undefined) at = at.parent;
  return at;
}
