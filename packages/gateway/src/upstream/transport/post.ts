/** Messages that expect no answer (notifications, responses) and the end of a session, over HTTP. */
import type { Logger } from 'pino';
import type { Headers, HttpEndpoint, HttpRequest, ResponseReader } from './http-endpoint.ts';
import { failureOf, networkFailure } from './http-status.ts';
import type { MessageDependencies } from './message-stream.ts';
import { faultFailure } from './transport.ts';
import type { Failure } from './transport.ts';

export const message_headers: Headers = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};
export const stream_headers: Headers = { accept: 'text/event-stream' };

export interface PostDependencies extends MessageDependencies {
  endpoint: HttpEndpoint;
  logger: Logger;
}

/** Resolves when the server has accepted or refused it; a refusal is logged. */
export async function postMessage(
  text: string,
  headers: () => Headers,
  dependencies: PostDependencies,
  path?: string,
): Promise<void> {
  const failure = await exchange(
    () => ({
      method: 'POST',
      headers: { ...headers(), ...message_headers },
      body: text,
      ...(path && { path }),
    }),
    dependencies,
  );
  if (failure !== undefined)
    dependencies.logger.warn({ problem: failure.message }, 'the server did not take a message');
}

/** DELETE, which a server may refuse (2025-11-25, basic/transports "Session Management", 5). */
export async function endSession(headers: () => Headers, dependencies: PostDependencies): Promise<void> {
  const failure = await exchange(() => ({ method: 'DELETE', headers: headers() }), dependencies);
  if (failure !== undefined)
    dependencies.logger.debug({ problem: failure.message }, 'the session was not ended');
}

/** Sends on the control pool, reads nothing of the body, and waits `upstream_call_ms` or `upstream_stop_ms` at most. */
function exchange(
  request: () => HttpRequest,
  { endpoint, bounds }: PostDependencies,
): Promise<Failure | undefined> {
  return new Promise((resolve) => {
    let wait: NodeJS.Timeout | undefined;
    const done = (failure?: Failure): void => {
      clearTimeout(wait);
      resolve(failure);
    };
    try {
      const prepared = request();
      const sent = endpoint.send(prepared, statusReader(done), true);
      wait = setTimeout(
        () => {
          sent.abort();
          done({ reason: 'timeout', sent: sent.sent, message: 'the server did not answer in time' });
        },
        prepared.method === 'DELETE' ? bounds.upstream_stop_ms : bounds.upstream_connect_ms,
      );
    } catch (error) {
      done(faultFailure(error));
    }
  });
}

function statusReader(done: (failure?: Failure) => void): ResponseReader {
  return {
    head: (status) => done(status < 300 ? undefined : failureOf(status)),
    data: () => undefined,
    end: () => undefined,
    failed: (error, sent) => done(networkFailure(error, sent)),
  };
}
