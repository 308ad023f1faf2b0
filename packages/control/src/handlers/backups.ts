import type { backupRoutes } from '../api/backups.ts';
import type { ControlDeps } from '../server/deps.ts';
import { actorOf } from '../server/caller.ts';
import type { Handlers } from './handler.ts';

export function backupHandlers({ backup }: ControlDeps): Handlers<keyof typeof backupRoutes> {
  return { makeBackup: ({ body, caller }) => backup(body.file, actorOf(caller)) };
}
