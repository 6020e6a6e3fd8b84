// Every limit of the gNMI service in one place; each is answered with an error that says the limit.

/** Sizes in bytes, depths and counts that one request may have, and how answers are cut into pieces. */
export interface GnmiLimits {
  /** One gRPC message that the service receives. */
  readonly messageBytes: number;
  /** The value of one leaf. */
  readonly leafBytes: number;
  /** The metadata annotation of the root, as text. */
  readonly metadataBytes: number;
  /** Elements of prefix and path together. */
  readonly pathElems: number;
  /** Nesting of JSON values. */
  readonly jsonDepth: number;
  /** Deletes, replaces and updates of one Set together. */
  readonly operationsPerSet: number;
  readonly pathsPerGet: number;
  readonly subscriptionsPerList: number;
  /** Updates and deletes in one Notification of a Subscribe. */
  readonly updatesPerNotification: number;
  /** About how large a Notification of a Subscribe may become. */
  readonly notificationBytes: number;
  /** The lowest sample and heartbeat interval of a STREAM, ms; a sample interval of 0 means this one. */
  readonly lowestIntervalMs: number;
  /** Commits that wait as they are for a slow STREAM; with more, each path keeps its latest value only. */
  readonly commitsBehind: number;
  /** Changes that wait as they are for a slow STREAM; with more, each path keeps its latest value only. */
  readonly changesBehind: number;
  /** Messages of one STREAM that may be on their way to the socket at once, and their bytes. */
  readonly messagesAhead: number;
  readonly bytesAhead: number;
  /** Revisions that are read again for a client that comes back. */
  readonly revisionsToResume: number;
}

export const defaultLimits: GnmiLimits = {
  messageBytes: 128 * 1024 * 1024,
  leafBytes: 1024 * 1024,
  metadataBytes: 4 * 1024 * 1024,
  pathElems: 128,
  jsonDepth: 100,
  operationsPerSet: 100_000,
  pathsPerGet: 10_000,
  subscriptionsPerList: 1_000,
  updatesPerNotification: 1_000,
  notificationBytes: 512 * 1024,
  lowestIntervalMs: 1_000,
  commitsBehind: 16,
  changesBehind: 1_000,
  messagesAhead: 64,
  bytesAhead: 64 * 1024,
  revisionsToResume: 10_000,
};
