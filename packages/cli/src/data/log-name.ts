/** What the log of a data folder is called in its checkpoints, for good (C2SP tlog-checkpoint, "origin"). */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { cannot } from '../exit-code.ts';
import type { Machine } from '../machine.ts';
import { writeAtomically } from './atomic-file.ts';
import { logNameFileOf } from './layout.ts';

const form = /^[A-Za-z0-9][A-Za-z0-9.-]*\/[A-Za-z0-9._-]+$/;

/** Made once, random at its end, so that two logs never share a name. @throws CommandFault `log_name_damaged`. */
export function logName(machine: Machine, data: string): string {
  const file = logNameFileOf(data);
  if (!existsSync(file)) {
    const folder = basename(data).replace(/[^A-Za-z0-9._-]/g, '-');
    writeAtomically(
      file,
      `remit.local/${folder}.${machine
        .newSecret()
        .replace(/[^A-Za-z0-9]/g, '')
        .slice(0, 12)}\n`,
      0o600,
    );
  }
  const name = readFileSync(file, 'utf8').trim();
  if (form.test(name)) return name;
  throw cannot(
    'log_name_damaged',
    `${file} holds no log name.`,
    'Restore it: it is the first line of every checkpoint.',
  );
}
