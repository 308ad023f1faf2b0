import type { IncomingMessage } from 'node:http';
import { Fault } from '@remit/contracts';

/** Bytes of an oversized body that are still read and dropped, so that the client gets to see the answer. */
const discardedFactor = 8;

/**
 * The whole body. Its time is bounded by the server's `requestTimeout`.
 * @throws Fault `body_too_large` (the rest is being discarded), `body_incomplete` (the client went away).
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > bytesMax) {
      discard(request, bytesMax);
      reject(tooLarge(bytesMax));
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bytesMax) {
        chunks.push(chunk);
        return;
      }
      request.removeAllListeners('data');
      discard(request, bytesMax);
      reject(tooLarge(bytesMax));
    });
    request.on('end', () => {
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size));
    });
    request.on('close', () => {
      // Every request closes; an error with its stack is made for the broken ones only.
      if (request.complete) return;
      reject(new Fault('body_incomplete', 'The client went away before the body was complete.'));
    });
  });
}

function tooLarge(bytesMax: number): Fault {
  return new Fault('body_too_large', `The body is larger than ${bytesMax} bytes.`, {
    remedy: 'Send smaller arguments, or a reference to the data.',
  });
}

function discard(request: IncomingMessage, bytesMax: number): void {
  let left = bytesMax * discardedFactor;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
}
