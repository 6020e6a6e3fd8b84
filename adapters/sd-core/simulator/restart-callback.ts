// The call by which a core that has just started asks its configurer for everything again.
import { request } from 'node:http';

function post(url: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(url, {
      method: 'POST',
      signal,
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    call.on('error', () => resolve(false));
    call.on('response', (answer) => {
      answer.resume();
      resolve(true);
    });
    call.end();
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}

/** POSTs to `url` every `retryMs` until somebody answers, whatever the status, or until the signal aborts. */
export async function askForConfiguration(url: string, retryMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await post(url, signal))) await pause(retryMs, signal);
}
