// The controller's network configuration: a body for each subject class, subject and key, each got, put and taken away by itself.

import type { DocumentRef, Json } from '../../../src/southbound/adapter.ts';
import type { ControllerHttp } from './http.ts';
import { membersOf } from './json.ts';

const ROOT = '/onos/v1/network/configuration';
/** The key that all slices share; it is driven slice by slice. */
export const SLICING = 'apps/org.stratumproject.fabric-tna/slicing';

/** Documents whose ids are `<class>/<subject>/<key>`; a subject may have slashes of its own. */
export class NetworkConfiguration {
  readonly #http: ControllerHttp;

  constructor(http: ControllerHttp) {
    this.#http = http;
  }

  read(id: string, signal: AbortSignal): Promise<Json | undefined> {
    return this.#http.call('GET', pathOf(id), undefined, signal);
  }

  async put(id: string, body: Json, signal: AbortSignal): Promise<void> {
    await this.#http.call('POST', pathOf(id), body, signal);
  }

  async remove({ id }: Pick<DocumentRef, 'id'>, signal: AbortSignal): Promise<void> {
    await this.#http.call('DELETE', pathOf(id), undefined, signal);
  }

  /** Ids of all that there is but the slices. */
  async list(signal: AbortSignal): Promise<string[]> {
    const ids: string[] = [];
    const whole = membersOf(await this.#http.call('GET', ROOT, undefined, signal));
    for (const [subjectClass, subjects] of Object.entries(whole)) {
      for (const [subject, keys] of Object.entries(membersOf(subjects))) {
        for (const key of Object.keys(membersOf(keys))) ids.push(`${subjectClass}/${subject}/${key}`);
      }
    }
    return ids.filter((id) => id !== SLICING).sort();
  }
}

function pathOf(id: string): string {
  const [first, last] = [id.indexOf('/'), id.lastIndexOf('/')];
  const words = [id.slice(0, first), id.slice(first + 1, last), id.slice(last + 1)];
  return `${ROOT}/${words.map(encodeURIComponent).join('/')}`;
}
