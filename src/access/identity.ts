// Who a request comes from, once it is proven.

/** An authenticated caller; how it was proven does not matter any more. */
export interface Identity {
  /**
   * The name of the entry in the platform target's list of users, or `issuer:name` for somebody whom only an issuer of
   * tokens knows; recorded as a commit's author.
   */
  readonly name: string;
  /** Groups that the caller is in by a token or a certificate, beside those of the entry. Sorted, each once. */
  readonly groups: readonly string[];
}

/** What a caller shows to be recognized: the `username` and `password` metadata of the call. [gNMI 3.1] */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}
