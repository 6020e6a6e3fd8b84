// The whole service with the real models in a folder of its own, and an operator who sets, gets and follows paths over gRPC.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { DataType, Encoding, ListMode, type SubscribeResponse } from '../../src/proto/gnmi.ts';
import { type GnmiClient, gnmiClient } from '../../src/proto/gnmi-client.ts';
import { parsePath, printElems } from '../../src/proto/path-text.ts';
import { type Service, startService } from '../../src/service.ts';
import { loadSettings } from '../../src/settings.ts';

/** Values by path, as texts of JSON. */
export type Values = ReadonlyMap<string, string>;

/** A path that is followed. */
export interface Following {
  /** Resolves when everything that was there has come. */
  readonly ready: Promise<void>;
  /** Resolves with the values when `until` holds for them. */
  readonly done: Promise<Values>;
  /** All values that a path has had, in order. */
  readonly had: (path: string) => readonly string[];
}

export class RunningService {
  readonly #folder: string;
  #service: Service | undefined;
  #operator: GnmiClient | undefined;
  #secret: string | undefined;

  readonly #settings: Readonly<Record<string, string>>;

  private constructor(folder: string, settings: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#settings = settings;
  }

  /** @param settings besides those of a test, e.g. `adapters` */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<RunningService> {
    const running = new RunningService(await mkdtemp(join(tmpdir(), 'edgeconf-running-')), settings);
    await running.start();
    return running;
  }

  get service(): Service {
    if (this.#service === undefined) throw new Error('the service is not running');
    return this.#service;
  }

  get operator(): GnmiClient {
    if (this.#operator === undefined) throw new Error('the service is not running');
    return this.#operator;
  }

  async start(): Promise<void> {
    const override = {
      data: join(this.#folder, 'data'),
      'gnmi.plaintext': true,
      'gnmi.port': 0,
      'http.port': 0,
      'log.level': 'silent',
      ...this.#settings,
    };
    const { service, firstOperator } = await startService(loadSettings({ env: {}, override }));
    this.#service = service;
    this.#secret ??= firstOperator?.secret;
    this.#operator = gnmiClient({
      address: `127.0.0.1:${service.gnmiPort}`,
      channel: credentials.createInsecure(),
      username: 'operator',
      password: this.#secret,
    });
  }

  async stop(): Promise<void> {
    this.#operator?.close();
    await this.#service?.close();
    this.#service = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Merges RFC 7951 JSON into a target, below a path. */
  set(target: string, value: object, path = '/') {
    return this.operator.set({
      prefix: { target },
      update: [{ path: parsePath(path), val: { json_ietf_val: Buffer.from(JSON.stringify(value)) } }],
    });
  }

  delete(target: string, ...paths: string[]) {
    return this.operator.set({ prefix: { target }, delete: paths.map((path) => parsePath(path)) });
  }

  async get(target: string, path: string, type: number = DataType.ALL): Promise<unknown> {
    const { notification } = await this.operator.get({
      prefix: { target },
      path: [parsePath(path)],
      type,
      encoding: Encoding.JSON_IETF,
    });
    return JSON.parse(Buffer.from(notification?.[0]?.update?.[0]?.val?.json_ietf_val ?? []).toString());
  }

  /** Follows a path ON_CHANGE until `until` holds for all values by path; deletes take values away. */
  follow(target: string, path: string, until: (values: Values) => boolean): Following {
    const stream = this.operator.subscribe();
    const values = new Map<string, string>();
    const history = new Map<string, string[]>();
    let isSynced = false;
    let synced: () => void = () => {};
    const ready = new Promise<void>((resolve) => {
      synced = resolve;
    });
    const done = new Promise<Values>((resolve, reject) => {
      stream.on('error', (error) => reject(error));
      stream.on('data', ({ update, sync_response }: SubscribeResponse) => {
        if (sync_response === true) {
          isSynced = true;
          synced();
        }
        for (const gone of update?.delete ?? []) {
          const text = printElems(gone.elem ?? []);
          for (const known of values.keys()) if (known.startsWith(text)) values.delete(known);
        }
        for (const { path: at, val } of update?.update ?? []) {
          const text = printElems(at?.elem ?? []);
          const value = Buffer.from(val?.json_ietf_val ?? []).toString();
          values.set(text, value);
          history.set(text, [...(history.get(text) ?? []), value]);
        }
        if (!isSynced || !until(values)) return;
        stream.removeAllListeners('error').on('error', () => {});
        stream.cancel();
        resolve(values);
      });
    });
    done.catch(() => {});
    stream.write({
      subscribe: {
        prefix: { target },
        mode: ListMode.STREAM,
        encoding: Encoding.JSON_IETF,
        subscription: [{ path: parsePath(path), mode: 1 }],
      },
    });
    return { ready, done, had: (at) => history.get(at) ?? [] };
  }
}
