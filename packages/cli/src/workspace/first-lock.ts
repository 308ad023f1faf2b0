/** The first `up` and a `check` without a lock write one, so that names and conditions can be checked. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, Location } from '../context.ts';
import { lockFileName } from './tools-lock.ts';
import { withToolDesk } from './tool-desk.ts';

/** Does nothing where there is a lock, or where the documents have errors of their own. */
export async function pullFirstLock(context: Context, location: Location): Promise<void> {
  if (existsSync(join(location.workspace, lockFileName))) return;
  await withToolDesk(context, location, async (desk) => {
    const changes = await desk.changes();
    await desk.accept(changes.filter(({ status }) => status === 'added'));
    for (const { server, problem } of desk.down()) {
      context.terminal.say(`${server} is not connected, so its tools are not in tools.lock: ${problem}`);
    }
  });
}
