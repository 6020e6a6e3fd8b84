// Every limit of the gNMI service in one place; each is answered with an error that says the limit.

/** Sizes in bytes, depths and counts that one request may have, and how answers are cut into pieces. */
export interface GnmiLimits {
  /** One gRPC message that the service receives. */
  readonly messageBytes: number;
  /** The value of one leaf. */
  readonly leafBytes: number;
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
}

export const defaultLimits: GnmiLimits = {
  messageBytes: 128 * 1024 * 1024,
  leafBytes: 1024 * 1024,
  pathElems: 128,
  jsonDepth: 100,
  operationsPerSet: 100_000,
  pathsPerGet: 10_000,
  subscriptionsPerList: 1_000,
  updatesPerNotification: 1_000,
  notificationBytes: 512 * 1024,
};
