// Who a caller is and what they may do, by the policy in the platform target: the entrance of this folder.

import { randomBytes } from 'node:crypto';
import type { Snapshot } from '../datastore/snapshot.ts';
import type { Candidate, CommitRequest } from '../datastore/transaction.ts';
import { accessLog } from '../log.ts';
import type { Model } from '../schema/model.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import type { AttemptLimits } from './attempts.ts';
import { type Authentication, NO_AUTHENTICATION, readAuthentication, sameAuthentication } from './authentication.ts';
import type { Budgets } from './budgets.ts';
import { CommitGuards } from './commit-guards.ts';
import type { Grants } from './grants.ts';
import type { Credentials, Identity } from './identity.ts';
import type { IssuerTimes } from './issuer-keys.ts';
import { PLATFORM } from './platform-target.ts';
import { assignmentsOf, EMPTY_POLICY, type Policy, readPolicy, samePolicy } from './policy.ts';
import { PolicyDifference } from './policy-difference.ts';
import { PolicyEnforcer } from './policy-enforcer.ts';
import { policyFaults } from './policy-faults.ts';
import { type Engine, type GrantTargets, PolicyGrants } from './policy-grants.ts';
import { PolicyView } from './policy-view.ts';
import { SignIn } from './sign-in.ts';
import { memberSubject } from './subjects.ts';
import { TenantRules } from './tenant-rules.ts';

/** What access reads of the datastore. */
export interface AccessSource {
  snapshot(target: string): Snapshot | undefined;
  /** All targets with the tenant that owns each; '' for the platform target. */
  targets(): readonly { readonly name: string; readonly tenant: string }[];
  /** All models by id. */
  models(): ReadonlyMap<string, Model>;
}

export interface AccessOptions {
  /** Who answers single decisions; default `grants`. */
  readonly engine?: Engine;
  readonly attempts?: AttemptLimits;
  /** The same for the address that calls come from. */
  readonly peerAttempts?: AttemptLimits;
  /** The clock for attempts, budgets and what is fetched, ms; must not run backwards. */
  readonly nowMs?: () => number;
  /** The clock for freezes, and that tokens and certificates expire by, ms since the epoch; default: the system's. */
  readonly wallMs?: () => number;
  /** How often the keys of issuers are fetched. */
  readonly issuerTimes?: IssuerTimes;
  /** See LoginOptions; random by default. */
  readonly secret?: Uint8Array;
}

/** Callers whose grants are remembered. */
const mostCompiled = 100_000;

/** Looks at the platform target whenever it is asked and compiles the policy again when that has changed it. */
export class Access {
  readonly #source: AccessSource;
  readonly #engine: Engine;
  readonly #signIn: SignIn;
  readonly #targets: GrantTargets;
  readonly #guards: CommitGuards;
  /** By caller, all of the policy in use. */
  readonly #compiled = new Map<string, PolicyGrants>();
  #platform: Snapshot | undefined;
  #policy: Policy = EMPTY_POLICY;
  #authentication: Authentication = NO_AUTHENTICATION;
  #enforcer = PolicyEnforcer.of(EMPTY_POLICY);
  /** The revision of the platform target that brought the policy in use. */
  #policyRevision = 0;
  #tenants: ReadonlyMap<string, string> = new Map();
  #view: PolicyView | undefined;

