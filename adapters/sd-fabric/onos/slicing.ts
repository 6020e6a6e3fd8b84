// Slices on the controller: parts of one key of its configuration, and what its REST interface tells and takes of them.

import { documentText, type Json } from '../../../src/southbound/adapter.ts';
import { criteriaOf, flowIdOf } from '../classifier.ts';
import type { ControllerHttp } from './http.ts';
import { itemsOf, membersOf, scalarsOf } from './json.ts';
import { type NetworkConfiguration, SLICING } from './netcfg.ts';

const ROOT = '/onos/fabrictna/slicing';
const CLASSES = ['BEST_EFFORT', 'CONTROL', 'REAL_TIME', 'ELASTIC'];

interface Place {
  readonly slice: string;
  readonly trafficClass: string;
  readonly criteria: Json;
}

/** Documents `slice/<n>`, `default-class/<n>` and `flow/<criteria>`. One call at a time: slices are changed by read and write. */
export class Slicing {
  readonly #http: ControllerHttp;
  readonly #netcfg: NetworkConfiguration;
  /** What was taken away to be written again, while it is not known to be there again. */
  #unfinished: Json | undefined;

  constructor(http: ControllerHttp, netcfg: NetworkConfiguration) {
    this.#http = http;
    this.#netcfg = netcfg;
  }

