// The roles that a new data folder has. They are configuration like any other and can be changed.

import type { Action } from './access/action.ts';

const everything: readonly Action[] = ['read', 'create', 'update', 'delete', 'execute'];
const edit: readonly Action[] = ['read', 'create', 'update', 'delete'];

interface Rule {
  readonly name: string;
  readonly effect: 'allow' | 'deny';
  readonly target: string;
  readonly path: string;
  readonly action: readonly Action[];
}

function allow(name: string, target: string, path: string, action: readonly Action[]): Rule {
  return { name, effect: 'allow', target, path, action };
}

/** What a team that runs one subsystem sees and changes in the sites of a tenant, and its devices in the platform target. */
function serviceTeam(subsystem: string, description: string, paths: Readonly<Record<string, string>>): object {
  return {
    name: `${subsystem}-team`,
    description: `${description} With parameter device: the devices that the team runs.`,
    rule: [
      allow('site-names', '*', '/site/site-id', ['read']),
      ...Object.entries(paths).map(([name, path]) => allow(name, '*', path, edit)),
      allow('devices', 'platform', '/device[name={device}]', ['read', 'execute']),
      // Not where it is and what the service signs in with: who sets both is sent any secret that the service can read.
      allow('device-use', 'platform', '/device[name={device}]/enabled', ['create', 'update', 'delete']),
      allow('device-version', 'platform', '/device[name={device}]/version', ['create', 'update', 'delete']),
    ],
  };
}

/** The role of who runs the service. */
export const operatorRole = {
  name: 'operator',
  description: 'Runs the edge cloud: everything, for the tenants it is given for and for the platform itself.',
  rule: [allow('tenants', '*', '/', everything), allow('platform', 'platform', '/', everything)],
};

/** RFC 7951 entries of the platform target's list of roles. Paths of tenants' targets are those of the model aether. */
export const readyMadeRoles: readonly object[] = [
  operatorRole,
  {
    name: 'auditor',
    description: 'Looks at everything but secrets, takes the audit log, and changes nothing.',
    rule: [
      allow('tenants', '*', '/', ['read']),
      allow('platform', 'platform', '/', ['read']),
      allow('audit-log', 'platform', '/audit', ['execute']),
      { ...allow('password-hashes', 'platform', '/user/password-hash', ['read']), effect: 'deny' },
    ],
  },
  serviceTeam('ran', 'Runs the radio network (SD-RAN) of sites, and nothing else.', {
    'small-cells': '/site/small-cell',
    'slice-names': '/site/slice/slice-id',
    'slice-weights': '/site/slice/xapp',
    'ran-service': '/site/connectivity-service/ran-5g-service',
  }),
  serviceTeam('core', 'Runs the mobile core (SD-Core and UPF) of sites, and nothing else.', {
    'core-4g': '/site/connectivity-service/core-4g',
    'core-5g': '/site/connectivity-service/core-5g',
    upfs: '/site/upf',
    'ip-domains': '/site/ip-domain',
    imsis: '/site/imsi-definition',
  }),
  {
    name: 'enterprise-admin',
    description: 'Manages one enterprise: everything in its targets.',
    rule: [allow('own-targets', '*', '/', everything)],
  },
  {
    name: 'enterprise-reader',
    description: "Looks at one enterprise's targets and changes nothing.",
    rule: [allow('own-targets', '*', '/', ['read'])],
  },
  {
    name: 'site-admin',
    description: 'Manages some sites of an enterprise. With parameter site: their identifiers.',
    rule: [
      allow('own-sites', '*', '/site[site-id={site}]', everything),
      allow('applications', '*', '/application', ['read']),
      allow('templates', '*', '/template', ['read']),
      allow('traffic-classes', '*', '/traffic-class', ['read']),
    ],
  },
  {
    name: 'app-developer',
    description: 'Manages the applications of an enterprise, and nothing else.',
    rule: [allow('applications', '*', '/application', edit), allow('traffic-classes', '*', '/traffic-class', ['read'])],
  },
  {
    name: 'third-party-provider',
    description: 'Looks after some applications of an enterprise. With parameter application: their identifiers.',
    rule: [allow('own-applications', '*', '/application[application-id={application}]', edit)],
  },
  {
    name: 'end-user',
    description: 'Looks after own devices. With parameters site and device: where they are, and their identifiers.',
    rule: [allow('own-devices', '*', '/site[site-id={site}]/device[device-id={device}]', ['read', 'update'])],
  },
];
