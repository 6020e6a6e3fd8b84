// Finds what a request to a simulated controller is about, and answers it.

import { checkConfiguration, isKnown } from './onos-checks.ts';
import { applySlicing, slicingAnswer } from './onos-slicing.ts';
import { type Answer, type Json, type OnosState, Refusal, type Warning } from './onos-state.ts';

const CONFIGURATION = '/onos/v1/network/configuration';
const SLICING = '/onos/fabrictna/slicing';
const TNA = 'org.stratumproject.fabric-tna';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: string;
}

export interface Controller {
  readonly state: OnosState;
  /** 'kept': an update of the slicing key is stored, and nothing is done about it. */
  readonly slicingUpdates: 'taken' | 'kept';
  readonly warn: (warning: Warning) => void;
}

/** Answers one request; errors are `{"code", "message"}`. */
export function route(controller: Controller, call: Call): Answer {
  try {
    if (call.path === SLICING || call.path.startsWith(`${SLICING}/`)) {
      const words = call.path.slice(SLICING.length + 1).split('/');
      return slicingAnswer(controller.state, call.method, words.map(decodeURIComponent), call.body);
    }
    if (call.path === CONFIGURATION || call.path.startsWith(`${CONFIGURATION}/`)) {
      const words = call.path
        .slice(CONFIGURATION.length + 1)
        .split('/')
        .filter((word) => word !== '');
      return configurationAnswer(controller, call, words.map(decodeURIComponent));
    }
    throw new Refusal(404, 'not found');
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: { code: error.status, message: error.message } };
    if (error instanceof SyntaxError) return { status: 400, body: { code: 400, message: 'the body is no JSON' } };
    return { status: 500, body: { code: 500, message: String(error) } };
  }
}

function configurationAnswer(controller: Controller, call: Call, words: readonly string[]): Answer {
  const { configuration } = controller.state;
  const [subjectClass, subject, key] = words;
  if (words.length > 3) throw new Refusal(404, 'not found');
  if (subjectClass !== undefined && !Object.hasOwn(configuration, subjectClass)) {
    if (call.method === 'GET') throw new Refusal(404, `Config for '${subjectClass}' not found`);
    throw new Refusal(500, `no subject factory for ${subjectClass}`);
  }
  if (call.method === 'GET') return { status: 200, body: found(configuration, words) };
  if (call.method === 'DELETE') {
    for (const at of places(configuration, words)) remove(controller, ...at);
    return { status: 204 };
  }
  if (call.method !== 'POST') throw new Refusal(405, 'method not allowed');
  if (!/^application\/json\b/.test(call.contentType ?? '')) throw new Refusal(415, 'send application/json');
  const value = JSON.parse(call.body) as Json;
  // A body at a higher level is taken key by key, those before a refused one stay.
  if (subjectClass !== undefined && subject !== undefined && key !== undefined) {
    apply(controller, subjectClass, subject, key, value);
  } else {
    for (const [at, each] of leaves(value, words)) apply(controller, at[0] ?? '', at[1] ?? '', at[2] ?? '', each);
  }
  return { status: 200 };
}

function found(configuration: OnosState['configuration'], words: readonly string[]): Json {
  let at: Json | undefined = configuration;
  for (const word of words) at = (at as { [name: string]: Json } | undefined)?.[word];
  const isEmpty =
    words.length > 1 && (at === undefined || (words.length === 2 && Object.keys(at as object).length === 0));
  if (at === undefined || isEmpty) throw new Refusal(404, `Config for '${words.join('/')}' not found`);
  return at;
}

function places(configuration: OnosState['configuration'], words: readonly string[]): [string, string, string][] {
  const all = Object.entries(configuration).flatMap(([subjectClass, subjects]) =>
    Object.entries(subjects).flatMap(([subject, keys]) =>
      Object.keys(keys).map((key): [string, string, string] => [subjectClass, subject, key]),
    ),
  );
  return all.filter((at) => words.every((word, i) => at[i] === word));
}

function* leaves(value: Json, at: readonly string[]): Iterable<[readonly string[], Json]> {
  if (at.length === 3) {
    yield [at, value];
    return;
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Refusal(400, 'an object is wanted');
  for (const [name, member] of Object.entries(value)) yield* leaves(member, [...at, name]);
}

function apply(controller: Controller, subjectClass: string, subject: string, key: string, value: Json): void {
  checkConfiguration(subjectClass, subject, key, value);
  if (!isKnown(subjectClass, subject, key)) return;
  const { configuration } = controller.state;
  const subjects = configuration[subjectClass] ?? {};
  const before = subjects[subject]?.[key];
  configuration[subjectClass] = { ...subjects, [subject]: { ...subjects[subject], [key]: value } };
  if (subject !== TNA || key !== 'slicing') return;
  if (before === undefined || controller.slicingUpdates === 'taken') {
    applySlicing(controller.state, value, controller.warn);
  } else {
    controller.warn({ slice: 0, reason: 'updating the slicing configuration is not supported' });
  }
}

function remove(controller: Controller, subjectClass: string, subject: string, key: string): void {
  const keys = controller.state.configuration[subjectClass]?.[subject];
  if (keys === undefined) return;
  delete keys[key];
  if (Object.keys(keys).length === 0) delete controller.state.configuration[subjectClass]?.[subject];
  if (subject === TNA && key === 'slicing') applySlicing(controller.state, undefined, controller.warn);
}
