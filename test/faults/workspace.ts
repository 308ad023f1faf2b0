/** The workspace of the fault tests: one recording server, one agent that may call it. */
import { recordingCommand } from '@remit/testkit';

export interface RecordingWorkspace {
  /** The recording server's database. */
  database: string;
  /** URL of a recording server that runs already; by default one is started on stdio. */
  url?: string;
  limits?: object;
}

export function recordingWorkspace({ database, url, limits }: RecordingWorkspace) {
  const server = url === undefined ? { command: recordingCommand(database) } : { url };
  return {
    'workspace.yaml': [
      {
        workspace: 'faults',
        language: 1,
        mode: 'enforce',
        servers: { recording: { ...server, trust: 'internal' } },
      },
      {
        agent: 'worker',
        access: { tools: { allow: ['record'] } },
        guardrails: { tier_2_logged: ['record'] },
        ...(limits && { limits }),
      },
    ],
  };
}
