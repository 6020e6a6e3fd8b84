// The rows of the audit log: it is of all tenants, so it is for those alone who may take it from the platform.

import { answers, type Row, type Rows } from './row.ts';

/** Operator and auditor, whatever place the row is looked at for: the log is one for all. */
const taken = answers({ operator: ['records'], auditor: ['records'] });
const everywhere: Row['answers'] = { acme: taken, globex: taken, platform: taken, nowhere: taken };

const shows: Row['shows'] = (messages) =>
  messages.flatMap(({ record }) => ((record ?? []) as readonly string[]).map(() => 'records'));

export const auditRows: Rows = {
  'edgeconf.audit.v1.Audit/Export': [
    { title: 'the whole log', requests: () => [{}], shows, answers: everywhere },
    { title: 'the log from a revision on', requests: () => [{ revision: 1 }], shows, answers: everywhere },
    { title: 'the log from a time on', requests: () => [{ time_ns: 1 }], shows, answers: everywhere },
  ],
};
