// Settings: built-in values, then edgeconf.yaml, then EDGECONF_* variables, as one typed, frozen object; the only reader of process.env.

import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { EdgeconfError } from './errors.ts';

interface Definition<T> {
  readonly value: T;
  readonly help: string;
}

/** Every setting with its built-in value; a dot in the name is a level in the file and an underscore in the variable. */
const definitions = {
  'gnmi.host': { value: '127.0.0.1', help: 'address that the gNMI and northbound listener binds to' },
  'gnmi.port': { value: 9339, help: 'its port; 0 takes a free one' },
  'gnmi.plaintext': { value: false, help: 'serve without TLS; only allowed on a loopback address' },
  'gnmi.keepaliveMs': { value: 60_000, help: 'a ping goes to each client this often' },
  'gnmi.keepaliveTimeoutMs': { value: 20_000, help: 'a client that does not answer a ping for so long is cut off' },
  'gnmi.leafListUpdate': {
    value: 'merge',
    help: 'what an update does to a leaf-list: merge adds its values, replace keeps no others',
  },
  'gnmi.sampleDeletes': { value: true, help: 'tell with a delete what went since the sample before' },
  'http.host': { value: '127.0.0.1', help: 'address of the health listener' },
  'http.port': { value: 8080, help: 'its port; 0 takes a free one' },
  'tls.certificate': {
    value: '',
    help: 'server certificate chain (PEM); empty: the one that init made in the data folder',
  },
  'tls.key': { value: '', help: 'its private key (PEM)' },
  'tls.clientCa': { value: '', help: 'CA (PEM) of client certificates; when set, clients are asked for one' },
  'tls.clientCertificates': {
    value: 'required',
    help: 'with tls.clientCa: optional lets in clients that show no certificate; a wrong one is always refused',
  },
  'tls.minVersion': { value: '1.2', help: 'oldest TLS version that clients may use: 1.2 or 1.3' },
  data: { value: './data', help: 'the data folder: journal, rows, certificates' },
  models: { value: '', help: 'folder of models; empty: the models that come with edgeconf' },
  adapters: { value: 'sd-core,sd-fabric,sd-ran', help: 'comma-separated names of the southbound adapters to load' },
  'access.engine': {
    value: 'grants',
    help: "who decides: grants compiled from Casbin's policy, or enforce, which is Casbin itself and far slower",
  },
  'commit.deadlineMs': { value: 30_000, help: 'longest time one commit may take in validation' },
  'log.level': { value: 'info', help: 'fatal, error, warn, info, debug or silent' },
  'client.address': { value: '127.0.0.1:9339', help: 'CLI: the service to talk to' },
  'client.user': { value: '', help: 'CLI: user name' },
  'client.password': { value: '', help: 'CLI: password; better in the environment than in a file' },
  'client.token': { value: '', help: 'CLI: bearer token, instead of user and password' },
  'client.target': { value: '', help: 'CLI: gNMI target, when not named by --target' },
  'client.ca': { value: '', help: 'CLI: trust this CA certificate (PEM) and use TLS' },
  'client.certificate': { value: '', help: 'CLI: certificate (PEM) to show to a service that asks for one' },
  'client.key': { value: '', help: 'CLI: its private key (PEM)' },
  'client.plaintext': { value: false, help: 'CLI: talk without TLS' },
} as const satisfies Record<string, Definition<string | number | boolean>>;

type Name = keyof typeof definitions;
type Widen<T> = T extends string ? string : T extends number ? number : boolean;

/** All settings by dotted name. */
export type Settings = {
  readonly [N in Name]: N extends keyof Choices ? Choices[N] : Widen<(typeof definitions)[N]['value']>;
};

/** Settings that have one of a few values. */
const choices = {
  'tls.minVersion': ['1.2', '1.3'],
  'tls.clientCertificates': ['required', 'optional'],
  'gnmi.leafListUpdate': ['merge', 'replace'],
  'access.engine': ['grants', 'enforce'],
} as const satisfies Partial<Record<Name, readonly string[]>>;

