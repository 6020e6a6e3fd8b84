// Who takes part in the demo: the sample platform configuration with tenants, targets, the SD-Core and its users.

/** Passwords are for the demo alone: its service listens on loopback and its data folder goes when it ends. */
export const people = {
  alice: { password: 'alice-demo', tenant: 'acme', role: 'enterprise-admin', description: 'Admin of Acme' },
  anna: { password: 'anna-demo', tenant: 'acme', role: 'enterprise-reader', description: 'Reader of Acme' },
  bob: { password: 'bob-demo', tenant: 'globex', role: 'enterprise-admin', description: 'Admin of Globex' },
  bella: { password: 'bella-demo', tenant: 'globex', role: 'enterprise-reader', description: 'Reader of Globex' },
} as const;

/** URI that stands for the SD-Core in both enterprises' intent. */
export const coreEndpoint = 'http://sd-core.edge.example:5000';

/** URIs that stand for the user planes in both enterprises' intent. */
export const upfEndpoints = [
  'upf1.chicago.acme',
  'upf2.chicago.acme',
  'upf3.chicago.acme',
  'upf1.dallas.acme',
  'upf1.berlin.globex',
  'upf2.berlin.globex',
  'upf1.osaka.globex',
].map((name) => `http://${name}.example:8080`);

/** RFC 7951 text for the root of the platform target. `hash` makes the scrypt text of a password. */
export async function samplePlatform(
  coreAddress: string,
  userPlanes: ReadonlyMap<string, string>,
  hash: (password: string) => Promise<string>,
): Promise<string> {
  const tenants = [
    { name: 'acme', 'display-name': 'Acme Manufacturing' },
    { name: 'globex', 'display-name': 'Globex Health' },
  ];
  const users = Object.entries(people).map(async ([name, { password, tenant, role, description }]) => ({
    name,
    description,
    'password-hash': await hash(password),
    role: [{ tenant, role }],
  }));
  return JSON.stringify({
    'edgeconf-platform:tenant': tenants,
    'edgeconf-platform:target': tenants.map(({ name }) => ({
      name,
      tenant: name,
      model: 'aether',
      'model-version': '2.1',
    })),
    'edgeconf-platform:device': [
      { name: 'sd-core-1', kind: 'sd-core', address: coreAddress, endpoint: [coreEndpoint], version: '3.0' },
      ...[...userPlanes].map(([endpoint, address], i) => ({
        name: `upf-of-sample-${i + 1}`,
        kind: 'upf',
        address,
        endpoint: [endpoint],
      })),
    ],
    'edgeconf-platform:user': await Promise.all(users),
  });
}
