/** JSON bodies: valid UTF-8, no prototype keys, bounded depth. */
import { bounds, type Fault } from '@remit/contracts';
import type { FastifyInstance } from 'fastify';
import { InvalidRequest } from './problems.ts';

export function acceptJsonOnly(app: FastifyInstance): void {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  // Fastify's parser refuses `__proto__` and `constructor.prototype`.
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    try {
      const text = decoder.decode(body as Buffer);
      void parse(request, text, (error, value: unknown) =>
        error ? done(notJson(error)) : done(depthFault(value), value),
      );
    } catch (error) {
      done(notJson(error));
    }
  });
}

function notJson(cause: unknown): Fault {
  const fault = new InvalidRequest([
    { at: 'body', message: 'must be JSON in UTF-8, without prototype keys' },
  ]);
  fault.cause = cause;
  return fault;
}

function childrenOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

/** Walks with a list instead of the call stack, which a deep body would overflow. */
function depthFault(value: unknown): Fault | null {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > bounds.json_depth_max) {
      return new InvalidRequest([
        { at: 'body', message: `must not nest deeper than ${bounds.json_depth_max}` },
      ]);
    }
    level = level.flatMap(childrenOf);
  }
  return null;
}
