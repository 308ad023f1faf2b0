/** Event streams of the gateway as a 2025-era client opens and reads them. */
import { messagesOf, type LegacyClient } from './fixture.ts';

/** Reads an event stream as it comes. */
export function reading(response: Response) {
  let stream = '';
  const done = (async () => {
    for await (const chunk of response.body ?? []) stream += Buffer.from(chunk).toString();
  })();
  done.catch(() => undefined);
  return { done, messages: () => messagesOf(stream), raw: () => stream };
}

export function get(
  client: LegacyClient,
  more: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const headers = { ...client.headers, accept: 'text/event-stream', ...more };
  return fetch(client.url, { headers, ...(signal && { signal }) });
}
