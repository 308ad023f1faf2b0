/**
 * What conversations have read, as text, so that a start reads only the records that came after. The state
 * only rises, so it does no harm that what happens while the lines are written is in some of them already.
 *
 * Keys name persons, and fingerprints stand for values: whoever stores the text seals it.
 */
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { labelsSchema, labelSourceSchema } from '@remit/contracts';
import type { Ledger } from '@remit/ledger';
import type { Kept } from '../limit/snapshot-keeper.ts';
import type { FlowState, SavedFlow } from './flow-state.ts';

const VERSION = 1;

const headerSchema = z.object({
  version: z.literal(VERSION),
  /** Names the log. */
  origin: z.string(),
  /** Of the log when the first line was written: what is in it before that is in the lines. */
  size: z.number().int().nonnegative(),
});
const endSchema = z.object({ lines: z.number().int().nonnegative() });
const markSchema = z.object({
  kind: z.enum(['reader', 'conversation', 'agent', 'all']),
  name: z.string().optional(),
  labels: labelsSchema,
  sources: z.array(labelSourceSchema),
});
const memorySchema = z.object({
  kind: z.enum(['read', 'written']),
  name: z.string(),
  forgotten: labelsSchema.optional(),
  told: z.array(z.object({ event: z.string(), labels: labelsSchema, hashes: z.array(z.number()) })),
});
const savedSchema = z.union([markSchema, memorySchema]);

/** What a `SnapshotKeeper` writes. */
export function keptFlows(flows: FlowState, ledger: Pick<Ledger, 'status'>): Kept {
  return { changes: () => flows.changes, lines: () => linesOf(flows, ledger) };
}

async function* linesOf(flows: FlowState, ledger: Pick<Ledger, 'status'>): AsyncGenerator<string> {
  const { origin, size } = ledger.status();
  yield JSON.stringify({ version: VERSION, origin, size });
  let lines = 0;
  for (const saved of [...flows.save()]) {
    lines += 1;
    yield JSON.stringify(saved);
    if (lines % 100 === 0) await setImmediate();
  }
  yield JSON.stringify({ lines });
}

/** Undefined where the text is not a whole snapshot of this log. */
export function readFlows(
  text: string,
  ledger: Pick<Ledger, 'status'>,
): { size: number; saved: SavedFlow[] } | undefined {
  const [header, ...rest] = text.split('\n').filter((line) => line !== '');
  const end = parsed(endSchema, rest.pop());
  const first = parsed(headerSchema, header);
  const saved = rest.flatMap((line) => parsed(savedSchema, line) ?? []);
  const { origin, size } = ledger.status();
  if (first?.origin !== origin || first.size > size) return undefined;
  return end?.lines === saved.length && saved.length === rest.length
    ? { size: first.size, saved }
    : undefined;
}

function parsed<Line>(schema: z.ZodType<Line>, line: string | undefined): Line | undefined {
  try {
    return schema.safeParse(JSON.parse(line ?? '')).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
