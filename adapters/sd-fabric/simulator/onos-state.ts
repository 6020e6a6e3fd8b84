// What a simulated controller holds: its network configuration, and what its slicing application has made of it.

/** JSON as it came. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A classifier flow and where its packets belong. */
export interface Flow {
  readonly slice: number;
  readonly trafficClass: string;
  readonly criteria: Json[];
}

export interface OnosState {
  /** By subject class, subject and key. */
  readonly configuration: { [subjectClass: string]: { [subject: string]: { [key: string]: Json } } };
  /** Slices that are in effect, with their classes and queues. */
  readonly slices: Map<number, Map<string, number>>;
  /** Slices whose default class was set. */
  readonly defaultClasses: Map<number, string>;
  /** By the text of their criteria in a fixed order. */
  readonly flows: Map<string, Flow>;
}

/** What the real one only writes to its log while it answers 200. */
export interface Warning {
  readonly slice: number;
  readonly reason: string;
}

/** A controller that was just installed: only the default slice with best effort is there. */
export function freshState(): OnosState {
  return {
    configuration: { apps: {}, devices: {}, hosts: {}, links: {}, ports: {} },
    slices: new Map([[0, new Map([['BEST_EFFORT', 0]])]]),
    defaultClasses: new Map(),
    flows: new Map(),
  };
}

export interface Answer {
  readonly status: number;
  readonly body?: Json;
}

/** Ends a handler with an error answer. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
