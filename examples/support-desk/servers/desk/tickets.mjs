import { z } from 'zod';
import { find, nextId } from './database.mjs';

const status = z.enum(['open', 'waiting', 'resolved']);
const ticket = {
  ticket_id: z.string(),
  customer_id: z.string(),
  subject: z.string(),
  body: z.string(),
  status,
  resolution: z.string(),
  escalated: z.boolean(),
};
const ticketId = z
  .string()
  .regex(/^T-\d+$/)
  .describe('like T-1');
const customerId = z
  .string()
  .regex(/^C-\d+$/)
  .describe('like C-1001');
const writes = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false };

export function ticketTools(database) {
  const read = (id) => shown(find(database, 'tickets', 'ticket_id', id));
  return [
    {
      name: 'ticket-create',
      title: 'Open a ticket',
      description: 'Opens a support ticket for a customer.',
      inputSchema: z.strictObject({ customer_id: customerId, subject: z.string().min(1), body: z.string() }),
      outputSchema: ticket,
      annotations: writes,
      run: ({ customer_id, subject, body }) => {
        find(database, 'customers', 'customer_id', customer_id);
        const id = nextId(database, 'tickets', 'T');
        database
          .prepare(
            "INSERT INTO tickets (ticket_id, customer_id, subject, body, status) VALUES (?, ?, ?, ?, 'open')",
          )
          .run(id, customer_id, subject, body);
        return read(id);
      },
    },
    {
      name: 'ticket-update',
      title: 'Update a ticket',
      description: 'Sets the status of a ticket, and how it was resolved.',
      inputSchema: z.strictObject({ ticket_id: ticketId, status, resolution: z.string().optional() }),
      outputSchema: ticket,
      annotations: { ...writes, idempotentHint: true },
      run: ({ ticket_id, status: wanted, resolution }) => {
        read(ticket_id);
        database
          .prepare('UPDATE tickets SET status = ?, resolution = coalesce(?, resolution) WHERE ticket_id = ?')
          .run(wanted, resolution ?? null, ticket_id);
        return read(ticket_id);
      },
    },
    {
      name: 'ticket-list',
      title: 'List tickets',
      description: 'Tickets, newest first.',
      inputSchema: z.strictObject({ status: status.optional() }),
      outputSchema: { tickets: z.array(z.object(ticket)) },
      annotations: { readOnlyHint: true, openWorldHint: false },
      run: ({ status: wanted }) => {
        const rows = database.prepare(
          'SELECT * FROM tickets WHERE ? IS NULL OR status = ? ORDER BY rowid DESC',
        );
        return { tickets: rows.all(wanted ?? null, wanted ?? null).map(shown) };
      },
    },
    {
      name: 'ticket-escalate',
      title: 'Escalate to a manager',
      description: "Puts a ticket on a manager's desk.",
      inputSchema: z.strictObject({ ticket_id: ticketId, reason: z.string().min(1) }),
      outputSchema: ticket,
      annotations: { ...writes, idempotentHint: true },
      run: ({ ticket_id }) => {
        read(ticket_id);
        database.prepare('UPDATE tickets SET escalated = 1 WHERE ticket_id = ?').run(ticket_id);
        return read(ticket_id);
      },
    },
    {
      name: 'callback-schedule',
      title: 'Schedule a call back',
      description: 'Notes that a customer wants to be called.',
      inputSchema: z.strictObject({
        customer_id: customerId,
        at: z.iso.datetime(),
        topic: z.string().min(1),
      }),
      outputSchema: { callback_id: z.string(), customer_id: z.string(), at: z.string(), topic: z.string() },
      annotations: writes,
      run: ({ customer_id, at, topic }) => {
        find(database, 'customers', 'customer_id', customer_id);
        const callback_id = nextId(database, 'callbacks', 'B');
        database
          .prepare('INSERT INTO callbacks VALUES (?, ?, ?, ?)')
          .run(callback_id, customer_id, at, topic);
        return { callback_id, customer_id, at, topic };
      },
    },
  ];
}

function shown(row) {
  return { ...row, escalated: row.escalated === 1 };
}
