// What gNMI costs without a datastore: a bare grpc-js server that encodes what it is given anew for each stream and each call.

import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import {
  type GetRequest,
  type GetResponse,
  gnmiDefinition,
  type SubscribeRequest,
  type SubscribeResponse,
  subscribeResponseType,
} from '../src/proto/gnmi.ts';
import { answerParent } from './child.ts';

const streams = new Set<ServerDuplexStream<SubscribeRequest, SubscribeResponse>>();
/** The answer to Get, with its JSON values as JavaScript values. */
let answer: { response: GetResponse; values: unknown[] } = { response: {}, values: [] };

const implementation = {
  Subscribe(call: ServerDuplexStream<SubscribeRequest, SubscribeResponse>): void {
    call.once('data', () => {
      streams.add(call);
      call.write({ sync_response: true });
    });
    call.on('error', () => {});
    call.on('close', () => streams.delete(call));
    call.on('end', () => call.end());
  },
  Get(_call: ServerUnaryCall<GetRequest, GetResponse>, done: sendUnaryData<GetResponse>): void {
    let i = 0;
    const notification = answer.response.notification?.map((one) => ({
      ...one,
      update: (one.update ?? []).map((update) => ({
        ...update,
        val: { json_ietf_val: Buffer.from(JSON.stringify(answer.values[i++])) },
      })),
    }));
    done(null, { ...answer.response, ...(notification === undefined ? {} : { notification }) });
  },
};

const answers = {
  async start(): Promise<{ address: string }> {
    const server = new Server({ 'grpc.max_concurrent_streams': 10_000, 'grpc.enable_channelz': 0 });
    server.addService(gnmiDefinition, implementation);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    return { address: `127.0.0.1:${port}` };
  },
  /** Writes the message to all streams. @returns when it began, in ns of the clock that all processes share. */
  broadcast(encoded: Uint8Array): bigint {
    const message = subscribeResponseType.decode(encoded);
    const atNs = process.hrtime.bigint();
    for (const stream of streams) stream.write(message);
    return atNs;
  },
  /** What Get answers from now on. */
  answerGet(encoded: Uint8Array): void {
    const response = gnmiDefinition.Get?.responseDeserialize(Buffer.from(encoded)) as GetResponse;
    const updates = response.notification?.flatMap(({ update }) => update ?? []) ?? [];
    answer = { response, values: updates.map(({ val }) => JSON.parse(String(val?.json_ietf_val ?? 'null'))) };
  },
};

/** What it can be asked. */
export type PlainServerAnswers = typeof answers;

answerParent(answers);
