// Who a request comes from, once it is proven.

/** An authenticated caller; how that was proven matters only to what goes on for long. */
export interface Identity {
  /**
   * The name of the entry in the platform target's list of users, or `issuer:name` for somebody whom only an issuer of
   * tokens knows; recorded as a commit's author.
   */
  readonly name: string;
  /** Groups that the caller is in by a token or a certificate, beside those of the entry. Sorted, each once. */
  readonly groups: readonly string[];
  /** Absent for the service itself. */
  readonly proof?: Proof;
}

/** What proved who calls. A stream asks it again while it runs. */
export interface Proof {
  readonly by: 'password' | 'token' | 'certificate';
  /** From then on it proves nothing, ms since the epoch; undefined: never. */
  readonly expiresAtMs: number | undefined;
  /** Whether it proves the same under the authentication and the policy as they are now; its time is not looked at. */
  holds(): boolean;
}

/** What a caller shows to be recognized. [gNMI 3.1] What it says by itself goes before the certificate. */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** A bearer token, as it came. */
  readonly token?: string | undefined;
  /** DER of the certificate that the client showed and that chains to a trusted CA. */
  readonly certificate?: Uint8Array | undefined;
  /** `address:port` of who calls; absent for who is in this process. */
  readonly peer?: string | undefined;
}
