/** The watchdog's own process, see `watchdog.ts`. Reads `guard PID` and `release PID` lines. */
import { createInterface } from 'node:readline';

/** Between asking a group to stop and forcing it. */
const grace_ms = 1000;

const groups = new Set<number>();

for await (const line of createInterface({ input: process.stdin })) {
  const [word, pid] = line.split(' ');
  if (word === 'guard') groups.add(Number(pid));
  else if (word === 'release') groups.delete(Number(pid));
}

if (groups.size > 0) {
  signal('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, grace_ms));
  signal('SIGKILL');
}

function signal(name: NodeJS.Signals): void {
  for (const group of groups) {
    try {
      process.kill(-group, name);
    } catch {
      // ESRCH: the group has ended by itself, which is what is wanted.
      groups.delete(group);
    }
  }
}
