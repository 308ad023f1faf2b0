/** stdio for a bare server: one message a line. */
import { createInterface } from 'node:readline';
import type { JsonValue } from '@remit/contracts';
import type { Answering } from './server.ts';

/** Serves this process's stdin and stdout, and ends the process when stdin ends. */
export function serveBareStdio(answering: Answering): void {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    void Promise.resolve(answering(JSON.parse(line) as JsonValue)).then((message) => {
      if (message !== undefined) process.stdout.write(`${JSON.stringify(message)}\n`);
    });
  });
  lines.on('close', () => process.exit(0));
}
