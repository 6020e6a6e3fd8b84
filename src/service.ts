// Composition root of the service: the only file that knows every part; it starts them in order and stops them in reverse.

import { access as fileExists } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { Access } from './access/access.ts';
import { loadCertificateReader } from './access/certificate-names.ts';
import { adoption } from './adoption.ts';
import { AuditLog } from './audit/audit-log.ts';
import { reportAuditState } from './audit/audit-state.ts';
import { type ExportFrom, exportRecords } from './audit/export.ts';
import { withFolderCopy } from './audit/folder-copy.ts';
import { auditFile, readEntries } from './audit/log-file.ts';
import { verifyAudit } from './audit/verify.ts';
import { type CertificateFiles, certificateFiles } from './certificate-files.ts';
import { type Datastore, openDatastore } from './datastore/datastore.ts';
import { type ModelSource, readModels } from './datastore/model-folder.ts';
import { platformTarget } from './datastore/targets.ts';
import { verifyFolder } from './datastore/verify.ts';
import { EdgeconfError } from './errors.ts';
import { type FirstOperator, makeFirstOperator } from './first-operator.ts';
import { serviceLog, setLogLevel } from './log.ts';
import { accessService } from './northbound/api/access-service.ts';
import { auditService } from './northbound/api/audit-service.ts';
import { southboundService } from './northbound/api/southbound-service.ts';
import { FrontDoor } from './northbound/front-door.ts';
import { gnmiService, grpcServerOptions } from './northbound/gnmi/gnmi-service.ts';
import { serveGrpc } from './northbound/grpc-server.ts';
import { serveHealth } from './northbound/http/health.ts';
import { refusalEvent, untrustedEvent } from './northbound/refusal-event.ts';
import type { TlsOptions } from './northbound/tls-listeners.ts';
import { packageRoot } from './package-root.ts';
import { recoverOperator } from './recover.ts';
import { resolveSecret, type Settings } from './settings.ts';
import type { Adapter } from './southbound/adapter.ts';
import { levelAckStore } from './southbound/device/ack-store.ts';
import { Reconciler } from './southbound/reconciler.ts';
import { reportDelivery } from './southbound/state/delivery-state.ts';
import { reportDeviceState } from './southbound/state/device-state.ts';
import { reportObservations } from './southbound/state/observation-state.ts';

/** A running service. */
export interface Service {
  readonly gnmiPort: number;
  readonly httpPort: number;
  readonly datastore: Datastore;
  readonly southbound: Reconciler;
  /** Ends streams and RPCs, waits for commits under way, and frees the data folder. */
  close(): Promise<void>;
}

