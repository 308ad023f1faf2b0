/** The traces file (surface.md, "Traces file"): JSON lines, one run each, recorded here or elsewhere. */
import { createReadStream } from 'node:fs';
import { bounds, type JsonValue } from '@remit/contracts';
import { z } from 'zod';
import { CommandFault, exitCodes, wrongUse } from '../exit-code.ts';

const time = z.iso.datetime({ offset: true });

/** Keys beyond these are of no use here and ignored: the files are written by others. */
const runSchema = z.object({
  run: z.union([z.string(), z.number()]),
  agent: z.string().min(1),
  user: z.string().min(1).optional(),
  labels: z.array(z.string()).optional(),
  /** When it began, and when a call was made; where nothing says so the clock stands still. */
  at: time.optional(),
  calls: z.array(
    z.object({
      tool: z.string().min(1),
      arguments: z.record(z.string(), z.json()).default({}),
      result: z.json().optional(),
      error: z.json().optional(),
      at: time.optional(),
    }),
  ),
});
export type TracedRun = z.infer<typeof runSchema>;
export type TracedCall = TracedRun['calls'][number];

/** @throws CommandFault `unreadable_traces` with file and line. */
export async function* readTraces(path: string): AsyncGenerator<TracedRun> {
  let number = 0;
  for await (const line of linesOf(path)) {
    number += 1;
    if (line.trim() !== '') yield readRun(line, path, number);
  }
}

function readRun(line: string, path: string, number: number): TracedRun {
  const parsed = runSchema.safeParse(jsonOf(line, path, number));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the line' : issue.path.join('.');
  throw unreadable(path, number, `${where}: ${issue?.message ?? 'not a run'}`);
}

function jsonOf(line: string, path: string, number: number): JsonValue {
  try {
    return JSON.parse(line) as JsonValue;
  } catch (error) {
    throw unreadable(path, number, (error as Error).message);
  }
}

function unreadable(path: string, line: number, why: string): CommandFault {
  return new CommandFault(exitCodes.wrong_use, 'unreadable_traces', `This is no run: ${why}.`, {
    place: { file: path, line },
    remedy: 'A run is one line: {"run", "agent", "user"?, "labels"?, "calls": [{"tool", "arguments"}]}.',
  });
}

/** Lines without their ends. A run is read whole, so how long a line may be is bounded. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const part of createReadStream(path, 'utf8')) {
      const lines = (rest + String(part)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > bounds.trace_line_bytes_max) throw tooLong(path);
      yield* lines;
    }
  } catch (error) {
    if (error instanceof CommandFault) throw error;
    throw wrongUse(
      'unreadable_traces',
      `${path} cannot be read: ${(error as Error).message}.`,
      'Name a traces file.',
    );
  }
  if (rest !== '') yield rest;
}

function tooLong(path: string): CommandFault {
  const message = `A line of ${path} is longer than ${bounds.trace_line_bytes_max} bytes.`;
  return wrongUse('unreadable_traces', message, 'Leave out the results of its calls, or split the run.');
}
