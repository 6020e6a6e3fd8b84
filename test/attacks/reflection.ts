// A server as it describes itself by gRPC reflection: its services, their RPCs, and how their messages are written.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Client, type ClientDuplexStream, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';

export interface Rpc {
  /** `gnmi.gNMI/Set` */
  readonly name: string;
  readonly request: protobuf.Type;
  readonly response: protobuf.Type;
  /** What is sent may be more than one message, or what is answered. */
  readonly streams: 'neither' | 'answers' | 'both';
}

/** What came of a call: the messages, and the code that it ended with. */
export interface Outcome {
  readonly code: keyof typeof status;
  readonly message: string;
  readonly messages: readonly Record<string, unknown>[];
}

/** Asks the server for all that it serves. */
export async function describeServer(client: Client): Promise<Rpc[]> {
  const ask = reflection(client);
  const { list_services_response: listed } = await ask({ list_services: '*' });
  const rpcs: Rpc[] = [];
  for (const { name } of listed?.service ?? []) {
    const { file_descriptor_response: described } = await ask({ file_containing_symbol: name });
    const file = (described?.file_descriptor_proto ?? []).map((bytes) => descriptor.FileDescriptorProto.decode(bytes));
    const root = fromDescriptor(descriptor.FileDescriptorSet.create({ file }));
    const service = root.lookupService(name);
    for (const method of service.methodsArray) {
      method.resolve();
      const { resolvedRequestType: request, resolvedResponseType: response } = method;
      if (request === null || response === null) throw new Error(`${name}/${method.name} has unknown messages`);
      const streams = method.requestStream === true ? 'both' : method.responseStream === true ? 'answers' : 'neither';
      rpcs.push({ name: `${name}/${method.name}`, request, response, streams });
    }
  }
  return rpcs;
}

/** The extension of protobufjs adds this, and says so in no type. */
function fromDescriptor(set: protobuf.Message): protobuf.Root {
  const Root = protobuf.Root as unknown as { fromDescriptor(set: protobuf.Message): protobuf.Root };
  const root = Root.fromDescriptor(set);
  root.resolveAll();
  return root;
}

/**
 * Calls an RPC with these requests, all at once. One that streams is left when `isEnough` says so.
 * @param credentials metadata entries of the caller.
 */
export function callRpc(
  client: Client,
  { name, request, response, streams }: Rpc,
  requests: readonly object[],
  credentials: Readonly<Record<string, string>>,
  isEnough: (message: Record<string, unknown>) => boolean = () => false,
): Promise<Outcome> {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(credentials)) metadata.set(key, value);
  const serialize = (message: object): Buffer =>
    Buffer.from(request.encode(request.fromObject(withEntries(request, message))).finish());
  const read = (bytes: Buffer) =>
    withMaps(response, response.toObject(response.decode(bytes), { longs: String, enums: String, bytes: Buffer }));
  const messages: Record<string, unknown>[] = [];
  const ended = (error: ServiceError | null): Outcome => ({
    code: status[error?.code ?? status.OK] as Outcome['code'],
    message: error?.details ?? '',
    messages,
  });
  const deadline = Date.now() + 30_000;
  return new Promise((resolve) => {
    if (streams === 'neither') {
      client.makeUnaryRequest(
        `/${name}`,
        serialize,
        read,
        requests[0] ?? {},
        metadata,
        { deadline },
        (error, answer) => {
          if (answer !== undefined) messages.push(answer);
          resolve(ended(error));
        },
      );
      return;
    }
    const call = client.makeBidiStreamRequest(`/${name}`, serialize, read, metadata, { deadline });
    call.on('data', (message: Record<string, unknown>) => {
      messages.push(message);
      if (!isEnough(message)) return;
      resolve(ended(null));
      call.cancel();
    });
    call.on('error', (error: ServiceError) => resolve(ended(error)));
    call.on('end', () => resolve(ended(null)));
    for (const message of requests) call.write(message);
    if (streams === 'answers') call.end();
  });
}

/** A descriptor writes a map as a list of entries; here they are turned into one another. */
function withEntries(type: protobuf.Type, message: object): Record<string, unknown> {
  return turned(type, message, withEntries, (map) =>
    Object.entries(map as object).map(([key, value]) => ({ key, value })),
  );
}

function withMaps(type: protobuf.Type, message: object): Record<string, unknown> {
  return turned(type, message, withMaps, (entries) =>
    Object.fromEntries((entries as { key: string; value: unknown }[]).map(({ key, value }) => [key, value])),
  );
}

function turned(
  type: protobuf.Type,
  message: object,
  below: (type: protobuf.Type, message: object) => unknown,
  turn: (map: unknown) => unknown,
): Record<string, unknown> {
  const fields = Object.entries(message).map(([name, value]: [string, unknown]) => {
    const of = type.fields[name]?.resolvedType;
    if (!(of instanceof protobuf.Type) || value === null) return [name, value];
    // The option alone is no sign: what is read of a descriptor has it on other messages too.
    if (of.options?.map_entry === true && Object.keys(of.fields).join() === 'key,value') return [name, turn(value)];
    return [name, Array.isArray(value) ? value.map((each) => below(of, each)) : below(of, value as object)];
  });
  return Object.fromEntries(fields);
}

interface Reflected {
  readonly list_services_response?: { readonly service?: readonly { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto?: readonly Uint8Array[] };
}

/** One question, one answer, each on an RPC of its own. */
function reflection(client: Client): (question: object) => Promise<Reflected> {
  const main = createRequire(import.meta.url).resolve('@grpc/reflection');
  const root = new protobuf.Root();
  root.loadSync(join(main, '../../proto/grpc/reflection/v1/reflection.proto'), { keepCase: true });
  const request = root.lookupType('grpc.reflection.v1.ServerReflectionRequest');
  const response = root.lookupType('grpc.reflection.v1.ServerReflectionResponse');
  return (question) =>
    new Promise((resolve, reject) => {
      const call: ClientDuplexStream<object, Reflected> = client.makeBidiStreamRequest(
        '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
        (message: object) => Buffer.from(request.encode(message).finish()),
        (bytes) => response.toObject(response.decode(bytes)) as Reflected,
      );
      call.on('data', resolve);
      call.on('error', reject);
      call.end(question);
    });
}
