/** How commands find the Remit that runs on a data folder: its listeners and this start's operator token. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from './atomic-file.ts';

const listenerSchema = z.object({
  version: z.literal(1),
  pid: z.number().int().positive(),
  /** Base URL of the agents' listener, without a path. */
  agents: z.url(),
  /** Base URL of the people's listener. */
  console: z.url(),
  operator_token: z.string().min(1),
  started_at: z.iso.datetime(),
});
export type Listener = z.infer<typeof listenerSchema>;

const pathIn = (folder: string): string => join(folder, 'listener.json');

/** Replaces what an earlier start left: mode 0600, a new token each time. */
export function writeListener(folder: string, listener: Listener): void {
  writeAtomically(pathIn(folder), `${JSON.stringify(listener, null, 2)}\n`, 0o600);
}

/** Undefined where there is none. One that cannot be read counts as none: it says nothing to connect to. */
export function readListener(folder: string): Listener | undefined {
  try {
    return listenerSchema.safeParse(JSON.parse(readFileSync(pathIn(folder), 'utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function removeListener(folder: string): void {
  rmSync(pathIn(folder), { force: true });
}
