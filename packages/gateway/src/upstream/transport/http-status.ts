/** What an HTTP status without a JSON-RPC answer means for a request. */
import type { Failure } from './transport.ts';

const temporary: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

export function isUnauthorized(status: number): boolean {
  return status === 401 || status === 403;
}

/** Names the status only: what a server writes beside it may repeat what it was sent. */
export function failureOf(status: number): Failure {
  if (isUnauthorized(status)) {
    return failure('unauthorized', `the server refused Remit’s credential (HTTP ${status})`);
  }
  if (isRedirect(status)) {
    return failure(
      'garbage',
      `the server redirects (HTTP ${status}), which is refused; set its final address`,
    );
  }
  if (temporary.has(status)) return failure('unreachable', `the server is not available (HTTP ${status})`);
  return failure('garbage', `the server did not answer the request (HTTP ${status})`);
}

/** What went wrong on the network, by its code; the error's text may hold an address and is left out. */
export function networkFailure(error: NodeJS.ErrnoException, sent: boolean): Failure {
  const code = error.code ?? error.name;
  return sent
    ? { reason: 'closed', sent, message: `the connection to the server broke (${code})` }
    : { reason: 'unreachable', sent, message: `the server cannot be reached (${code})` };
}

function failure(reason: Failure['reason'], message: string): Failure {
  return { reason, sent: true, message };
}
