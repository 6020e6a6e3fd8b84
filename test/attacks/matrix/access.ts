// The rows of questions about access: everybody learns about themselves, and only readers of the policy about others.

import { parsePath } from '../../../src/proto/path-text.ts';
import { type Answer, type Answers, answers, type Caller, callers, type Place, type Row, type Rows } from './row.ts';

/** An answer to everybody whom the service recognizes, but for some. */
function recognized(answer: Answer, some: Readonly<Partial<Record<Caller, Answer>>> = {}): Answers {
  const all = Object.fromEntries(callers.map((caller) => [caller, answer]));
  return answers({ ...all, unauthenticated: 'UNAUTHENTICATED', ...some });
}

/** What those see who may read the policy. */
function readers(operator: Answer, auditor: Answer = operator): Answers {
  return answers({ operator, auditor });
}

function everywhere(of: Answers): Row['answers'] {
  return { acme: of, globex: of, platform: of, nowhere: of };
}

type Shows = NonNullable<Row['shows']>;

const verdict: Shows = (messages) => messages.map((message) => String(message.verdict));

/** The names in one member of a list. */
function named(list: string, member: string): Shows {
  return (messages) =>
    messages.flatMap((message) =>
      ((message[list] ?? []) as readonly Record<string, string>[]).map((each) => each[member] ?? ''),
    );
}

const [allowed, partly, denied] = [['ALLOWED'], ['PARTLY'], ['DENIED']];
const question = (target: Place) => ({ action: 'read', target, path: '/' });
const withRoles = callers.filter((caller) => caller !== 'without-roles' && caller !== 'unauthenticated');
const all = ['acme', 'globex', 'platform'];

export const accessRows: Rows = {
  'edgeconf.access.v1.Access/Check': [
    {
      title: 'about the asker is answered to everybody; what is not there is denied like what is foreign',
      requests: (place) => [question(place)],
      answers: {
        acme: recognized(partly, {
          operator: allowed,
          auditor: allowed,
          'enterprise-admin': allowed,
          'enterprise-reader': allowed,
          'without-roles': denied,
        }),
        globex: recognized(denied, { operator: allowed, auditor: allowed }),
        platform: recognized(denied, { operator: allowed, auditor: partly }),
        nowhere: recognized(denied),
      },
      shows: verdict,
    },
    {
      title: 'about somebody else is for readers of the policy',
      requests: (place) => [{ ...question(place), subject: { user: 'without-roles', groups: [] } }],
      answers: everywhere(answers({ operator: denied, auditor: denied, 'without-roles': denied })),
      shows: verdict,
    },
    {
      title: 'about somebody who is not there is refused like about somebody who is',
      requests: (place) => [{ ...question(place), subject: { user: 'ghost', groups: [] } }],
      answers: everywhere(readers('NOT_FOUND')),
    },
  ],
  'edgeconf.access.v1.Access/WhoCan': [
    {
      title: 'is for readers of the policy',
      requests: (place) => [question(place)],
      answers: {
        acme: readers(withRoles),
        globex: readers(['operator', 'auditor']),
        platform: readers(['operator', 'auditor']),
        nowhere: readers([]),
      },
      shows: named('able', 'name'),
    },
  ],
  'edgeconf.access.v1.Access/Reach': [
    {
      title: 'of the asker names no target in which the asker may do nothing',
      requests: () => [{}],
      answers: everywhere(recognized(['acme'], { operator: all, auditor: all, 'without-roles': [] })),
      shows: named('parts', 'target'),
    },
    {
      title: 'of somebody else is for readers of the policy',
      requests: () => [{ subject: { user: 'site-admin', groups: [] } }],
      answers: everywhere(answers({ operator: ['acme'], auditor: ['acme'], 'site-admin': ['acme'] })),
      shows: named('parts', 'target'),
    },
  ],
  'edgeconf.access.v1.Access/Compare': [
    {
      title: 'is for readers of the policy who may make the change, and changes nothing',
      requests: (target) => {
        const path = target === 'platform' ? '/user[name=end-user]/role' : '/application';
        return [{ change: { prefix: { target }, delete: [parsePath(path)] } }];
      },
      answers: {
        acme: readers('INVALID_ARGUMENT'),
        globex: readers('INVALID_ARGUMENT'),
        platform: readers(['end-user'], 'PERMISSION_DENIED'),
      },
      shows: named('flips', 'name'),
    },
  ],
  'edgeconf.access.v1.Access/Prove': [
    {
      title: 'is for those who may read the platform, and finds nobody but staff between tenants',
      requests: () => [{}],
      answers: everywhere(readers(['operator', 'auditor'])),
      shows: (messages) => [...named('crossings', 'who')(messages), ...named('staff', 'who')(messages)],
    },
  ],
  'edgeconf.access.v1.Access/Boundaries': [
    {
      title: 'is for readers of the policy',
      requests: () => [{}],
      answers: everywhere(readers(all)),
      shows: named('boundaries', 'target'),
    },
  ],
};
