// The rows of questions about documents: tenants see their own, and only who runs the platform sees devices.

import { parsePath } from '../../../src/proto/path-text.ts';
import { type Answer, type Answers, answers, type Caller, callers, type Place, type Row, type Rows } from './row.ts';

const GROUP = 'device-group/robots';
const SLICE = 'network-slice/line';
const both = [GROUP, SLICE];

/** What a stream or an answer names. */
const named: NonNullable<Row['shows']> = (messages) =>
  messages.flatMap(({ documents, steps, document }) =>
    [documents, steps, document === undefined ? [] : [document]].flatMap((list) =>
      ((list ?? []) as readonly { document: string }[]).map((each) => each.document),
    ),
  );

/** An answer to everybody whom the service recognizes, but for some. */
function recognized(answer: Answer, some: Readonly<Partial<Record<Caller, Answer>>> = {}): Answers {
  const all = Object.fromEntries(callers.map((caller) => [caller, answer]));
  return answers({ ...all, unauthenticated: 'UNAUTHENTICATED', ...some });
}

function everywhere(of: Answers): Row['answers'] {
  return { acme: of, globex: of, platform: of, nowhere: of };
}

const staff = { operator: both, auditor: both };
/** Who may read the entries that the documents of a tenant are made from. */
const readers = { ...staff, 'enterprise-admin': both, 'enterprise-reader': both, 'site-admin': both };
/** Who may know that there is a target, and reads none of these entries. */
const outsiders: Readonly<Partial<Record<Caller, Answer>>> = {
  'core-team': [],
  'app-developer': [],
  'third-party-provider': [],
  'end-user': [],
};

const device = (place: Place) => `core-${place}`;
const one = (place: Place) => [{ device: device(place), document: SLICE }];
const found = (...who: readonly Caller[]): Answers =>
  recognized('NOT_FOUND', Object.fromEntries(who.map((caller) => [caller, [SLICE]])));
const ofOne: Row['answers'] = {
  acme: found('operator', 'auditor', 'enterprise-admin', 'enterprise-reader', 'site-admin', 'ran-team'),
  globex: found('operator', 'auditor'),
  platform: found(),
  nowhere: found(),
};

/** What takes the right to execute a device; these devices are not enabled. */
const executed = (title: string, requests: Row['requests'], missing: Answer): Row => ({
  title,
  requests,
  answers: {
    acme: answers({ operator: 'FAILED_PRECONDITION' }),
    globex: answers({ operator: 'FAILED_PRECONDITION' }),
    platform: answers({ operator: missing }),
    nowhere: answers({ operator: 'NOT_FOUND' }),
  },
});

const slice = parsePath('/site[site-id=chicago]/slice[slice-id=line]');

export const southboundRows: Rows = {
  'edgeconf.southbound.v1.Southbound/ListDocuments': [
    {
      title: 'the documents of a target',
      requests: (target) => [{ target }],
      shows: named,
      answers: {
        acme: answers({ ...readers, 'ran-team': [SLICE], ...outsiders }),
        globex: answers(staff),
        platform: answers({ operator: [], auditor: [] }),
      },
    },
    {
      title: 'the documents of a device',
      requests: (place) => [{ device: device(place) }],
      shows: named,
      answers: {
        acme: recognized([], { ...readers, 'ran-team': [SLICE] }),
        globex: recognized([], staff),
        platform: recognized([]),
        nowhere: recognized([]),
      },
    },
  ],
  'edgeconf.southbound.v1.Southbound/GetDocument': [
    { title: 'one document; a foreign one is like one that is not there', requests: one, shows: named, answers: ofOne },
  ],
  'edgeconf.southbound.v1.Southbound/Explain': [
    { title: 'one document; a foreign one is like one that is not there', requests: one, shows: named, answers: ofOne },
  ],
  'edgeconf.southbound.v1.Southbound/Reach': [
    {
      title: 'the documents that a target reaches',
      requests: (target) => [{ target, path: '/' }],
      shows: named,
      answers: {
        acme: answers({ ...readers, 'ran-team': [SLICE], ...outsiders }),
        globex: answers(staff),
        platform: answers({ operator: [], auditor: [] }),
      },
    },
  ],
  'edgeconf.southbound.v1.Southbound/Plan': [
    {
      title: 'is for who may make the change, and changes nothing',
      requests: (target) => [{ change: { prefix: { target }, delete: [slice] } }],
      shows: named,
      answers: {
        acme: answers({ operator: both, 'enterprise-admin': both, 'site-admin': both }),
        globex: answers({ operator: both }),
        platform: answers({ operator: 'INVALID_ARGUMENT', auditor: 'INVALID_ARGUMENT' }),
      },
    },
    {
      title: 'asking devices is for who may execute them',
      requests: (target) => [{ change: { prefix: { target }, delete: [slice] }, ask_devices: true }],
      shows: named,
      answers: {
        acme: answers({ operator: both }),
        globex: answers({ operator: both }),
        platform: answers({ operator: 'INVALID_ARGUMENT', auditor: 'INVALID_ARGUMENT' }),
      },
    },
  ],
  'edgeconf.southbound.v1.Southbound/Import': [
    executed(
      'is for who may execute the device',
      (place) => [{ device: device(place), target: place === 'nowhere' ? 'acme' : place }],
      'NOT_FOUND',
    ),
    {
      title: 'into a target that the caller may not know is refused',
      requests: () => [{ device: 'core-acme', target: 'ghost' }],
      answers: everywhere(answers()),
    },
  ],
  'edgeconf.southbound.v1.Southbound/Verify': [
    executed('is for who may execute the device', (place) => [{ device: device(place) }], 'NOT_FOUND'),
  ],
};
