// Casbin's role manager for tenants: users and groups have roles in a tenant or in all of them, roles inherit roles everywhere.

import type { RoleManager } from 'casbin';
import type { Assignment, Policy } from './policy.ts';
import { EVERYWHERE, groupSubject, partsOf, roleSubject, tenantDomain, userSubject } from './subjects.ts';

/**
 * Casbin's own manager searches depth first up to ten levels: deeper inheritance is lost in `enforce` but not in the list
 * of implicit roles, and a circle costs exponential time. This one walks each role once, so circles and depth are harmless.
 */
export class RoleLinks implements RoleManager {
  /** Roles that a user or a group has, by its subject, then by domain. */
  readonly #given = new Map<string, Map<string, Set<string>>>();
  /** Roles that a role inherits directly. */
  readonly #inherited = new Map<string, Set<string>>();
  readonly #implicit = new Map<string, ReadonlySet<string>>();

  constructor(policy: Policy) {
    const give = (subject: string, assignments: readonly Assignment[]): void => {
      for (const { tenant, role } of assignments) {
        // The domain of the tenant '' is that of the platform target.
        if (tenant !== '') this.#add(subject, roleSubject(role), tenantDomain(tenant));
      }
    };
    for (const { name, assignments } of policy.users.values()) give(userSubject(name), assignments);
    for (const { name, assignments } of policy.groups.values()) give(groupSubject(name), assignments);
    for (const { name, inherits } of policy.roles.values()) {
      this.#inherited.set(roleSubject(name), new Set(inherits.map(roleSubject)));
    }
  }

  /** All roles of a subject in a domain, inherited ones too. */
  implicitRoles(name: string, domain: string): ReadonlySet<string> {
    const id = `${name},${domain}`;
    let roles = this.#implicit.get(id);
    if (roles === undefined) {
      roles = this.#walk(name, domain);
      this.#implicit.set(id, roles);
    }
    return roles;
  }

  syncedHasLink(name1: string, name2: string, ...domain: string[]): boolean {
    return name1 === name2 || this.implicitRoles(name1, only(domain)).has(name2);
  }

  async hasLink(name1: string, name2: string, ...domain: string[]): Promise<boolean> {
    return this.syncedHasLink(name1, name2, ...domain);
  }

  async getRoles(name: string, ...domain: string[]): Promise<string[]> {
    return [...this.#direct(name, only(domain))];
  }

  async getUsers(name: string, ...domain: string[]): Promise<string[]> {
    return [...this.#given.keys(), ...this.#inherited.keys()].filter((subject) =>
      this.#direct(subject, only(domain)).has(name),
    );
  }

  async getDomains(name: string): Promise<string[]> {
    return [...(this.#given.get(name)?.keys() ?? [])];
  }

  async getAllDomains(): Promise<string[]> {
    return [...new Set([...this.#given.values()].flatMap((domains) => [...domains.keys()]))];
  }

  async addLink(name1: string, name2: string, ...domain: string[]): Promise<void> {
    this.#add(name1, name2, only(domain));
    this.#implicit.clear();
  }

  async deleteLink(name1: string, name2: string, ...domain: string[]): Promise<void> {
    this.#given.get(name1)?.get(only(domain))?.delete(name2);
    this.#implicit.clear();
  }

  async clear(): Promise<void> {
    this.#given.clear();
    this.#inherited.clear();
    this.#implicit.clear();
  }

  async printRoles(): Promise<void> {}

  #add(name: string, role: string, domain: string): void {
    const domains = this.#given.get(name) ?? new Map<string, Set<string>>();
    this.#given.set(name, domains);
    domains.set(domain, (domains.get(domain) ?? new Set()).add(role));
  }

  #direct(name: string, domain: string): ReadonlySet<string> {
    const direct = new Set(this.#inherited.get(name));
    for (const part of partsOf(name)) {
      const given = this.#given.get(part);
      for (const role of given?.get(domain) ?? []) direct.add(role);
      for (const role of given?.get(EVERYWHERE) ?? []) direct.add(role);
    }
    return direct;
  }

  #walk(name: string, domain: string): ReadonlySet<string> {
    const found = new Set(this.#direct(name, domain));
    // A Set is walked in insertion order and includes what is added on the way.
    for (const role of found) for (const next of this.#inherited.get(role) ?? []) found.add(next);
    return found;
  }
}

function only(domain: readonly string[]): string {
  if (domain.length !== 1 || domain[0] === undefined) throw new Error('a role is asked for in exactly one domain');
  return domain[0];
}
