// Questions about documents on a device that tenants share: what others have there must not be told, in whatever way it is asked.

import { parsePath } from '../../src/proto/path-text.ts';
import type { Attack } from '../attack.ts';

type Code = Attack['code'];

const own = 'network-slice/chicago-line';
const foreign = ['network-slice/globex-line', 'device-group/globex-line'];
const other = ['network-slice/dallas-line', 'device-group/dallas-line'];

function asked(as: string, like: Attack['like'], method: string, request: object, code: Code): Attack {
  const name = `${as}: ${method} ${JSON.stringify(request)}`;
  return { name, as, like, code, run: (hand) => hand.ask(method, request) };
}

/** Everything that can be asked about one document. */
function about(as: string, like: Attack['like'], document: string, code: Code): Attack[] {
  const one = { device: 'core', document };
  return [
    asked(as, like, 'GetDocument', one, code),
    asked(as, like, 'GetDocument', { ...one, ask_device: true }, code),
    asked(as, like, 'Explain', one, code),
    asked(as, like, 'Explain', { ...one, leaf: '/slice-id/sst' }, code),
  ];
}

/** Everything that can be asked about all of them. */
function lists(as: string, like: Attack['like']): Attack[] {
  return [
    asked(as, like, 'ListDocuments', {}, 'OK'),
    asked(as, like, 'ListDocuments', { device: 'core' }, 'OK'),
    asked(as, like, 'ListDocuments', { target: 'acme' }, 'OK'),
    asked(as, like, 'ListDocuments', { target: 'globex' }, 'PERMISSION_DENIED'),
    asked(as, like, 'Reach', { target: 'acme', path: '/' }, 'OK'),
    asked(as, like, 'Reach', { target: 'acme', path: '/...' }, 'OK'),
    asked(as, like, 'Reach', { target: 'globex', path: '/' }, 'PERMISSION_DENIED'),
    asked(as, like, 'Reach', { target: '*', path: '/' }, 'INVALID_ARGUMENT'),
  ];
}

/** What takes rights to the device itself. */
function devices(as: string, like: Attack['like']): Attack[] {
  return ['core', 'core-2', 'globex-core'].flatMap((device) => [
    asked(as, like, 'Verify', { device }, 'PERMISSION_DENIED'),
    asked(as, like, 'Import', { device, target: 'acme' }, 'PERMISSION_DENIED'),
    asked(as, like, 'Import', { device, target: 'globex' }, 'PERMISSION_DENIED'),
  ]);
}

const remove = (target: string, path: string) => ({ prefix: { target }, delete: [parsePath(path)] });

export const documentAttacks: readonly Attack[] = [
  ...lists('acme-admin', 'no-globex'),
  ...foreign.flatMap((document) => about('acme-admin', 'no-globex', document, 'NOT_FOUND')),
  ...about('acme-admin', 'no-globex', own, 'OK'),
  ...devices('acme-admin', 'no-globex'),
  asked('acme-admin', 'no-globex', 'Plan', { change: remove('globex', '/site') }, 'PERMISSION_DENIED'),
  asked('acme-admin', 'no-globex', 'Plan', { change: remove('acme', '/site') }, 'OK'),
  asked('acme-admin', 'no-globex', 'Plan', { change: remove('acme', '/site'), ask_devices: true }, 'PERMISSION_DENIED'),
  ...lists('site-admin', 'no-dallas'),
  ...other.flatMap((document) => about('site-admin', 'no-dallas', document, 'NOT_FOUND')),
  ...about('site-admin', 'no-dallas', own, 'OK'),
  ...['/site[site-id=dallas]', '/site[site-id=dallas]/slice', '/site/slice/sst'].map((path) =>
    asked('site-admin', 'no-dallas', 'Reach', { target: 'acme', path }, 'OK'),
  ),
  asked(
    'site-admin',
    'no-dallas',
    'Plan',
    { change: remove('acme', '/site[site-id=dallas]/slice[slice-id=dallas-line]') },
    'PERMISSION_DENIED',
  ),
  asked(
    'site-admin',
    'no-dallas',
    'Plan',
    { change: remove('acme', '/site[site-id=chicago]/slice[slice-id=chicago-line]') },
    'OK',
  ),
  ...lists('provider', 'one-application'),
  ...[own, ...other].flatMap((document) => about('provider', 'one-application', document, 'NOT_FOUND')),
  asked('provider', 'one-application', 'Reach', { target: 'acme', path: '/application' }, 'OK'),
  asked(
    'provider',
    'one-application',
    'Plan',
    {
      change: {
        prefix: { target: 'acme' },
        update: [{ path: parsePath('/application[application-id=cam]/address'), val: { ascii_val: '10.1.7.0/24' } }],
      },
    },
    'OK',
  ),
];