/** Opens the data folder, makes what a new one needs, and listens. `firstOperator` is there on the first start only. */
export async function startService(
  settings: Settings,
): Promise<{ service: Service; firstOperator: FirstOperator | undefined }> {
  setLogLevel(settings['log.level']);
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const part of stops.splice(0).reverse()) await part();
  };
  try {
    const adapters = await loadAdapters(settings.adapters);
    const alarms = new Map<string, string>();
    let reconciler: Reconciler | undefined;
    let audit: AuditLog | undefined;
    const datastore = await openDatastore({
      folder: settings.data,
      models: await modelsOf(settings),
      plan: async (candidates, request) => (await reconciler?.plan(candidates, request)) ?? [],
      released: (request) => reconciler?.released(request),
      deadlineMs: settings['commit.deadlineMs'],
      onAlarm: ({ kind, message }) =>
        kind === 'writes-stopped' ? alarms.set('writes', message) : alarms.delete('writes'),
      auditMark: () => audit?.mark,
    });
    stops.push(() => datastore.close());
    const log = await AuditLog.open({
      folder: settings.data,
      journalHead: () => datastore.head,
      onAlarm: (reason) => (reason === undefined ? alarms.delete('audit') : alarms.set('audit', reason)),
    });
    audit = log;
    stops.push(() => log.close());
    const endAuditReports = reportAuditState(log, datastore);
    stops.push(async () => endAuditReports());
    // Its own database: what devices acknowledged is no part of the configuration and has its own pace.
    const acknowledged = new Level<string, string>(join(settings.data, 'southbound'));
    await acknowledged.open();
    stops.push(() => acknowledged.close());
    const access = new Access(datastore, { engine: settings['access.engine'] });
    const southbound: Reconciler = new Reconciler({
      adapters,
      store: levelAckStore(acknowledged),
      resolveSecret,
      admit: access.admitToDevices,
      causesOf: (device, ref, leaf) => southbound.questions.causesOf(device, ref.id, leaf),
      adopt: adoption({ datastore, access, intentOf: (target) => southbound.questions.known.snapshot(target) }),
    });
    reconciler = southbound;
    // Nobody waits for it but plans: what is configured can be read while it is rendered for the devices.
    southbound.start(datastore).catch((err: unknown) => {
      serviceLog.error({ err }, 'intent could not be taken in; devices stay as they are until the next start');
    });
    stops.push(() => southbound.close());
    for (const report of [reportDeviceState, reportDelivery, reportObservations]) {
      const endReports = report(southbound, datastore);
      stops.push(async () => endReports());
    }
    const gnmiPort = await listen(settings, { datastore, access, southbound, audit: log }, stops);
    const http = await serveHealth(
      settings['http.host'],
      settings['http.port'],
      () => [...alarms.values()],
      (device) => southbound.hasten(device),
    ).catch((error: Error) => {
      const address = `${settings['http.host']}:${settings['http.port']}`;
      throw new EdgeconfError(
        'FAILED_PRECONDITION',
        `http.host, http.port: cannot listen on ${address}: ${error.message}`,
      );
    });
    stops.push(() => http.close());
    // Last, when nothing can fail any more: its secret is told once, and must not be lost to a port in use.
    const firstOperator = await makeFirstOperator(datastore, 'operator');
    serviceLog.info({ revision: datastore.head.revision, gnmiPort, httpPort: http.port }, 'serving');
    return { service: { gnmiPort, httpPort: http.port, datastore, southbound, close: stop }, firstOperator };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Makes a data folder with certificates and its first operator. @throws EdgeconfError ALREADY_EXISTS when it is in use. */
export async function makeDataFolder(settings: Settings, operator: string): Promise<FirstOperator> {
  const datastore = await openDatastore({
    folder: settings.data,
    models: await modelsOf(settings),
    plan: () => {},
  });
  try {
    await ensureCertificates(settings);
    const first = await makeFirstOperator(datastore, operator);
    if (first !== undefined) return first;
    throw new EdgeconfError(
      'ALREADY_EXISTS',
      `data folder ${settings.data} has been initialised before; nothing was changed`,
    );
  } finally {
    await datastore.close();
  }
}

/**
 * Gives a data folder that no service has open an operator, or one's password anew.
 * @throws EdgeconfError FAILED_PRECONDITION when it is in use or was never initialised; see recover.ts.
 */
export async function recoverDataFolder(settings: Settings, operator: string): Promise<FirstOperator> {
  const datastore = await openDatastore({
    folder: settings.data,
    mustExist: true,
    models: await modelsOf(settings),
    plan: () => {},
  });
  try {
    return await recoverOperator(datastore, operator);
  } finally {
    await datastore.close();
  }
}

/** Checks a data folder that no service has open. @throws EdgeconfError saying what does not hold */
export async function checkDataFolder(settings: Settings, tell: (line: string) => void): Promise<void> {
  await verifyFolder({ folder: settings.data, models: await modelsOf(settings), tell });
}

/** Proves the audit log and the journal of a data folder, also of one in use. @throws EdgeconfError saying what does not hold */
export function checkAudit(settings: Settings, head: string | undefined, tell: (line: string) => void): Promise<void> {
  return verifyAudit({ folder: settings.data, head, tell });
}

/** Prints the audit log of a data folder, also of one in use. */
export function exportAudit(
  settings: Settings,
  from: ExportFrom | undefined,
  print: (record: string) => void,
): Promise<void> {
  return withFolderCopy(settings.data, async ({ journal, bytesBefore }) => {
    const entries = readEntries(auditFile(settings.data), bytesBefore);
    for await (const record of exportRecords({ journal, entries }, from)) print(record);
  });
}

function modelsOf(settings: Settings): Promise<ModelSource[]> {
  return readModels(settings.models || join(packageRoot, 'models'));
}

async function loadAdapters(names: string): Promise<Adapter[]> {
  const wanted = names.split(',').map((name) => name.trim());
  return (await Promise.all(wanted.filter((name) => name !== '').map(adaptersIn))).flat();
}

async function adaptersIn(name: string): Promise<readonly Adapter[]> {
  const refuse = (reason: string) =>
    new EdgeconfError('FAILED_PRECONDITION', `adapters: cannot load ${name}: ${reason}`);
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw refuse('an adapter is named like its folder under adapters/');
  try {
    const { adapters } = (await import(`../adapters/${name}/index.js`)) as { adapters: readonly Adapter[] };
    return adapters;
  } catch (error) {
    throw refuse((error as Error).message);
  }
}

/** What listeners serve. */
interface Served {
  readonly datastore: Datastore;
  readonly access: Access;
  readonly southbound: Reconciler;
  readonly audit: AuditLog;
}

async function listen(
  settings: Settings,
  { datastore, access, southbound, audit }: Served,
  stops: (() => Promise<unknown>)[],
): Promise<number> {
  const door = new FrontDoor({
    access,
    onRefusal: (refusal) => audit.note(refusalEvent(refusal)),
  });
  const leafListUpdate = settings['gnmi.leafListUpdate'];
  const questions = accessService({ datastore, door, leafListUpdate });
  const documents = southboundService({ datastore, door, engine: southbound, leafListUpdate });
  const gnmi = gnmiService({
    datastore,
    door,
    leafListUpdate,
    sampleDeletes: settings['gnmi.sampleDeletes'],
    // What is said of devices may be about anybody's documents on them.
    settled: ({ targets, ...wait }) =>
      southbound.settled(targets.includes(platformTarget) ? wait : { ...wait, targets }),
    documentsOf: (candidates) => southbound.documentsOf(candidates),
  });
  const server = await serveGrpc({
    host: settings['gnmi.host'],
    port: settings['gnmi.port'],
    tls: await tlsOptions(settings),
    services: [gnmi, questions, documents, auditService({ door, datastore, audit })],
    onUntrusted: (client) => audit.note(untrustedEvent(client)),
    channelOptions: grpcServerOptions(),
    keepalive: { intervalMs: settings['gnmi.keepaliveMs'], timeoutMs: settings['gnmi.keepaliveTimeoutMs'] },
  });
  const reload = (): void => void server.reloadCertificates();
  if (!settings['gnmi.plaintext']) process.on('SIGHUP', reload);
  stops.push(async () => {
    process.off('SIGHUP', reload);
    gnmi.endStreams();
    questions.close();
    documents.close();
    await server.close();
  });
  return server.port;
}

async function tlsOptions(settings: Settings): Promise<TlsOptions | undefined> {
  if (settings['gnmi.plaintext']) return undefined;
  const own = await ensureCertificates(settings);
  if (settings['tls.clientCa'] !== '') await loadCertificateReader();
  return {
    certificate: settings['tls.certificate'] || own.certificate,
    key: settings['tls.key'] || own.key,
    clientCa: settings['tls.clientCa'] || undefined,
    clientCertificates: settings['tls.clientCertificates'],
    minVersion: `TLSv${settings['tls.minVersion']}`,
  };
}

async function ensureCertificates(settings: Settings): Promise<CertificateFiles> {
  const files = certificateFiles(settings.data);
  if (settings['tls.certificate'] !== '') return files;
  try {
    await fileExists(files.certificate);
    return files;
  } catch {
    const { makeCertificates } = await import('./certificates.ts');
    return makeCertificates(settings.data, new Date());
  }
}