  /** The slice as it is configured, with the classes that are in effect: not all that is written, or more than that. */
  async readSlice(id: string, signal: AbortSignal): Promise<Json | undefined> {
    const number = numberOf(id);
    const part = slicesOf(await this.#netcfg.read(SLICING, signal))[number];
    const active = await this.#classesOf(number, signal);
    if (part === undefined ? !isLeft(number, active) : active.length === 0) return undefined;
    const { tcs, ...rest } = membersOf(part);
    const configured = membersOf(tcs);
    return { ...rest, tcs: Object.fromEntries(queued(active).map((name) => [name, configured[name] ?? {}])) };
  }

  async putSlice(id: string, body: Json, signal: AbortSignal): Promise<void> {
    const before = await this.#configured(signal);
    const slices = slicesOf(before);
    const number = numberOf(id);
    const after = { ...membersOf(before), slices: { ...slices, [number]: body } };
    await this.#write(after, signal);
    const isSaid = slices[number] !== undefined && documentText(slices[number]) === documentText(body);
    if (!isSaid) return;
    // The key said it, and yet it was to be written: some controllers keep an update of the key without acting on it.
    const active = await this.#classesOf(number, signal);
    const wanted = Object.keys(membersOf(membersOf(body).tcs));
    if (active.length === 0 || queued(active).sort().join() !== wanted.sort().join())
      await this.#writeAnew(after, signal);
  }

  async removeSlice(id: string, signal: AbortSignal): Promise<void> {
    const number = numberOf(id);
    const before = await this.#configured(signal);
    const { [number]: gone, ...slices } = slicesOf(before);
    const isLeftOnly = gone === undefined && isLeft(number, await this.#classesOf(number, signal));
    if (gone === undefined && !isLeftOnly) return;
    if (Object.keys(slices).length === 0) {
      await this.#netcfg.remove({ id: SLICING }, signal);
      this.#unfinished = undefined;
      return;
    }
    const after = { ...membersOf(before), slices };
    await this.#write(after, signal);
    // The key did not say it any more: see `putSlice`.
    if (isLeftOnly && isLeft(number, await this.#classesOf(number, signal))) await this.#writeAnew(after, signal);
  }

  /** Slices of the key, and those that are in effect without it. */
  async listSlices(signal: AbortSignal): Promise<string[]> {
    const numbers = new Set(Object.keys(slicesOf(await this.#netcfg.read(SLICING, signal))));
    for (const number of await this.#numbers(signal)) {
      if (!numbers.has(number) && isLeft(number, await this.#classesOf(number, signal))) numbers.add(number);
    }
    return [...numbers].map((number) => `slice/${number}`);
  }

  /** The default class of a slice; undefined while it is best effort, as it is at first. */
  async readDefaultClass(id: string, signal: AbortSignal): Promise<Json | undefined> {
    const number = numberOf(id);
    const answer = await this.#http.call('GET', `${ROOT}/defaulttc/${number}`, undefined, signal);
    const trafficClass = classIn(answer);
    if (trafficClass === undefined || trafficClass === 'BEST_EFFORT') return undefined;
    return { slice: Number(number), trafficClass };
  }

  async putDefaultClass(id: string, trafficClass: string, signal: AbortSignal): Promise<void> {
    await this.#http.call('POST', `${ROOT}/defaulttc/${numberOf(id)}/${trafficClass}`, {}, signal);
  }

  /** Back to best effort, where the slice is there. */
  async removeDefaultClass(id: string, signal: AbortSignal): Promise<void> {
    if ((await this.readDefaultClass(id, signal)) !== undefined) await this.putDefaultClass(id, 'BEST_EFFORT', signal);
  }

  async listDefaultClasses(signal: AbortSignal): Promise<string[]> {
    const ids: string[] = [];
    for (const number of await this.#numbers(signal)) {
      const id = `default-class/${number}`;
      if ((await this.readDefaultClass(id, signal)) !== undefined) ids.push(id);
    }
    return ids;
  }

  async readFlow(id: string, signal: AbortSignal): Promise<Json | undefined> {
    const place = (await this.#flows(signal)).get(id);
    // A selector is a set: the controller has its own order of criteria.
    return place && { slice: Number(place.slice), trafficClass: place.trafficClass, criteria: criteriaOf(id) };
  }

  /** New criteria, or criteria that belong to another slice or class from now on. */
  async putFlow(body: Json, signal: AbortSignal): Promise<void> {
    const { slice, trafficClass, criteria = [] } = membersOf(body);
    await this.#http.call('POST', `${ROOT}/flow/${slice}/${trafficClass}`, { criteria }, signal);
  }

  async removeFlow(id: string, signal: AbortSignal): Promise<void> {
    const place = (await this.#flows(signal)).get(id);
    if (place === undefined) return;
    const { slice, trafficClass, criteria } = place;
    await this.#http.call('DELETE', `${ROOT}/flow/${slice}/${trafficClass}`, { criteria }, signal);
  }

  async listFlows(signal: AbortSignal): Promise<string[]> {
    return [...(await this.#flows(signal)).keys()];
  }

  async #configured(signal: AbortSignal): Promise<Json | undefined> {
    const configured = await this.#netcfg.read(SLICING, signal);
    if (configured === undefined) return this.#unfinished;
    this.#unfinished = undefined;
    return configured;
  }

  async #write(body: Json, signal: AbortSignal): Promise<void> {
    await this.#netcfg.put(SLICING, body, signal);
    this.#unfinished = undefined;
  }

  async #writeAnew(body: Json, signal: AbortSignal): Promise<void> {
    this.#unfinished = body;
    await this.#netcfg.remove({ id: SLICING }, signal);
    await this.#write(body, signal);
  }

  async #classesOf(number: string, signal: AbortSignal): Promise<string[]> {
    const answer = await this.#http.call('GET', `${ROOT}/tc/${number}`, undefined, signal);
    return CLASSES.filter((name) => scalarsOf(membersOf(answer).TrafficClasses).includes(name));
  }

  async #numbers(signal: AbortSignal): Promise<string[]> {
    const answer = await this.#http.call('GET', `${ROOT}/slice`, undefined, signal);
    return scalarsOf(membersOf(answer).Slices).filter((text) => /^[0-9]+$/.test(text));
  }

  /** All flows of all slices; those that are not made of our criteria are left out. */
  async #flows(signal: AbortSignal): Promise<Map<string, Place>> {
    const flows = new Map<string, Place>();
    for (const slice of await this.#numbers(signal)) {
      for (const trafficClass of await this.#classesOf(slice, signal)) {
        const answer = await this.#http.call('GET', `${ROOT}/flow/${slice}/${trafficClass}`, undefined, signal);
        for (const selector of itemsOf(membersOf(answer).TrafficSelector)) {
          const { criteria } = membersOf(selector);
          const id = flowIdOf(criteria);
          if (id !== undefined && criteria !== undefined) flows.set(id, { slice, trafficClass, criteria });
        }
      }
    }
    return flows;
  }
}

function numberOf(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}

function slicesOf(configured: Json | undefined): Readonly<Record<string, Json>> {
  return membersOf(membersOf(configured).slices);
}

/** Classes that have to be configured. */
function queued(classes: readonly string[]): string[] {
  return classes.filter((name) => name !== 'BEST_EFFORT');
}

/** Whether a slice that is not configured is in effect; slice 0 always is, with best effort. */
function isLeft(number: string, active: readonly string[]): boolean {
  return number === '0' ? queued(active).length > 0 : active.length > 0;
}

function classIn(answer: Json | undefined): string | undefined {
  return scalarsOf(answer).find((text) => CLASSES.includes(text));
}
