// The gRPC listener: one port with TLS or cleartext, the given services, reflection and health, and an orderly end.

import { lookup } from 'node:dns/promises';
import { type AddressInfo, isIP, type Server as NetServer, type Socket } from 'node:net';
import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { EdgeconfError } from '../errors.ts';
import { reflectionPackage } from '../proto/load.ts';
import { cleartextListener } from './cleartext-listener.ts';
import { earlyAck } from './gnmi/early-ack.ts';
import { defaultLimits } from './gnmi/limits.ts';
import { HandshakeLog, type UntrustedClient } from './handshake-log.ts';
import { TlsListeners, type TlsOptions } from './tls-listeners.ts';

/** A gRPC service and its handlers. */
export interface ServedService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

export interface GrpcServerOptions {
  /** Address or host name; all addresses of a name are served. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Absent: cleartext. */
  readonly tls?: TlsOptions | undefined;
  readonly services: readonly ServedService[];
  /** Told of each client that was kept out for its certificate. */
  readonly onUntrusted?: (client: UntrustedClient) => void;
  /** Options of grpc-js, above all the limits of message sizes. */
  readonly channelOptions: Readonly<Record<string, number>>;
  /** A ping goes to each client this often; one that does not answer it in time is cut off. */
  readonly keepalive: { readonly intervalMs: number; readonly timeoutMs: number };
}

export interface GrpcServer {
  readonly port: number;
  /**
   * Reads the certificate files again; new connections use them, present ones go on. Files that do not fit together
   * are refused with a log line, and what was in use stays in use. The files are also watched.
   */
  reloadCertificates(): Promise<void>;
  /** Accepts nothing new, lets RPCs under way end for a while, then cuts all connections. */
  close(): Promise<void>;
}

/** RPCs under way at one time on one connection, and connections at one time; beyond it clients wait or are cut off. */
const limits = { streamsPerConnection: 10_000, connections: 10_000, graceMs: 5_000 };

/** @throws EdgeconfError FAILED_PRECONDITION for unusable certificate files or an address that cannot be bound. */
export async function serveGrpc(options: GrpcServerOptions): Promise<GrpcServer> {
  const server = new Server({
    'grpc.max_concurrent_streams': limits.streamsPerConnection,
    'grpc.keepalive_time_ms': options.keepalive.intervalMs,
    'grpc.keepalive_timeout_ms': options.keepalive.timeoutMs,
    'grpc.enable_channelz': 0,
    ...options.channelOptions,
    interceptors: [earlyAck(defaultLimits)],
  });
  for (const { definition, implementation } of options.services) server.addService(definition, implementation);
  const names = options.services.map(({ definition }) => serviceName(definition));
  const health = new HealthImplementation(Object.fromEntries(['', ...names].map((name) => [name, 'SERVING' as const])));
  health.addToServer(server);
  new ReflectionService(reflectionPackage(), { services: names }).addToServer(server);
  // TLS is ended here and not in grpc-js, which neither exchanges certificates nor tells why a handshake failed.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const handshakes = new HandshakeLog(options.onUntrusted);
  const tls = options.tls === undefined ? undefined : await TlsListeners.open(options.tls, injector, handshakes);
  const sockets = new Set<Socket>();
  const listeners: NetServer[] = [];

  const open = async (host: string, port: number): Promise<number> => {
    const listener = tls === undefined ? cleartextListener(injector, handshakes) : tls.add();
    listener.maxConnections = limits.connections;
    listener.on('drop', () => handshakes.dropped(limits.connections));
    listener.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    listeners.push(listener);
    return listen(listener, host, port);
  };

  const close = async (): Promise<void> => {
    tls?.close();
    for (const name of ['', ...names]) health.setStatus(name, 'NOT_SERVING');
    const closed = listeners.map((listener) => new Promise((resolve) => listener.close(resolve)));
    await endCalls(server);
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  };

  try {
    let { port } = options;
    for (const address of await addressesOf(options.host)) port = await open(address, port);
    tls?.watch();
    return { port, reloadCertificates: async () => tls?.reload(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    return [...new Set((await lookup(host, { all: true })).map(({ address }) => address))];
  } catch (error) {
    throw new EdgeconfError('FAILED_PRECONDITION', `gnmi.host: cannot look up ${host}: ${(error as Error).message}`);
  }
}

function listen(listener: NetServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    listener.once('error', (error) =>
      reject(
        new EdgeconfError('FAILED_PRECONDITION', `gnmi.port: cannot listen on ${host} port ${port}: ${error.message}`),
      ),
    );
    listener.listen({ host, port }, () => resolve((listener.address() as AddressInfo).port));
  });
}

/** Lets RPCs under way end, but not for longer than the grace. */
async function endCalls(server: Server): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    new Promise<void>((resolve) => server.tryShutdown(() => resolve())),
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limits.graceMs);
    }),
  ]);
  clearTimeout(timer);
  server.forceShutdown();
}

/** The full name of a service, from the path of any of its methods: `/gnmi.gNMI/Get`. */
function serviceName(definition: ServiceDefinition): string {
  return Object.values(definition)[0]?.path.split('/')[1] ?? '';
}
