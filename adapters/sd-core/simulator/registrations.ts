// Which devices are registered at the simulated core, with their sessions: set by the test, lost in a restart.

export interface UeSession {
  readonly id: number;
  readonly address: string;
  readonly dnn: string;
  readonly sst: number;
  readonly sd: string;
}

export interface Registration {
  /** `imsi-<digits>`. */
  readonly supi: string;
  readonly mcc: string;
  readonly mnc: string;
  /** Hexadecimal, six digits. */
  readonly tac: string;
  readonly isConnected: boolean;
  readonly sessions: readonly UeSession[];
}

export class Registrations {
  readonly #all = new Map<string, Registration>();

  /** Registers a device, or changes what is known of it. Connected with one session unless told otherwise. */
  register(imsi: string, address: string, options: Partial<Omit<Registration, 'supi'>> = {}): void {
    this.#all.set(`imsi-${imsi}`, {
      supi: `imsi-${imsi}`,
      mcc: imsi.slice(0, 3),
      mnc: imsi.slice(3, 5),
      tac: '000001',
      isConnected: true,
      sessions: [{ id: 1, address, dnn: 'internet', sst: 1, sd: '010203' }],
      ...options,
    });
  }

  /** The device stays registered and keeps its address, but its radio connection is released. */
  idle(imsi: string): void {
    const known = this.#all.get(`imsi-${imsi}`);
    if (known !== undefined) this.#all.set(known.supi, { ...known, isConnected: false });
  }

  deregister(imsi: string): void {
    this.#all.delete(`imsi-${imsi}`);
  }

  get(supi: string): Registration | undefined {
    return this.#all.get(supi);
  }

  all(): readonly Registration[] {
    return [...this.#all.values()];
  }

  clear(): void {
    this.#all.clear();
  }
}
