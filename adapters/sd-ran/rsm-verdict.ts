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

/** What causes speak of, and the leaf of the request that it is in. */
const SUBJECTS: readonly (readonly [RegExp, string])[] = [
  [/weight/i, '/weight'],
  [/drb|bearer/i, '/drb_id'],
  [/UENIB UE info|du-ue-f1ap-id|^Invalid ID format|DU ID in UENIB/, '/ue_id'],
  [/slice id/i, '/slice_id'],
];

/** The leaf that the cause complains about, as a path in the document; undefined when it does not say. */
export function leafOf(cause: string): string | undefined {
  return SUBJECTS.find(([words]) => words.test(cause))?.[1];
}
