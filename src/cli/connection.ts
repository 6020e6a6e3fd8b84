// How the CLI reaches the service: address, credentials and trust from the settings, and errors turned into one plain line.

import { readFileSync } from 'node:fs';
import { type ChannelCredentials, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { EdgeconfError } from '../errors.ts';
import type { Path } from '../proto/gnmi.ts';
import { type GnmiClient, gnmiClient } from '../proto/gnmi-client.ts';
import type { Settings } from '../settings.ts';

/** A client of the service, and the prefix that carries the target. Close the client when done. */
export interface Connection {
  readonly client: GnmiClient;
  readonly prefix: Path | null;
  readonly address: string;
}

/** Opens a channel; nothing is dialled before the first call. `timeoutMs` bounds each unary call. */
export function connect(settings: Settings, timeoutMs = 60_000): Connection {
  const target = settings['client.target'];
  const address = settings['client.address'];
  return {
    address,
    client: gnmiClient({
      address,
      channel: channelOf(settings),
      username: settings['client.user'] || undefined,
      password: settings['client.password'] || undefined,
      timeoutMs,
    }),
    prefix: target === '' ? null : { target },
  };
}

function channelOf(settings: Settings): ChannelCredentials {
  if (settings['client.plaintext']) return credentials.createInsecure();
  const file = settings['client.ca'];
  if (file === '') return credentials.createSsl();
  try {
    return credentials.createSsl(readFileSync(file));
  } catch (error) {
    throw new EdgeconfError('INVALID_ARGUMENT', `cannot read the CA certificate ${file}: ${(error as Error).message}`);
  }
}

/** What went wrong, for a person at a terminal. */
export function explain(error: unknown, address: string): string {
  if (error instanceof EdgeconfError) return `${error.code}: ${error.message}`;
  const { code, details, message } = error as Partial<ServiceError>;
  if (typeof code !== 'number') return message ?? String(error);
  if (code === status.UNAVAILABLE && /connect|No connection|ENOENT|ECONNREFUSED/i.test(details ?? '')) {
    return `cannot reach the service at ${address} (${details}); is it running? \`edgeconf serve\` starts it`;
  }
  const hint = code === status.UNAUTHENTICATED ? '; set EDGECONF_CLIENT_USER and EDGECONF_CLIENT_PASSWORD' : '';
  return `${status[code] ?? code}: ${details ?? message ?? ''}${hint}`;
}
