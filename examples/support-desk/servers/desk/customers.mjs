import { z } from 'zod';
import { find } from './database.mjs';

const customerId = z
  .string()
  .regex(/^C-\d+$/)
  .describe('like C-1001');

/** Everything that the desk knows of a customer: hiding some of it is not this server's business. */
const customer = {
  customer_id: z.string(),
  customer_name: z.string(),
  email: z.string(),
  ssn: z.string(),
  credit_card: z.string(),
  password_hash: z.string(),
  newsletter: z.boolean(),
  language: z.string(),
  plan: z.string(),
  discount_percent: z.number(),
};

export function customerTools(database) {
  return [
    {
      name: 'customer-lookup',
      title: 'Look up a customer',
      description: 'Reads one customer with the history of their tickets.',
      inputSchema: z.strictObject({ customer_id: customerId }),
      outputSchema: {
        ...customer,
        ticket_history: z.array(z.object({ ticket_id: z.string(), subject: z.string(), status: z.string() })),
      },
      annotations: { readOnlyHint: true, openWorldHint: false },
      run: ({ customer_id }) => {
        const history = database.prepare(
          'SELECT ticket_id, subject, status FROM tickets WHERE customer_id = ?',
        );
        return {
          ...shown(find(database, 'customers', 'customer_id', customer_id)),
          ticket_history: history.all(customer_id),
        };
      },
    },
    {
      name: 'customer-preferences-update',
      title: 'Change preferences',
      description: 'Sets whether a customer gets the newsletter, and their language.',
      inputSchema: z.strictObject({
        customer_id: customerId,
        newsletter: z.boolean().optional(),
        language: z.enum(['en', 'de', 'fr', 'es']).optional(),
      }),
      outputSchema: { customer_id: z.string(), newsletter: z.boolean(), language: z.string() },
      annotations: {
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
      run: ({ customer_id, newsletter, language }) => {
        const before = find(database, 'customers', 'customer_id', customer_id);
        const wanted = {
          newsletter: newsletter ?? before.newsletter === 1,
          language: language ?? before.language,
        };
        database
          .prepare('UPDATE customers SET newsletter = ?, language = ? WHERE customer_id = ?')
          .run(wanted.newsletter ? 1 : 0, wanted.language, customer_id);
        return { customer_id, ...wanted };
      },
    },
    {
      name: 'customer-export',
      title: 'Export all customers',
      description: 'The whole list of customers, as it would go into a spreadsheet.',
      inputSchema: z.strictObject({}),
      outputSchema: { customers: z.array(z.object(customer)) },
      annotations: { readOnlyHint: true, openWorldHint: false },
      run: () => ({ customers: database.prepare('SELECT * FROM customers').all().map(shown) }),
    },
    {
      name: 'account-delete',
      title: 'Delete an account',
      description: 'Deletes a customer for good.',
      inputSchema: z.strictObject({ customer_id: customerId, reason: z.string().min(1) }),
      outputSchema: { customer_id: z.string(), deleted: z.boolean() },
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
      run: ({ customer_id }) => {
        find(database, 'customers', 'customer_id', customer_id);
        database.prepare('DELETE FROM customers WHERE customer_id = ?').run(customer_id);
        return { customer_id, deleted: true };
      },
    },
  ];
}

function shown(row) {
  return { ...row, newsletter: row.newsletter === 1 };
}
