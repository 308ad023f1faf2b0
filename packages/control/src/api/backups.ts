/** The route that makes a backup: into a file of this machine, so only whoever runs Remit on it may ask. */
import { z } from 'zod';
import type { RouteDefinition } from './route.ts';

export const backupSchema = z.object({
  file: z.string(),
  bytes: z.number().int(),
  /** Records of the log in it. */
  size: z.number().int(),
  /** Of its list of files, hex. */
  digest: z.string(),
});
export type BackupMade = z.infer<typeof backupSchema>;

export const backupRoutes = {
  makeBackup: {
    method: 'POST',
    path: '/api/v1/backups',
    summary: 'Write a backup of log and registry, without the keys, to a new file on this machine',
    tag: 'operations',
    permission: 'operate',
    body: z.strictObject({
      /** Absolute; must not exist. */
      file: z
        .string()
        .min(2)
        .max(4096)
        .regex(/^(?:\/|[A-Za-z]:\\)[^\0]+$/),
    }),
    status: 201,
    response: backupSchema,
  },
} as const satisfies Record<string, RouteDefinition>;
