// The journal label under which a request's idempotency id is kept, and the label names that clients may not use.

/** Clients' labels may not start with this. */
export const reservedLabelPrefix = 'edgeconf:';

/** Label of the idempotency id that came with a request. */
export const idempotencyLabel = `${reservedLabelPrefix}idempotency-id`;
