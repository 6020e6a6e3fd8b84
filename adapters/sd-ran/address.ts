// How an application of SD-RAN is reached: its address, TLS, and what it is shown.

import { readFileSync } from 'node:fs';
import { type ChannelCredentials, type ChannelOptions, credentials, Metadata } from '@grpc/grpc-js';
import { type Device, EdgeconfError } from '../../src/southbound/adapter.ts';

/** The port of all applications of SD-RAN. */
const DEFAULT_PORT = 5150;
/** The longest answer that is read. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** What a gRPC client needs to know. */
export interface Reach {
  readonly target: string;
  readonly credentials: ChannelCredentials;
  readonly options: ChannelOptions;
  readonly metadata: Metadata;
}

const parameters = ['ca-file', 'server-name'];

/** @throws EdgeconfError FAILED_PRECONDITION for an address or a parameter that it does not understand. */
export function checkAddress({ address, parameters: given }: Device): void {
  const refuse = (what: string): EdgeconfError => new EdgeconfError('FAILED_PRECONDITION', what);
  const url = parse(address);
  if (url === undefined) {
    throw refuse(`address ${address}: give grpc://host:port, or grpcs://host:port for TLS, without a path`);
  }
  for (const [parameter, value] of Object.entries(given)) {
    if (!parameters.includes(parameter)) {
      throw refuse(
        `parameter ${parameter} means nothing to applications of SD-RAN: they have ${parameters.join(', ')}`,
      );
    }
    if (url.protocol !== 'grpcs:') throw refuse(`parameter ${parameter} is about TLS: make the address grpcs://...`);
    if (parameter === 'ca-file' && !value.startsWith('/')) {
      throw refuse(`parameter ca-file '${value}': give the absolute path of a PEM file`);
    }
  }
}

/**
 * @param secret a bearer token, or PEM of a client certificate and its key.
 * @throws Error for a file that cannot be read, and a certificate without TLS.
 */
export function reachOf(device: Device, secret: string | undefined): Reach {
  checkAddress(device);
  const url = parse(device.address);
  const secure = url?.protocol === 'grpcs:';
  const certificate = secret?.includes('-----BEGIN ') === true ? secret : undefined;
  if (certificate !== undefined && !secure) {
    throw new Error(`device ${device.name}: a client certificate needs an address that begins with grpcs://`);
  }
  const metadata = new Metadata();
  if (secret !== undefined && certificate === undefined) metadata.set('authorization', `Bearer ${secret}`);
  const name = device.parameters['server-name'];
  return {
    target: `${url?.hostname}:${url?.port === '' ? DEFAULT_PORT : url?.port}`,
    credentials: secure ? tls(device.parameters['ca-file'], certificate) : credentials.createInsecure(),
    options: {
      'grpc.max_receive_message_length': MAX_ANSWER_BYTES,
      // The engine paces its attempts itself: a connection that failed must not be remembered by those who come after.
      'grpc.use_local_subchannel_pool': 1,
      // Nothing but the address that the platform lists is dialled, whatever proxies or name servers say.
      'grpc.enable_http_proxy': 0,
      'grpc.service_config_disable_resolution': 1,
      ...(name === undefined ? {} : { 'grpc.ssl_target_name_override': name, 'grpc.default_authority': name }),
    },
    metadata,
  };
}

function tls(caFile: string | undefined, certificate: string | undefined): ChannelCredentials {
  const ca = caFile === undefined ? null : readFileSync(caFile);
  if (certificate === undefined) return credentials.createSsl(ca);
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/.exec(certificate)?.[0];
  const chain = certificate.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g)?.join('\n');
  if (key === undefined || chain === undefined)
    throw new Error('a client certificate is PEM of the certificate and its key');
  return credentials.createSsl(ca, Buffer.from(key), Buffer.from(chain));
}

function parse(address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const known = url.protocol === 'grpc:' || url.protocol === 'grpcs:';
  const isPlain = url.username === '' && url.password === '';
  return known && isPlain && url.hostname !== '' && /^\/?$/.test(url.pathname) && url.search === '' && url.hash === ''
    ? url
    : undefined;
}
