// Chooses error-tag and error-app-tag for what libyang found.
import type { ErrorRecord } from './violations.ts';

/** libyang's LY_VECODE values that decide. */
const vecodeSyntax = 1;
const vecodeSyntaxJson = 8;

const mustMark = 'must\n';

type Rule = readonly [pattern: RegExp, tag: string, appTag?: string];

/** Messages of libyang's data checks; the pinned version makes their wording dependable. [RFC 7950 8.3.1, 15] */
const rules: readonly Rule[] = [
  [/^Mandatory choice /, 'data-missing', 'missing-choice'],
  [/^(Mandatory node|List instance is missing its key) /, 'missing-element'],
  [/^Too (many|few) "/, 'operation-failed'],
  [/^Unique data leaf/, 'operation-failed', 'data-not-unique'],
  [/^When condition /, 'unknown-element'],
  [/^Duplicate instance of /, 'data-exists'],
  [/^Data for both cases /, 'bad-element'],
  [
    /^(Node ".*" not found|No module named|No module connected|Invalid (top-level )?node|Unknown|Annotation definition)/,
    'unknown-element',
  ],
  [/^Unexpected data /, 'operation-not-supported'],
  [/ - (no target instance|required instance not found)/, 'data-missing', 'instance-required'],
];

/** Tag and app-tag of a record. */
export function classify(record: ErrorRecord): { errorTag: string; errorAppTag?: string } {
  const { tag, message, appTag } = record;
  const isMust = appTag.startsWith(mustMark);
  const rule = rules.find(([pattern]) => pattern.test(message));
  const errorTag = tag || (isMust ? 'operation-failed' : (rule?.[1] ?? tagOfCode(record)));
  const errorAppTag = (isMust ? appTag.slice(mustMark.length) : appTag) || (tag ? '' : rule?.[2]);
  return { errorTag, ...(errorAppTag ? { errorAppTag } : {}) };
}

function tagOfCode({ vecode }: ErrorRecord): string {
  if (vecode === vecodeSyntax || vecode === vecodeSyntaxJson) return 'malformed-message';
  return 'invalid-value';
}
