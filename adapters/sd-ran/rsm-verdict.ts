// What the slice manager means by the cause of a failure: it may pass, or it is a verdict on the request.

/** The E2 node did not answer, the manager's own records could not be reached, or the node is not wired up yet. */
const MAY_PASS: readonly RegExp[] = [
  /^timeout happens/,
  /code = (Unavailable|DeadlineExceeded)/,
  // The manager keeps its records in two services, and a node's relation to its central unit there as well.
  /onos-topo|R-NIB/,
  /^failed to get (slice|UEs)/,
  /^failed to update UENIB/i,
  /^tried to update du e2node ID on uenib/,
];

/** A user, and a slice, that the manager does not know. */
const UNKNOWN = /does not exist|not found/i;

/** Whether the same request may succeed later. */
export function mayPass(cause: string): boolean {
  if (/^failed to get UENIB UE info/.test(cause)) return !UNKNOWN.test(cause);
  return MAY_PASS.some((pattern) => pattern.test(cause));
}

/** `CreateSlice` of a slice that is there. */
export function saysExists(cause: string): boolean {
  return /^slice ID .* already exists$/.test(cause);
}

/** `UpdateSlice` or `DeleteSlice` of one that is not. */
export function saysAbsent(cause: string): boolean {
  return /^no slice ID /.test(cause);
}
