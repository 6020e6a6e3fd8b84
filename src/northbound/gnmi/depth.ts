// How many levels below a path are wanted: the depth extension of Get and Subscribe. [gnmi-depth]

import type { Extension } from '../../proto/gnmi.ts';
import type { Path } from '../../schema/path.ts';
import { wellKnown } from './extensions.ts';
import type { RequestPath } from './request-path.ts';
import type { Sight } from './sight.ts';

/** The number of levels that a request asks for; 0 is all. */
export function depthOf(extensions: readonly Extension[] | undefined): number {
  return wellKnown(extensions, 'depth')?.level ?? 0;
}

/** Where counting begins: an origin that is a module stands for the root too, though it is read as the module's nodes. */
export function depthBase({ elems }: Pick<RequestPath, 'elems'>, length: number): number {
  return elems.length === 0 ? 0 : length;
}

/**
 * The sight with nothing that is deeper than `depth` levels below a path of `base` elements. The last level has leaves and
 * leaf-lists only; a list entry is one level, and an entry that is asked for itself is where counting begins.
 */
export function withinDepth(sight: Sight, depth: number, base: number): Sight {
  if (depth === 0 || sight === 'nothing') return sight;
  return (path) => isWithin(path, depth, base) && (sight === 'all' || sight(path));
}

function isWithin(path: Path, depth: number, base: number): boolean {
  const level = path.length - base;
  const kind = path.at(-1)?.node.kind;
  // A presence container and the order of a list's entries belong to what is in them.
  return kind === 'container' || kind === 'list' ? level < depth : level <= depth;
}
