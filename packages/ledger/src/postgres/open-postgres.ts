/** What is different where the log lies in PostgreSQL: where it comes from, who writes it, what goes back to it. */
import { bounds } from '@remit/contracts';
import type { PublisherHandle } from '../threads/publisher-handle.ts';
import type { Recovered } from '../writer/recovery.ts';
import { mirrorLog, readSegment } from './mirror.ts';
import { PostgresLog } from './postgres-log.ts';

export interface OpenedPostgres {
  log: PostgresLog;
  recovered: Recovered;
}

/** @throws Fault `ledger_locked`, `database_unavailable`, and those of `mirrorLog`. */
export async function openPostgres(url: string, folder: string, origin: string): Promise<OpenedPostgres> {
  const log = new PostgresLog(url, origin, bounds.database_answer_ms);
  await log.connect();
  try {
    return { log, recovered: await mirrorLog(log, folder, origin) };
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** The same publisher, whose checkpoints and rewritten segments go to the database before it answers. */
export function publishingTo(log: PostgresLog, folder: string, publisher: PublisherHandle): PublisherHandle {
  return {
    extend: (end) => publisher.extend(end),
    watch: (watched) => publisher.watch(watched),
    close: () => publisher.close(),
    async call(method, ...parameters) {
      const answer = await publisher.call(method, ...parameters);
      if (method === 'checkpoint') await log.putCheckpoint((answer as { note: string }).note);
      if (method === 'clearSegment') {
        const [name] = parameters as unknown as [string];
        const { header, groups } = readSegment(folder, name);
        await log.replaceSegment(name, header, groups);
      }
      return answer;
    },
  };
}
