// Which of the configured rules a certificate fits, and who its owner is by that.

import type { CertificateField, CertificateRule } from './authentication.ts';
import type { CertificateNames } from './certificate-names.ts';

/** Somebody by a rule; the groups are sorted, each once. */
export interface CertificateOwner {
  readonly user: string;
  readonly groups: readonly string[];
}

/** As the platform model writes the type of user names; no name of an issuer's user is like that. */
const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/** The owner by the first rule that one of the certificate's names fits; undefined when none does. */
export function certificateOwner(
  rules: readonly CertificateRule[],
  { names }: CertificateNames,
): CertificateOwner | undefined {
  for (const rule of rules) {
    for (const name of names[rule.field] ?? []) {
      const user = rule.user ?? name;
      if (!fits(rule.field, rule.value, name) || !USER_NAME.test(user)) continue;
      return { user, groups: [...new Set(rule.groups)].sort() };
    }
  }
  return undefined;
}

/** DNS names are the same in capital and small letters; all else is compared as it is. */
function fits(field: CertificateField, value: string, name: string): boolean {
  const wanted = field === 'san-dns' ? value.toLowerCase() : value;
  if (wanted.startsWith('*')) return name.endsWith(wanted.slice(1));
  if (wanted.endsWith('*')) return name.startsWith(wanted.slice(0, -1));
  return name === wanted;
}
