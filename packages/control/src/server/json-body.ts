/** JSON bodies, read as strictly as those of agents: one reading, or none. */
import { bounds, Fault, parseJson } from '@remit/contracts';
import type { FastifyInstance } from 'fastify';
import { InvalidRequest } from './problems.ts';

export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    try {
      done(null, parseJson(body as Buffer, bounds.json_depth_max));
    } catch (error) {
      done(error instanceof Fault ? unreadable(error) : (error as Error));
    }
  });
}

function unreadable(cause: Fault): Fault {
  const fault = new InvalidRequest([{ at: 'body', message: cause.message }]);
  fault.cause = cause;
  return fault;
}
