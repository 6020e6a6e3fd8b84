// Gets a JSON document from a server that is trusted for it and for nothing else: bounded in time and size, no redirects.

import { Agent, request } from 'undici';

export interface FetchLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export const DEFAULT_FETCH: FetchLimits = { timeoutMs: 5000, maxBytes: 1024 * 1024 };

/**
 * @param ca PEM of the only CAs to trust; undefined: those of the system.
 * @throws Error with a reason for the log.
 */
export async function fetchJson(url: string, ca: string | undefined, limits = DEFAULT_FETCH): Promise<unknown> {
  const { timeoutMs, maxBytes } = limits;
  const agent = new Agent({ pipelining: 0, connect: ca === undefined ? {} : { ca } });
  try {
    const { statusCode, body } = await request(url, {
      dispatcher: agent,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'application/json' },
    });
    if (statusCode !== 200) throw new Error(`${url} answered with status ${statusCode}, not 200`);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new Error(`${url} answered with more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } finally {
    await agent.destroy();
  }
}
