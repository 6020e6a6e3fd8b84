// The platform configuration of a new data folder: ready-made roles and one operator.

/** All actions that a rule can be about. */
const everything = ['read', 'create', 'update', 'delete', 'execute'];

/** RFC 7951 text of the first platform configuration. The operator's role is given for all tenants. */
export function firstPolicy(operator: string, passwordHash: string): string {
  const rule = (name: string, target: string, action: readonly string[]): object => ({
    name,
    effect: 'allow',
    target,
    path: '/',
    action,
  });
  return JSON.stringify({
    'edgeconf-platform:role': [
      {
        name: 'operator',
        description: 'Runs the edge cloud: everything, for the tenants it is given for and for the platform itself.',
        rule: [rule('tenants', '*', everything), rule('platform', 'platform', everything)],
      },
      {
        name: 'enterprise-admin',
        description: 'Manages one enterprise: everything in its targets.',
        rule: [rule('own-targets', '*', everything)],
      },
      {
        name: 'enterprise-reader',
        description: "Looks at one enterprise's targets and changes nothing.",
        rule: [rule('own-targets', '*', ['read'])],
      },
    ],
    'edgeconf-platform:user': [
      { name: operator, 'password-hash': passwordHash, role: [{ tenant: '*', role: 'operator' }] },
    ],
  });
}
