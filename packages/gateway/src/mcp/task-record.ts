/** That a client was given a task, as the ledger keeps it. */
import type { NewRecord } from '@remit/contracts';
import type { Services } from './services.ts';

export interface TaskSubject {
  agent: string;
  server: string;
  tool: string;
  /** What goes on as the task: an action that has begun, or an approval that is waited for. */
  of: { action_id: string } | { approval_id: string };
}

/** Resolves when it is durable. @throws Fault `ledger_unavailable`. */
export async function recordTask({ ports }: Services, taskId: string, subject: TaskSubject): Promise<void> {
  const { of, ...meta } = subject;
  const record: NewRecord = {
    phase: 'event',
    id: ports.newId('evt'),
    event: 'task_created',
    time: new Date(ports.clock.now()).toISOString(),
    meta: { ...meta, ...of, result: 'success', task_id: taskId },
    payload: {},
  };
  await ports.ledger.append([record]);
}
