/** Where an export goes: a file that appears when it is whole, or stdout. */
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { cannot } from '../exit-code.ts';

/** Takes the parts as they come, so that an export of any length needs little memory. @throws CommandFault `export_failed`. */
export async function writeExport(body: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.draft`);
  try {
    rmSync(draft, { force: true });
    // It may hold what people said and did: for its owner only.
    const file = createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(body, file);
    await finished(file);
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw cannot('export_failed', `The export to ${path} broke off: ${reason}`, 'Try again.', cause);
  }
}
