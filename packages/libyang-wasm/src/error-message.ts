// Words messages for people: what value was refused, by which rule, and what would be right.
import type { TypeJson } from './api.ts';

type Wording = readonly [pattern: RegExp, words: (match: RegExpExecArray, type: TypeJson | undefined) => string];

/** libyang's wording of the pinned version on the left; what does not match stays as it is. */
const wordings: readonly Wording[] = [
  [
    /^Unsatisfied range - value "(.*)" is out/s,
    ([, value], type) => `"${value}" is out of range${allowed(type?.range)}.`,
  ],
  [
    /^Unsatisfied length - string "(.*)" length/s,
    ([, value], type) => `"${value}" is too long or too short${allowed(type?.length)}.`,
  ],
  [
    /^Unsatisfied pattern - "(.*)" does not (?:conform|match) (?:to )?"(.*)"\.$/s,
    ([, value, pattern]) => `"${value}" does not match the pattern ${pattern}`,
  ],
  [
    /^Unsatisfied pattern - "(.*)" does not match inverted/s,
    ([, value]) => `"${value}" matches a pattern that it must not match.`,
  ],
  [
    /^Value "(.*)" is out of type (\w+) min\/max bounds\.$/s,
    ([, value, base]) => `"${value}" does not fit into ${base}.`,
  ],
  [
    /^Invalid non-num64-encoded (\w+) value "(.*)"\.$/s,
    ([, base, value]) => `${value} must be a string: JSON writes ${base} as text.`,
  ],
  [
    /^Invalid (?:type|non-[\w-]+-encoded) (\w+) value "(.*)"\.$/s,
    ([, base, value]) => `"${value}" is not a value of type ${base}.`,
  ],
  [/^Invalid \d+\. character of decimal64 value "(.*)"\.$/s, ([, value]) => `"${value}" is not a decimal number.`],
  [
    /^Invalid enumeration value "(.*)"\.$/s,
    ([, value], type) => `"${value}" is none of the values of this enumeration${allowed(type?.enums?.join(', '))}.`,
  ],
  [
    /^Invalid identityref "(.*)" value/s,
    ([, value], type) => `"${value}" is not an identity that is allowed here${allowed(type?.identities?.join(', '))}.`,
  ],
  [
    /^Invalid leafref value "(.*)" - no target instance "(.*)" with/s,
    ([, value, path]) => `"${value}" refers to nothing: no ${path} has this value.`,
  ],
  [
    /^Invalid instance-identifier "(.*)" value - required instance/s,
    ([, value]) => `"${value}" refers to nothing: there is no such instance.`,
  ],
  [/^Mandatory node "(.*)" instance does not exist\.$/, ([, name]) => `"${name}" is mandatory and missing.`],
  [
    /^Mandatory choice "(.*)" data do not exist\.$/,
    ([, name]) => `One of the cases of the choice "${name}" must be given.`,
  ],
  [/^List instance is missing its key "(.*)"\.$/, ([, name]) => `The list entry lacks its key "${name}".`],
  [/^Must condition "(.*)" not satisfied\.$/s, ([, condition]) => `The rule does not hold: ${condition}`],
  [/^When condition "(.*)" not satisfied\.$/s, ([, condition]) => `This node may exist only when: ${condition}`],
  [/^Too many "(.*)" instances\.$/, ([, name]) => `There are more entries of "${name}" than allowed.`],
  [/^Too few "(.*)" instances\.$/, ([, name]) => `There are fewer entries of "${name}" than required.`],
  [/^Duplicate instance of "(.*)"\.$/, ([, name]) => `The same instance of "${name}" is given twice.`],
  [
    /^Data for both cases "(.*)" and "(.*)" exist\.$/,
    ([, one, two]) => `Only one of the cases "${one}" and "${two}" may have data.`,
  ],
  [
    /^Unique data leaf\(s\) "(.*)" not satisfied in "(.*)" and "(.*)"\.$/s,
    ([, leaves, one, two]) => `"${leaves}" must be unique, but ${one} and ${two} have the same value.`,
  ],
  [
    /^Node "(.*)" not found as a child of "(.*)" node\.$/,
    ([, name, parent]) => `There is no node "${name}" in "${parent}".`,
  ],
  [
    /^Node "(.*)" not found in the "(.*)" module\.$/,
    ([, name, module]) => `There is no node "${name}" in the module "${module}".`,
  ],
  [/^No module named "(.*)" in the context\.$/, ([, module]) => `There is no module "${module}" in the model.`],
  [/^Unexpected data state node "(.*)" found\.$/, ([, name]) => `"${name}" is state, which cannot be configured.`],
];

/** The message in plain words; `type` is the type of the leaf that it is about. */
export function wordMessage(message: string, type?: TypeJson): string {
  for (const [pattern, words] of wordings) {
    const match = pattern.exec(message);
    if (match) return words(match, type);
  }
  return message;
}

function allowed(what: string | undefined): string {
  return what ? `; allowed: ${what}` : '';
}
