// Reads the .proto files once and makes gRPC service definitions whose messages are encoded straight by protobufjs.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import type { ReflectionService } from '@grpc/reflection';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { packageRoot } from '../package-root.ts';

/** A message type that turns a plain object of shape T into bytes and back. 64-bit integers are `Long`. */
export interface MessageType<T> {
  encode(message: T): Buffer;
  /** Absent members read as proto3 defaults; absent messages as null; a oneof's name tells which member is set. */
  decode(bytes: Uint8Array): T;
  /** Field numbers by name. */
  readonly fields: Readonly<Record<string, number>>;
}

const protoFolder = join(packageRoot, 'proto');
const files = [
  'github.com/openconfig/gnmi/proto/gnmi_ext/gnmi_ext.proto',
  'github.com/openconfig/gnmi/proto/gnmi/gnmi.proto',
  'edgeconf/access/v1/access.proto',
  'edgeconf/gnmi/v1/certificate.proto',
  'edgeconf/gnmi/v1/delivery.proto',
  'google/rpc/status.proto',
  'google/rpc/error_details.proto',
  'edgeconf/audit/v1/audit.proto',
  'edgeconf/southbound/v1/southbound.proto',
];

// protobufjs knows the well-known types by itself, but descriptor.proto only when it is handed over.
const descriptorFile = createRequire(import.meta.url)('protobufjs/google/protobuf/descriptor.json');
protobuf.common('descriptor', descriptorFile.nested.google.nested.protobuf.nested);

const root = new protobuf.Root();
root.resolvePath = (_origin, file) => (protobuf.common.get(file) === null ? join(protoFolder, file) : file);
root.loadSync(files, { keepCase: true });
root.resolveAll();

/** The message type of this full name, e.g. `gnmi.Notification`. */
export function messageType<T extends object>(name: string): MessageType<T> {
  const type = root.lookupType(name);
  return {
    encode: (message) => Buffer.from(type.encode(message as protobuf.Message & T).finish()),
    decode: (bytes) => type.decode(bytes) as unknown as T,
    fields: Object.fromEntries(type.fieldsArray.map(({ name, id }) => [name, id])),
  };
}

/**
 * The definition of a service for a grpc-js server or client. A handler may answer with a Buffer instead of a message: it
 * goes out as it is, so that one encoded message can be shared by many streams.
 */
export function define(name: string): ServiceDefinition {
  const service = root.lookupService(name);
  return Object.fromEntries(service.methodsArray.map((method) => [method.name, defineMethod(name, method)]));
}

function defineMethod(service: string, method: protobuf.Method): MethodDefinition<object, object> {
  const request = messageType<object>(method.resolvedRequestType?.fullName ?? '');
  const response = messageType<object>(method.resolvedResponseType?.fullName ?? '');
  const serialize = (type: MessageType<object>) => (value: object) =>
    Buffer.isBuffer(value) ? value : type.encode(value);
  return {
    path: `/${service}/${method.name}`,
    originalName: method.name,
    requestStream: method.requestStream === true,
    responseStream: method.responseStream === true,
    requestSerialize: serialize(request),
    requestDeserialize: (bytes) => request.decode(bytes),
    responseSerialize: serialize(response),
    responseDeserialize: (bytes) => response.decode(bytes),
  };
}

/** A decoded message as plain JSON: all members are there, enums by name, 64-bit integers as numbers. */
export function plainMessage(message: object): unknown {
  const { $type } = message as protobuf.Message;
  return $type.toObject(message as protobuf.Message, { defaults: true, enums: String, longs: Number });
}

/** A package in the shape that `new ReflectionService(...)` of @grpc/reflection reads. */
export type ReflectionPackage = ConstructorParameters<typeof ReflectionService>[0];

/** Descriptors of all services and messages, for gRPC server reflection. [gNMI 3] */
export function reflectionPackage(): ReflectionPackage {
  const set = (root as protobuf.Root & { toDescriptor(edition: string): descriptor.IFileDescriptorSet }).toDescriptor(
    'proto3',
  );
  const fileDescriptorProtos = (set.file ?? []).map((file) =>
    Buffer.from(descriptor.FileDescriptorProto.encode(file as protobuf.Message).finish()),
  );
  // Reflection reads nothing of a package but its file descriptors.
  return { edgeconf: { fileDescriptorProtos } } as unknown as ReflectionPackage;
}
