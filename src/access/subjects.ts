// How users, roles and tenants are named towards Casbin, so that no two of them can be taken for each other.

// Casbin remembers answers under its arguments joined by commas; an encoded name has neither comma nor colon.
const encode = encodeURIComponent;

/** A user and a role of the same name must not be one subject. */
export function userSubject(name: string): string {
  return `user:${encode(name)}`;
}

/** A user who is in more groups than the policy says, by a token or a certificate. An encoded name has no plus sign. */
export function memberSubject(user: string, groups: readonly string[]): string {
  return [userSubject(user), ...groups.map(groupSubject)].join('+');
}

/** What a subject consists of: the user, and the groups. */
export function partsOf(subject: string): readonly string[] {
  return subject.split('+');
}

export function groupSubject(name: string): string {
  return `group:${encode(name)}`;
}

export function roleSubject(name: string): string {
  return `role:${encode(name)}`;
}

/** The domain of a role that is given for all tenants; such roles hold in every domain. */
export const EVERYWHERE = '*';

/** The domain of a tenant's targets. The platform target, which has no tenant, lies in the domain of the tenant ''. */
export function tenantDomain(tenant: string): string {
  return tenant === EVERYWHERE ? EVERYWHERE : `tenant:${encode(tenant)}`;
}
