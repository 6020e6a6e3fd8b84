// A real OpenID Connect provider on loopback with TLS: gives tokens to programs, and rotates its keys when told to.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import { Agent, request } from 'undici';
import type { Pair } from '../northbound/authority.ts';

/** Whom the tokens are for. */
export const AUDIENCE = 'https://edgeconf.example';

export interface TestIssuer {
  readonly url: string;
  /** Requests that arrived, as paths. */
  readonly requests: readonly string[];
  /** The key that it signs with now. */
  readonly key: { readonly id: string; readonly private: CryptoKey; readonly public: CryptoKey };
  /** A token from its token endpoint, for the program `robot` with the groups `plant` and `unknown`. */
  token(): Promise<string>;
  /** A token that it would never give, signed with its key unless another one is given. */
  forge(
    claims: JWTPayload,
    more?: { key?: CryptoKey | Uint8Array; header?: Partial<JWTHeaderParameters> },
  ): Promise<string>;
  /** New keys; the old ones are gone. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export async function startIssuer(pair: Pair, ca: string): Promise<TestIssuer> {
  let handle: Handler = (_, response) => response.end();
  let key: TestIssuer['key'];
  const requests: string[] = [];
  const server = createServer({ cert: pair.certificate, key: pair.key }, (incoming, response) => {
    requests.push(incoming.url ?? '');
    handle(incoming, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;

  async function rotate(): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    key = { id: randomUUID(), private: privateKey, public: publicKey };
    const jwk = { ...(await exportJWK(privateKey)), kid: key.id, alg: 'ES256', use: 'sig' };
    handle = new Provider(url, configuration(jwk)).callback();
  }

  await rotate();
  return {
    url,
    requests,
    get key() {
      return key;
    },
    async token() {
      const dispatcher = new Agent({ pipelining: 0, connect: { ca } });
      const { statusCode, body } = await request(`${url}/token`, {
        dispatcher,
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${Buffer.from('robot:robot-secret').toString('base64')}`,
        },
        body: `grant_type=client_credentials&resource=${encodeURIComponent(AUDIENCE)}`,
      });
      const answer = (await body.json()) as { access_token?: string };
      if (statusCode !== 200 || answer.access_token === undefined) throw new Error(JSON.stringify(answer));
      await dispatcher.close();
      return answer.access_token;
    },
    forge: (claims, { key: other = key.private, header = {} } = {}) =>
      new SignJWT({ iss: url, aud: AUDIENCE, sub: 'robot', groups: ['plant'], ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: key.id, ...header })
        .sign(other),
    rotate,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function configuration(jwk: object): object {
  return {
    jwks: { keys: [jwk] },
    // Signed tokens are not kept by the provider.
    adapter: () => ({ upsert: async () => {}, find: async () => undefined }),
    ttl: { ClientCredentials: 600 },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: [
      {
        client_id: 'robot',
        client_secret: 'robot-secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    extraTokenClaims: () => ({ groups: ['plant', 'unknown'] }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}
