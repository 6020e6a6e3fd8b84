// Messages of SD-RAN's applications: read from the .proto files once, plain objects on one side and bytes on the other.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

/** A decoded message: every member is there, 64-bit integers are decimal text, enums are names. */
export type Message = Readonly<Record<string, unknown>>;

/** One unary RPC. */
export interface Rpc {
  /** What HTTP/2 calls it, e.g. `/onos.rsm.Rsm/CreateSlice`. */
  readonly path: string;
  /** Its own name, e.g. `CreateSlice`. */
  readonly name: string;
  /** @param request members by name; enums by name or number */
  encode(request: Message): Buffer;
  /** @throws Error for bytes that are no such message */
  decode(answer: Uint8Array): Message;
}

const protoFolder = join(folderWith('proto/onos', dirname(fileURLToPath(import.meta.url))), 'proto');
const root = new protobuf.Root();
root.resolvePath = (_origin, file) => (protobuf.common.get(file) === null ? join(protoFolder, file) : file);
root.loadSync(
  ['rsm', 'mlb', 'pci', 'kpimon'].map((name) => `onos/${name}/${name}.proto`),
  { keepCase: true },
);
root.resolveAll();

/** The RPC of a service by its full name, e.g. `rpcOf('onos.rsm.Rsm', 'CreateSlice')`. */
export function rpcOf(service: string, name: string): Rpc {
  const { requestType, responseType } = root.lookupService(service).methods[name] ?? {};
  if (requestType === undefined || responseType === undefined) throw new Error(`${service} has no RPC ${name}`);
  const scope = root.lookup(service.slice(0, service.lastIndexOf('.'))) as protobuf.Namespace;
  const request = scope.lookupType(requestType);
  return {
    path: `/${service}/${name}`,
    name,
    encode: (message) => Buffer.from(request.encode(request.fromObject(message)).finish()),
    decode: (bytes) => plain(scope.lookupType(responseType), bytes),
  };
}

/** Decodes a message that travels inside another as `Any`. */
export function decodeMessage(type: string, bytes: Uint8Array): Message {
  return plain(root.lookupType(type), bytes);
}

function plain(type: protobuf.Type, bytes: Uint8Array): Message {
  return type.toObject(type.decode(bytes), {
    defaults: true,
    arrays: true,
    objects: true,
    enums: String,
    longs: String,
  });
}

/** The first folder above that has the given one in it. */
function folderWith(wanted: string, folder: string): string {
  if (existsSync(join(folder, wanted))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`edgeconf is not installed whole: there is no ${wanted} above its code`);
  return folderWith(wanted, parent);
}
