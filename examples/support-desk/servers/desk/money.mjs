import { z } from 'zod';
import { find, nextId } from './database.mjs';

const customerId = z
  .string()
  .regex(/^C-\d+$/)
  .describe('like C-1001');
const orderId = z
  .string()
  .regex(/^O-\d+$/)
  .describe('like O-5001');
const writes = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false };

export function moneyTools(database) {
  return [
    {
      name: 'order-list',
      title: 'List orders',
      description: 'Orders of one customer, or of all.',
      inputSchema: z.strictObject({ customer_id: customerId.optional() }),
      outputSchema: {
        orders: z.array(
          z.object({
            order_id: z.string(),
            customer_id: z.string(),
            item: z.string(),
            total: z.number(),
            refunded: z.number(),
          }),
        ),
      },
      annotations: { readOnlyHint: true, openWorldHint: false },
      run: ({ customer_id }) => {
        const rows = database.prepare(
          'SELECT * FROM orders WHERE ? IS NULL OR customer_id = ? ORDER BY order_id',
        );
        return {
          orders: rows.all(customer_id ?? null, customer_id ?? null).map((row) => shownOrder(database, row)),
        };
      },
    },
    {
      name: 'refund-create',
      title: 'Refund an order',
      description: 'Pays money back for an order. Each call pays once more; it cannot be undone.',
      inputSchema: z.strictObject({
        order_id: orderId,
        amount: z.number().positive().multipleOf(0.01).describe('in dollars'),
        reason: z.string().min(1),
      }),
      outputSchema: {
        refund_id: z.string(),
        order_id: z.string(),
        customer_id: z.string(),
        amount: z.number(),
        reason: z.string(),
      },
      annotations: {
        readOnlyHint: false,
        destructiveHint: true,
        idempotentHint: false,
        openWorldHint: false,
      },
      run: ({ order_id, amount, reason }) => refund(database, order_id, Math.round(amount * 100), reason),
    },
    {
      name: 'discount-apply',
      title: 'Give a discount',
      description: "Sets the discount on a customer's next order.",
      inputSchema: z.strictObject({ customer_id: customerId, percent: z.int().min(0).max(100) }),
      outputSchema: { customer_id: z.string(), discount_percent: z.number() },
      annotations: writes,
      run: ({ customer_id, percent }) => {
        find(database, 'customers', 'customer_id', customer_id);
        database
          .prepare('UPDATE customers SET discount_percent = ? WHERE customer_id = ?')
          .run(percent, customer_id);
        return { customer_id, discount_percent: percent };
      },
    },
    {
      name: 'payment-info-read',
      title: 'Read how a customer pays',
      description: 'The card of a customer.',
      inputSchema: z.strictObject({ customer_id: customerId }),
      outputSchema: { customer_id: z.string(), credit_card: z.string(), plan: z.string() },
      annotations: { readOnlyHint: true, openWorldHint: false },
      run: ({ customer_id }) => {
        const { credit_card, plan } = find(database, 'customers', 'customer_id', customer_id);
        return { customer_id, credit_card, plan };
      },
    },
    {
      name: 'billing-update',
      title: 'Change the plan',
      description: 'Changes what a customer is billed for.',
      inputSchema: z.strictObject({ customer_id: customerId, plan: z.enum(['standard', 'premium']) }),
      outputSchema: { customer_id: z.string(), plan: z.string() },
      annotations: writes,
      run: ({ customer_id, plan }) => {
        find(database, 'customers', 'customer_id', customer_id);
        database.prepare('UPDATE customers SET plan = ? WHERE customer_id = ?').run(plan, customer_id);
        return { customer_id, plan };
      },
    },
  ];
}

function refund(database, order_id, cents, reason) {
  const order = find(database, 'orders', 'order_id', order_id);
  if (refunded(database, order_id) + cents > order.total_cents)
    throw new Error(`order ${order_id} did not cost that much`);
  const refund_id = nextId(database, 'refunds', 'R');
  database
    .prepare('INSERT INTO refunds VALUES (?, ?, ?, ?, ?)')
    .run(refund_id, order_id, order.customer_id, cents, reason);
  return { refund_id, order_id, customer_id: order.customer_id, amount: cents / 100, reason };
}

function refunded(database, order_id) {
  return database
    .prepare('SELECT coalesce(sum(amount_cents), 0) AS cents FROM refunds WHERE order_id = ?')
    .get(order_id).cents;
}

function shownOrder(database, { order_id, customer_id, item, total_cents }) {
  return {
    order_id,
    customer_id,
    item,
    total: total_cents / 100,
    refunded: refunded(database, order_id) / 100,
  };
}
