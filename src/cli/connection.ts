// How the CLI reaches the service: address, credentials and trust from the settings, and errors turned into one plain line.

import { readFileSync } from 'node:fs';
import { type ChannelCredentials, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { EdgeconfError } from '../errors.ts';
import type { Path } from '../proto/gnmi.ts';
import { type GnmiClient, gnmiClient } from '../proto/gnmi-client.ts';
import type { ServiceClientOptions } from '../proto/service-client.ts';
import type { Settings } from '../settings.ts';

/** A client of the service, and the prefix that carries the target. Close the client when done. */
export interface Connection {
  readonly client: GnmiClient;
  readonly prefix: Path | null;
  readonly address: string;
  /** For clients of other services at the same address. */
  readonly options: ServiceClientOptions;
}

/** Opens a channel; nothing is dialled before the first call. `timeoutMs` bounds each unary call. */
export function connect(settings: Settings, timeoutMs = 600_000): Connection {
  const target = settings['client.target'];
  const address = settings['client.address'];
  const options = {
    address,
    channel: channelOf(settings),
    ...credentialsOf(settings),
    timeoutMs,
  };
  return { address, options, client: gnmiClient(options), prefix: target === '' ? null : { target } };
}

/** The service takes one kind of credentials at a time. */
function credentialsOf(settings: Settings): { username?: string; password?: string; token?: string } {
  const { 'client.user': username, 'client.password': password, 'client.token': token } = settings;
  if (token !== '') return { token };
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function channelOf(settings: Settings): ChannelCredentials {
  if (settings['client.plaintext']) return credentials.createInsecure();
  const read = (name: 'client.ca' | 'client.key' | 'client.certificate'): Buffer | null => {
    const file = settings[name];
    if (file === '') return null;
    try {
      return readFileSync(file);
    } catch (error) {
      throw new EdgeconfError('INVALID_ARGUMENT', `${name}: cannot read ${file}: ${(error as Error).message}`);
    }
  };
  const [key, certificate] = [read('client.key'), read('client.certificate')];
  if ((key === null) !== (certificate === null)) {
    throw new EdgeconfError(
      'INVALID_ARGUMENT',
      'client.certificate and client.key go together; only one of them is set',
    );
  }
  return credentials.createSsl(read('client.ca'), key, certificate);
}

/** What went wrong, for a person at a terminal. */
export function explain(error: unknown, address: string): string {
  if (error instanceof EdgeconfError) return `${error.code}: ${error.message}`;
  const { code, details, message } = error as Partial<ServiceError>;
  if (typeof code !== 'number') return message ?? String(error);
  if (code === status.UNAVAILABLE) return unreachable(address, details ?? '');
  const hint =
    code === status.UNAUTHENTICATED
      ? '; set EDGECONF_CLIENT_USER and EDGECONF_CLIENT_PASSWORD, or EDGECONF_CLIENT_TOKEN'
      : '';
  return `${status[code] ?? code}: ${details ?? message ?? ''}${hint}`;
}

function unreachable(address: string, details: string): string {
  if (/certificate required/i.test(details)) {
    return `the service at ${address} asks for a client certificate: give --certificate and --key`;
  }
  if (/certificate|CERT_/i.test(details)) {
    return `cannot trust the certificate of the service at ${address}: give --ca, e.g. data/tls/ca.pem (${details})`;
  }
  if (/connect|ENOENT|ECONNREFUSED/i.test(details)) {
    return `cannot reach the service at ${address} (${details}); is it running? \`edgeconf serve\` starts it`;
  }
  return `UNAVAILABLE: ${details}`;
}
