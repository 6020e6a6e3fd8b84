// The labels of a journal entry that the service writes, and the label names that clients may not use.

/** Clients' labels may not start with this. */
export const reservedLabelPrefix = 'edgeconf:';

/** Label of the idempotency id that came with a request. */
export const idempotencyLabel = `${reservedLabelPrefix}idempotency-id`;

/** Labels of who asked for a transaction and by what right: the RPC, the client's address, groups of a token or certificate. */
export const viaLabel = `${reservedLabelPrefix}via`;
export const peerLabel = `${reservedLabelPrefix}peer`;
export const groupsLabel = `${reservedLabelPrefix}groups`;

/** Label of the platform target's revision whose policy allowed the transaction. */
export const policyLabel = `${reservedLabelPrefix}policy`;

/** Label of the audit log's head as `<sequence>:<hash>`, where it has moved since the entry before. */
export const auditLabel = `${reservedLabelPrefix}audit`;

/** How many numbers of devices the service added to the transaction. */
export const allocatedLabel = `${reservedLabelPrefix}allocated`;
