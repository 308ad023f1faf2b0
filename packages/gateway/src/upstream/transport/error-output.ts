/** What a child writes to its standard error goes to the log: by line, shortened, and not without end. */
import type { Readable } from 'node:stream';
import type { Bounds, Clock } from '@remit/contracts';
import type { Logger } from 'pino';
import type { Credentials } from '../credentials.ts';
import { LineSplitter } from './lines.ts';

const minute_ms = 60_000;

export interface ErrorOutputSinks {
  logger: Logger;
  clock: Clock;
  credentials: Credentials;
  bounds: Bounds;
}

export function logErrorOutput(
  stream: Readable,
  { logger, clock, credentials, bounds }: ErrorOutputSinks,
): void {
  let minute = 0;
  let lines = 0;

  function allowed(): boolean {
    const now = Math.floor(clock.monotonic() / minute_ms);
    if (now !== minute) {
      minute = now;
      lines = 0;
    }
    lines += 1;
    if (lines === bounds.upstream_stderr_lines_per_minute_max + 1) {
      logger.warn('the server writes too much to its error output; the rest of this minute is left out');
    }
    return lines <= bounds.upstream_stderr_lines_per_minute_max;
  }

  const splitter = new LineSplitter(bounds.upstream_stderr_line_max, {
    line(bytes) {
      if (allowed())
        logger.info({ stderr: credentials.redact(bytes.toString('utf8')) }, 'server wrote to stderr');
    },
    tooLong() {
      if (allowed()) logger.info('server wrote a line to stderr that is too long to be logged');
    },
  });
  stream.on('data', (chunk: Buffer) => splitter.push(chunk));
  // A broken pipe of the error output says nothing that the child's exit does not.
  stream.on('error', () => undefined);
}