type Choices = { readonly [N in keyof typeof choices]: (typeof choices)[N][number] };

/** Where settings come from; both replaceable in tests. */
export interface SettingsSource {
  /** Settings file; when absent, `edgeconf.yaml` in the working folder if there is one. */
  readonly file?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Values by name that win over everything else, e.g. from the command line. */
  readonly override?: Readonly<Partial<Record<string, string | number | boolean>>>;
}

/** @throws EdgeconfError INVALID_ARGUMENT for an unknown name, a value of the wrong kind, or plaintext off loopback. */
export function loadSettings(source: SettingsSource = {}): Settings {
  const env = source.env ?? process.env;
  const values = new Map<string, string | number | boolean>(
    Object.entries(definitions).map(([name, { value }]) => [name, value]),
  );
  const file = source.file ?? env.EDGECONF_SETTINGS ?? (existsSync('edgeconf.yaml') ? 'edgeconf.yaml' : undefined);
  if (file !== undefined)
    for (const [name, value] of readSettingsFile(file)) values.set(name, checked(name, value, file));
  checkVariables(env);
  for (const name of Object.keys(definitions)) {
    const variable = variableOf(name);
    const text = env[variable];
    if (text !== undefined && text !== '') values.set(name, checked(name, text, variable));
  }
  for (const [name, value] of Object.entries(source.override ?? {})) {
    if (value !== undefined) values.set(name, checked(name, value, 'the command line'));
  }
  const settings = Object.freeze(Object.fromEntries(values)) as unknown as Settings;
  if (settings['gnmi.plaintext'] && !isLoopback(settings['gnmi.host'])) {
    throw new EdgeconfError(
      'INVALID_ARGUMENT',
      `gnmi.plaintext is only allowed on a loopback address, and gnmi.host is ${settings['gnmi.host']}; set gnmi.plaintext to false to serve TLS`,
    );
  }
  checkTls(settings);
  return settings;
}

function checkTls(settings: Settings): void {
  const refuse = (message: string) => new EdgeconfError('INVALID_ARGUMENT', message);
  if ((settings['tls.certificate'] === '') !== (settings['tls.key'] === '')) {
    throw refuse('tls.certificate and tls.key belong together: set both, or neither for those of the data folder');
  }
  if (settings['tls.clientCertificates'] === 'optional' && settings['tls.clientCa'] === '') {
    throw refuse(
      'tls.clientCertificates is optional, but clients are only asked for one when tls.clientCa names its CA',
    );
  }
  // Whoever asks for client certificates must not get a service that takes anybody.
  if (settings['gnmi.plaintext'] && settings['tls.clientCa'] !== '') {
    throw refuse(
      'tls.clientCa asks for client certificates, and gnmi.plaintext serves without TLS; set only one of them',
    );
  }
}

/** Whether an address can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * The secret that a credentials reference stands for: `env:NAME` or `file:/absolute/path` (a line end is cut off).
 * @throws EdgeconfError FAILED_PRECONDITION naming the reference, never the secret.
 */
