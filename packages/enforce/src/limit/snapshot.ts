/**
 * The counts of all limits as text, so that a start reads only the records that came after. An agent a
 * line, each with the size of the log at that moment: what is in the log before it is in the line.
 * Agents are taken one after the other, so that no call waits for all of them.
 *
 * Keys name persons: whoever stores the text seals it.
 */
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { periodSchema, reservationSchema, type Clock } from '@remit/contracts';
import type { Ledger } from '@remit/ledger';
import type { LimitCounters, SavedAgent } from './limit-counters.ts';
import type { Kept } from './snapshot-keeper.ts';

const VERSION = 1;

const headerSchema = z.object({
  version: z.literal(VERSION),
  /** Names the log. */
  origin: z.string(),
  /** Of the log when the first agent was taken; for agents that have no line. */
  size: z.number().int().nonnegative(),
});
const endSchema = z.object({ agents: z.number().int().nonnegative() });
const lifetimeSchema = {
  window_ms: z.number().int().positive().optional(),
  period: periodSchema.optional(),
  idle_ms: z.number().int().positive().optional(),
};
const savedAgentSchema = z.object({
  agent: z.string(),
  size: z.number().int().nonnegative(),
  counters: z.array(
    z.object({
      key: z.string(),
      ...lifetimeSchema,
      tally: z
        .object({
          scale: z.number().int().nonnegative(),
          slots: z.array(z.tuple([z.number(), z.number(), z.string().regex(/^\d+$/)])),
        })
        .optional(),
      targets: z.array(z.tuple([z.string(), z.number()])).optional(),
    }),
  ),
  open: z.array(
    z.object({
      action_id: z.string(),
      agent: z.string(),
      at: z.number(),
      reservations: z.array(reservationSchema),
    }),
  ),
});

/** The lines of a snapshot; other work gets its turn between two of them. */
async function* snapshotLines(
  limits: LimitCounters,
  ledger: Pick<Ledger, 'status'>,
  now: () => number,
): AsyncGenerator<string> {
  const { origin, size } = ledger.status();
  yield JSON.stringify({ version: VERSION, origin, size });
  let agents = 0;
  for (const agent of limits.agents()) {
    const saved = limits.save(agent, now());
    if (saved === undefined) continue;
    agents += 1;
    yield JSON.stringify({ ...saved, size: ledger.status().size });
    await setImmediate();
  }
  yield JSON.stringify({ agents });
}

/** What a `SnapshotKeeper` writes of the limits. */
export function keptLimits(limits: LimitCounters, ledger: Pick<Ledger, 'status'>, clock: Clock): Kept {
  return {
    changes: () => limits.changes,
    lines: () => snapshotLines(limits, ledger, () => clock.now()),
  };
}

export interface Snapshot {
  /** Size of the log that it covers, for agents that are not among `agents`. */
  size: number;
  agents: (SavedAgent & { size: number })[];
}

/** Undefined where the text is not a whole snapshot of this log. */
export function readSnapshot(text: string, ledger: Pick<Ledger, 'status'>): Snapshot | undefined {
  const lines = text.split('\n').filter((line) => line !== '');
  const [header, ...rest] = lines;
  const end = rest.pop();
  const first = parsed(headerSchema, header);
  const last = parsed(endSchema, end);
  const agents = rest.map((line) => parsed(savedAgentSchema, line));
  if (first === undefined || last?.agents !== agents.length || agents.includes(undefined)) return undefined;
  const { origin, size } = ledger.status();
  const whole = agents as Snapshot['agents'];
  const isOfThisLog = first.origin === origin && [first, ...whole].every((line) => line.size <= size);
  return isOfThisLog ? { size: first.size, agents: whole } : undefined;
}

function parsed<Line>(schema: z.ZodType<Line>, line: string | undefined): Line | undefined {
  try {
    return schema.safeParse(JSON.parse(line ?? '')).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
