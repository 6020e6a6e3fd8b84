// What a handler gets and gives: the call, the answer, and the refusal that becomes an error answer.
import type { CoreTraits } from './documents.ts';
import { JsonSyntaxError, readFirstValue } from './go-json.ts';
import { type Decoded, decode, JsonTypeError, type Shape } from './go-struct.ts';
import type { HttpAnswer } from './send-answer.ts';
import type { CoreState } from './state.ts';

export interface Call {
  readonly method: string;
  /** Decoded path without query. */
  readonly path: string;
  /** The path's variable segment; empty when the route has none. */
  readonly name: string;
  readonly contentType: string | undefined;
  readonly body: string;
}

export type Answer = HttpAnswer;

/** What the real core only writes to its log while it answers 200. */
export interface Warning {
  readonly kind: 'skipped';
  readonly slice: string;
  readonly deviceGroup: string;
  readonly reason: string;
}

export interface Core {
  readonly state: CoreState;
  readonly traits: CoreTraits;
  readonly warn: (warning: Warning) => void;
}

/** Ends a handler with an error answer; what was stored before stays stored. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function json(status: number, body: unknown): Answer {
  return { status, body: JSON.stringify(body), contentType: 'application/json; charset=utf-8' };
}

/** Decodes the body. @throws Refusal 400 for what is no JSON or does not fit the structure. */
export function decodeBody(shape: Shape, body: string): Decoded {
  try {
    return (decode(shape, readFirstValue(body)) ?? {}) as Decoded;
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof JsonTypeError) throw new Refusal(400, error.message);
    throw error;
  }
}

/** @throws Refusal 400 when the body is not declared as JSON (parameters such as charset are fine). */
export function requireJsonContentType(contentType: string | undefined): void {
  if (contentType === undefined || contentType === '') throw new Refusal(400, 'the Content-Type header is missing');
  const [type] = contentType.split(';');
  if (type !== 'application/json')
    throw new Refusal(400, `content-type ${type} is not supported, send application/json`);
}