export async function resolveSecret(reference: string, env = process.env): Promise<string> {
  const [, kind, name = ''] = /^(env|file):(.+)$/.exec(reference) ?? [];
  if (kind === 'env' && env[name] !== undefined) return env[name];
  try {
    if (kind === 'file') return (await readFile(name, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new EdgeconfError('FAILED_PRECONDITION', `credentials ${reference}: ${(error as Error).message}`);
  }
  const reason =
    kind === 'env' ? 'there is no such variable in the environment of the service' : 'write env:NAME or file:/path';
  throw new EdgeconfError('FAILED_PRECONDITION', `credentials ${reference}: ${reason}`);
}

/** The help text: every setting with its variable, its built-in value and what it is for. */
export function describeSettings(): string {
  const rows = Object.entries(definitions).map(([name, { value, help }]) => {
    const shown = value === '' ? '(empty)' : String(value);
    return `  ${name.padEnd(22)} ${variableOf(name).padEnd(30)} ${shown.padEnd(16)} ${help}`;
  });
  return ['Settings, in edgeconf.yaml (a dot is a level) or in the environment, which wins:', ...rows].join('\n');
}

/** Other variables may begin like ours, such as those that hold credentials; one that is ours but for underscores is a slip. */
function checkVariables(env: NonNullable<SettingsSource['env']>): void {
  const squash = (variable: string): string => variable.replaceAll('_', '').toUpperCase();
  const known = new Map(Object.keys(definitions).map((name) => [squash(variableOf(name)), variableOf(name)]));
  for (const variable of Object.keys(env)) {
    const meant = variable.startsWith('EDGECONF_') ? known.get(squash(variable)) : undefined;
    if (meant === undefined || meant === variable) continue;
    throw new EdgeconfError('INVALID_ARGUMENT', `${variable} is not a setting; write ${meant}`);
  }
}

function variableOf(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1_$2').replace('.', '_');
  return `EDGECONF_${words.toUpperCase()}`;
}

function* readSettingsFile(file: string): Iterable<[string, unknown]> {
  let text: string;
  try {
    text = readFileSync(resolve(file), 'utf8');
  } catch (error) {
    throw new EdgeconfError('INVALID_ARGUMENT', `cannot read the settings file ${file}: ${(error as Error).message}`);
  }
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new EdgeconfError('INVALID_ARGUMENT', `${file} is not YAML: ${(error as Error).message}`);
  }
  yield* flatten('', content ?? {}, file);
}

function* flatten(prefix: string, content: unknown, file: string): Iterable<[string, unknown]> {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new EdgeconfError('INVALID_ARGUMENT', `${file}: ${prefix || 'the file'} must be a mapping of settings`);
  }
  for (const [key, value] of Object.entries(content)) {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    if (name in definitions) yield [name, value];
    else if (Object.keys(definitions).some((known) => known.startsWith(`${name}.`))) yield* flatten(name, value, file);
    else throw unknown(name, file);
  }
}

function checked(name: string, value: unknown, from: string): string | number | boolean {
  const definition = definitions[name as Name];
  if (definition === undefined) throw unknown(name, from);
  const wanted = typeof definition.value;
  if (wanted === 'string' && typeof value !== 'object') return chosen(name, String(value), from);
  if (wanted === 'number' && /^\d{1,9}$/.test(String(value))) {
    if (!name.endsWith('.port') || Number(value) <= 65_535) return Number(value);
    throw new EdgeconfError(
      'INVALID_ARGUMENT',
      `${from}: ${name} is ${value}; a port is at most 65535, and 0 takes a free one`,
    );
  }
  if (wanted === 'boolean' && /^(true|false)$/.test(String(value))) return String(value) === 'true';
  const kind = wanted === 'number' ? 'a whole number' : wanted === 'boolean' ? 'true or false' : 'a text';
  throw new EdgeconfError('INVALID_ARGUMENT', `${from}: ${name} is ${JSON.stringify(value)}; it must be ${kind}`);
}

function chosen(name: string, value: string, from: string): string {
  const allowed: readonly string[] | undefined = choices[name as keyof Choices];
  if (allowed === undefined || allowed.includes(value)) return value;
  throw new EdgeconfError(
    'INVALID_ARGUMENT',
    `${from}: ${name} is ${JSON.stringify(value)}; it must be ${allowed.join(' or ')}`,
  );
}

function unknown(name: string, from: string): EdgeconfError {
  return new EdgeconfError(
    'INVALID_ARGUMENT',
    `${from}: unknown setting ${name}; \`edgeconf serve --help\` lists them all`,
  );
}
