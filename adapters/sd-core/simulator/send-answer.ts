// Puts an answer on the wire, whole or broken off in the middle.
import { type ServerResponse, STATUS_CODES } from 'node:http';

/** What goes back over the wire. */
export interface HttpAnswer {
  readonly status: number;
  /** Undefined: no body at all. */
  readonly body?: string;
  readonly contentType?: string;
  readonly location?: string;
}

function headersOf(answer: HttpAnswer): Record<string, string> {
  const headers: Record<string, string> = { 'access-control-allow-origin': '*' };
  if (answer.contentType !== undefined) headers['content-type'] = answer.contentType;
  if (answer.location !== undefined) headers.location = answer.location;
  if (answer.status !== 204) headers['content-length'] = String(Buffer.byteLength(answer.body ?? ''));
  return headers;
}

/** Sends the whole answer. */
export function send(response: ServerResponse, answer: HttpAnswer): void {
  response.writeHead(answer.status, headersOf(answer));
  response.end(answer.body);
}

/** Writes the head and half of the body, or half of the head where there is no body, and closes the connection. */
export function sendHalf(response: ServerResponse, answer: HttpAnswer): void {
  const lines = Object.entries(headersOf(answer)).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n${lines.join('')}\r\n`;
  const body = answer.body ?? '';
  const whole = head + body;
  const cut = body === '' ? Math.floor(head.length / 2) : head.length + Math.floor(body.length / 2);
  response.socket?.end(whole.slice(0, cut));
}