  constructor(source: AccessSource, options: AccessOptions = {}) {
    const nowMs = options.nowMs ?? (() => performance.now());
    this.#source = source;
    this.#engine = options.engine ?? 'grants';
    const wallMs = options.wallMs ?? Date.now;
    this.#guards = new CommitGuards(source, { nowMs, wallMs });
    this.#signIn = new SignIn({
      ...options,
      secret: options.secret ?? randomBytes(32),
      nowMs,
      wallMs,
      policy: () => this.#current().#policy,
      authentication: () => this.#current().#authentication,
    });
    this.#targets = {
      names: () => [...this.#current().#tenants.keys()],
      tenantOf: (target: string) => this.#current().#tenants.get(target),
      rootOf: (target: string): SchemaNode | undefined => this.#source.snapshot(target)?.model.root,
      roots: () => [...this.#source.models().values()].map(({ root }) => root),
    };
  }

  /** What tenants may use. Grants look after leaves; requests, streams and device changes are told by whoever serves them. */
  get budgets(): Budgets {
    return this.#guards.budgets;
  }

  /**
   * For the plan of every transaction: whether the tenants' budgets allow what it changes on devices.
   * @param documents how many, by target.
   * @throws EdgeconfError RESOURCE_EXHAUSTED.
   */
  readonly admitToDevices = (documents: ReadonlyMap<string, number>, request: CommitRequest): void => {
    // What nobody confirmed is taken back, whatever it costs.
    if (request.note?.kind === 'rollback') return;
    this.budgets.deviceChanges(documents, request, request.dryRun === true);
  };

  /**
   * For what the service does by itself, whoever it is for: freezes and budgets hold for that too.
   * @throws EdgeconfError FAILED_PRECONDITION, RESOURCE_EXHAUSTED.
   */
  checkOwnInSteps(candidates: readonly Candidate[]): Generator<void, void> {
    return this.#guards.checkInSteps(candidates, undefined);
  }

  /** @throws EdgeconfError UNAUTHENTICATED; its message does not tell what was wrong, or whether there is such a user. */
  authenticate(credentials: Credentials): Promise<Identity> {
    return this.#signIn.authenticate(credentials);
  }

  /** For what goes on for a while after that. @throws EdgeconfError UNAUTHENTICATED when the caller could not call now. */
  requireProof(identity: Identity): void {
    this.#signIn.requireProof(identity);
  }

  /**
   * What this caller may do under the policy as it is now. The same object as before while a user's rights stay the same;
   * cheap to ask for with every request and every event of a stream.
   */
  grants(identity: Identity): Grants {
    this.#current();
    const id = memberSubject(identity.name, identity.groups);
    const known = this.#compiled.get(id);
    if (known !== undefined) return known;
    const grants = new PolicyGrants({
      identity,
      policyRevision: this.#policyRevision,
      tenants: new Set(assignmentsOf(this.#policy, identity).map(({ tenant }) => tenant)),
      enforcer: this.#enforcer,
      targets: this.#targets,
      engine: this.#engine,
      guards: this.#guards,
    });
    this.#compiled.set(id, grants);
    // Tokens may name any number of users. A stream whose grants are forgotten has to be subscribed again.
    const [oldest] = this.#compiled.keys();
    if (this.#compiled.size > mostCompiled && oldest !== undefined) this.#compiled.delete(oldest);
    return grants;
  }

  /** The policy as it is now with the targets that it is about: what questions are asked of. */
  view(): PolicyView {
    this.#current();
    this.#view ??= new PolicyView(
      this.#policy,
      [...this.#tenants].flatMap(([name, tenant]) => {
        const root = this.#targets.rootOf(name);
        return root === undefined ? [] : [{ name, tenant, root, snapshot: () => this.#source.snapshot(name) }];
      }),
    );
    return this.#view;
  }

  /** This object, up to date with the platform target. */
  #current(): this {
    const platform = this.#source.snapshot(PLATFORM);
    const former = this.#platform;
    if (platform?.revision === former?.revision && platform?.model === former?.model) return this;
    this.#platform = platform;
    this.#view = undefined;
    this.#tenants = new Map(this.#source.targets().map(({ name, tenant }) => [name, tenant]));
    if (former === undefined || platform === undefined || !sameAuthentication(former, platform)) {
      this.#authentication = platform === undefined ? NO_AUTHENTICATION : readAuthentication(platform);
    }
    if (former !== undefined && platform !== undefined && samePolicy(former, platform)) return this;
    this.#use(platform === undefined ? EMPTY_POLICY : readPolicy(platform));
    this.#policyRevision = platform?.revision ?? 0;
    for (const fault of policyFaults(this.#policy)) accessLog.warn({ revision: this.#policyRevision }, fault);
    return this;
  }
  /** Whose rights stay the same keeps the grants; those of others are made anew when they are asked for. */
  #use(policy: Policy): void {
    const [former, enforcer] = [this.#policy, PolicyEnforcer.of(policy)];
    const difference = new PolicyDifference(former, policy);
    TenantRules.keep(this.#enforcer, enforcer, difference.roles);
    for (const [id, grants] of this.#compiled) {
      const { identity } = grants;
      if (difference.concerns(assignmentsOf(former, identity), assignmentsOf(policy, identity)))
        this.#compiled.delete(id);
      else grants.goOnWith(enforcer);
    }
    this.#policy = policy;
    this.#enforcer = enforcer;
  }
}
