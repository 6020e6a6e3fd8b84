// Paths of the leaves of a document: names and array indexes with slashes before them. [RFC 6901]

/** The path of a member or element of what is at `path`; the document itself is at `''`. */
export function pointerTo(path: string, step: string | number): string {
  return `${path}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Whether `path` is `outer` or lies in it. */
export function isWithin(outer: string, path: string): boolean {
  return path === outer || path.startsWith(`${outer}/`);
}

/** What `path` lies in; undefined for the document itself. */
export function pointerAbove(path: string): string | undefined {
  return path === '' ? undefined : path.slice(0, path.lastIndexOf('/'));
}
