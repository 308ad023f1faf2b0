import { execFile } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { z } from 'zod';
import { nextId } from './database.mjs';

const ROWS_MAX = 100;

export function operationsTools(database, file) {
  return [
    {
      name: 'email-send',
      title: 'Send mail',
      description: 'Sends a mail to anybody (in this demo: puts it into the outbox).',
      inputSchema: z.strictObject({ to: z.email(), subject: z.string().min(1), body: z.string() }),
      outputSchema: { mail_id: z.string(), to: z.string() },
      annotations: {
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: false,
        openWorldHint: true,
      },
      run: ({ to, subject, body }) => {
        const mail_id = nextId(database, 'outbox', 'M');
        database.prepare('INSERT INTO outbox VALUES (?, ?, ?, ?)').run(mail_id, to, subject, body);
        return { mail_id, to };
      },
    },
    {
      name: 'database-query',
      title: 'Query the database',
      description: 'Runs one SELECT on the production database.',
      inputSchema: z.strictObject({ sql: z.string().min(1) }),
      outputSchema: { rows: z.array(z.record(z.string(), z.unknown())) },
      annotations: { readOnlyHint: true, openWorldHint: false },
      run: ({ sql }) => {
        using readOnly = new DatabaseSync(file, { readOnly: true });
        return { rows: readOnly.prepare(sql).all().slice(0, ROWS_MAX) };
      },
    },
    {
      name: 'code-execute',
      title: 'Run code',
      description: 'Runs JavaScript in a process that may not touch files or start others.',
      inputSchema: z.strictObject({ code: z.string().min(1) }),
      outputSchema: { output: z.string() },
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
      run: async ({ code }) => {
        const flags = ['--permission', '--input-type=module', '--eval', code];
        const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 2000, env: {} });
        return { output: stdout };
      },
    },
    {
      name: 'sales-report',
      title: 'Sales by month',
      description: 'Sums of orders and refunds, without any customer in them.',
      inputSchema: z.strictObject({}),
      outputSchema: {
        months: z.array(z.object({ month: z.string(), orders: z.number(), total: z.number() })),
        refunded: z.number(),
      },
      annotations: { readOnlyHint: true, openWorldHint: false },
      run: () => {
        const months = database
          .prepare(
            'SELECT month, count(*) AS orders, sum(total_cents) / 100.0 AS total FROM orders GROUP BY month ORDER BY month',
          )
          .all();
        const { refunded } = database
          .prepare('SELECT coalesce(sum(amount_cents), 0) / 100.0 AS refunded FROM refunds')
          .get();
        return { months, refunded };
      },
    },
  ];
}
