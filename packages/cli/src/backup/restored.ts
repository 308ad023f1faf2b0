/**
 * What stands in a data folder that came from a backup, until its log has recorded that; and what has to be said
 * where checkpoints that are kept apart show that the log once was longer.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { Fault } from '@remit/contracts';
import type { Ledger } from '@remit/ledger';
import { z } from 'zod';
import { writeAtomically } from '../data/atomic-file.ts';
import { restoredFileOf } from '../data/layout.ts';
import type { Machine } from '../machine.ts';

const restoredSchema = z.strictObject({
  version: z.literal(1),
  made_at: z.iso.datetime(),
  restored_at: z.iso.datetime(),
  /** Records of the log in the backup. */
  size: z.number().int().nonnegative(),
  /** What the operator has given up: the longest log that is known to have been signed. */
  given_up: z.strictObject({ size: z.number().int().positive(), root: z.string() }).optional(),
});
export type Restored = z.infer<typeof restoredSchema>;

/** Undefined where the folder came from no backup, or the log has recorded it. */
export function readRestored(data: string): Restored | undefined {
  const file = restoredFileOf(data);
  return existsSync(file) ? restoredSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}

export function writeRestored(data: string, restored: Restored): void {
  writeAtomically(restoredFileOf(data), `${JSON.stringify(restored)}\n`, 0o600);
}

/** Before anything else that this start records. */
export async function recordRestored(
  ledger: Ledger,
  data: string,
  { clock, newId }: Pick<Machine, 'clock' | 'newId'>,
): Promise<void> {
  const restored = readRestored(data);
  if (restored === undefined) return;
  const { made_at, restored_at, size, given_up } = restored;
  const lost = given_up && {
    lost_records: given_up.size - size,
    lost_size: given_up.size,
    lost_root: given_up.root,
  };
  const meta = { result: 'success', by: 'operator', made_at, restored_at, records: size, ...lost } as const;
  const time = new Date(clock.now()).toISOString();
  await ledger.append([{ phase: 'event', id: newId('evt'), event: 'ledger_restored', time, meta }]);
  rmSync(restoredFileOf(data));
}

/** A log that is shorter than what was signed stays closed; where it was restored, this says what can be done. */
export function explainRollback(error: unknown, data: string): unknown {
  if (!(error instanceof Fault) || error.code !== 'ledger_truncated') return error;
  const restored = readRestored(data);
  if (restored === undefined) return error;
  return new Fault(
    'ledger_rolled_back',
    `This folder was restored from a backup of ${restored.made_at}, and ${error.message}: what came in between is missing.`,
    {
      ...(error.place !== undefined && { place: error.place }),
      remedy:
        'Restore a newer backup. If there is none, `remit backup --accept-loss` gives the missing records up for good and records that.',
      cause: error,
    },
  );
}
