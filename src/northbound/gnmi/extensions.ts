// Extensions of requests: which RPC may carry which, and what becomes of those that are not served. [gnmi-extensions]

import { EdgeconfError } from '../../errors.ts';
import type { Extension, ExtensionKind } from '../../proto/gnmi.ts';

export type Verb = 'Capabilities' | 'Get' | 'Set' | 'Subscribe';

/** The well-known extensions; a registered one is known by its number only. */
export type WellKnown = Exclude<ExtensionKind, 'registered_ext'>;

/** The RPCs that each well-known extension is defined for. */
const verbsOf: Readonly<Record<WellKnown, readonly Verb[]>> = {
  master_arbitration: ['Set'],
  history: ['Subscribe'],
  commit: ['Set'],
  depth: ['Get', 'Subscribe'],
  config_subscription: ['Subscribe'],
};

/**
 * Looks at the extensions of a request. A registered extension that is not known is ignored, so that the RPC keeps
 * working; a well-known one changes what the RPC means and is never ignored.
 * @param served the well-known extensions that the RPC's code reads.
 * @throws EdgeconfError INVALID_ARGUMENT for one that the RPC cannot carry or that comes twice, UNIMPLEMENTED for one that
 * is not served.
 */
export function checkExtensions(
  verb: Verb,
  extensions: readonly Extension[] | undefined,
  served: readonly WellKnown[] = [],
): void {
  const seen = new Set<ExtensionKind>();
  for (const { ext } of extensions ?? []) {
    // A member that this version does not know is like an unknown registered extension.
    if (ext === undefined || ext === 'registered_ext') continue;
    if (!verbsOf[ext].includes(verb)) {
      const verbs = verbsOf[ext].join(' and ');
      throw invalid(`extension ${ext} belongs to ${verbs} and cannot go with ${verb}`);
    }
    if (!served.includes(ext)) {
      throw new EdgeconfError('UNIMPLEMENTED', `extension ${ext} is not served; send the ${verb} without it`);
    }
    if (seen.has(ext)) throw invalid(`extension ${ext} comes twice; send it once`);
    seen.add(ext);
  }
}

/** The well-known extension of this kind; undefined when the request has none. */
export function wellKnown<Kind extends WellKnown>(
  extensions: readonly Extension[] | undefined,
  kind: Kind,
): NonNullable<Extension[Kind]> | undefined {
  return extensions?.find(({ ext }) => ext === kind)?.[kind] ?? undefined;
}

/**
 * The message of the registered extension with this number; undefined when the request has none.
 * @throws EdgeconfError INVALID_ARGUMENT when it comes twice.
 */
export function registered(extensions: readonly Extension[] | undefined, id: number): Uint8Array | undefined {
  const found = (extensions ?? []).filter(({ registered_ext }) => registered_ext?.id === id);
  if (found.length > 1) throw invalid(`registered extension ${id} comes ${found.length} times; send it once`);
  return found[0]?.registered_ext === undefined ? undefined : (found[0].registered_ext.msg ?? new Uint8Array());
}

function invalid(message: string): EdgeconfError {
  return new EdgeconfError('INVALID_ARGUMENT', message);
}
