/** The process's own log: human-readable lines on stderr, never a secret, never data of calls. */
import { pino, type Logger } from 'pino';
import { printable } from './terminal/printable.ts';
import type { Terminal } from './terminal/terminal.ts';

const levelNames: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};
const ownKeys = new Set(['level', 'time', 'msg', 'pid', 'hostname']);

export function processLog(terminal: Terminal, level: string): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => terminal.say(readable(line)) },
  );
}

/** For commands that answer and end: only what went wrong. */
export function quietLog(terminal: Terminal): Logger {
  return processLog(terminal, 'error');
}

/** `10:02:03.004 warn  the server is down  server=crm restarts=2`; the date is the reader's own. */
export function readable(line: string): string {
  const entry = JSON.parse(line) as Record<string, unknown>;
  const level = levelNames[Number(entry['level'])] ?? String(entry['level']);
  const details = Object.entries(entry)
    .filter(([key]) => !ownKeys.has(key))
    .map(([key, value]) => `${key}=${describe(value)}`);
  const time = String(entry['time']).slice(11, 23);
  return printable([`${time} ${level.padEnd(5)} ${describe(entry['msg'] ?? '')}`, ...details].join('  '));
}

/** Errors by their message: a trace of ours helps nobody who reads this. */
function describe(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'message' in value) return String(value.message);
  return JSON.stringify(value);
}
