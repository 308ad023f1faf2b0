// The desk's own data: one SQLite file, filled with a few customers when it is new.
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS customers (
    customer_id TEXT PRIMARY KEY, customer_name TEXT NOT NULL, email TEXT NOT NULL, ssn TEXT NOT NULL,
    credit_card TEXT NOT NULL, password_hash TEXT NOT NULL, newsletter INTEGER NOT NULL DEFAULT 1,
    language TEXT NOT NULL DEFAULT 'en', plan TEXT NOT NULL DEFAULT 'standard', discount_percent INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE IF NOT EXISTS tickets (
    ticket_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
    status TEXT NOT NULL, resolution TEXT NOT NULL DEFAULT '', escalated INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE IF NOT EXISTS orders (
    order_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, item TEXT NOT NULL, total_cents INTEGER NOT NULL, month TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS refunds (
    refund_id TEXT PRIMARY KEY, order_id TEXT NOT NULL, customer_id TEXT NOT NULL, amount_cents INTEGER NOT NULL, reason TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS callbacks (
    callback_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, at TEXT NOT NULL, topic TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS outbox (
    mail_id TEXT PRIMARY KEY, recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;
`;

/** Opens `desk.db` in the folder that SUPPORT_DESK_DATA names, by default one for temporary files. */
export function openDatabase() {
  const folder = path.resolve(process.env.SUPPORT_DESK_DATA ?? path.join(tmpdir(), 'support-desk'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, 'desk.db');
  const database = new DatabaseSync(file, { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL');
  database.exec(SCHEMA);
  const { count } = database.prepare('SELECT count(*) AS count FROM customers').get();
  if (count === 0) fill(database);
  return { database, file };
}

/** The next id of a table: `R-1`, `R-2` … */
export function nextId(database, table, prefix) {
  const { count } = database.prepare(`SELECT count(*) AS count FROM ${table}`).get();
  return `${prefix}-${count + 1}`;
}

/** One row by its id, or an error that names what is missing. */
export function find(database, table, key, id) {
  const row = database.prepare(`SELECT * FROM ${table} WHERE ${key} = ?`).get(id);
  if (!row) throw new Error(`there is no ${key.replace('_id', '')} ${id}`);
  return row;
}

const names = ['Ada', 'Ben', 'Chloe', 'Dev', 'Elif', 'Femi', 'Grace', 'Hugo'].map(
  (name) => `${name} Example`,
);
// Numbers that card companies publish for tests; social security numbers that are never issued.
const cards = ['4111111111111111', '5555555555554444', '378282246310005'];
const items = [
  ['Espresso machine', 34900],
  ['Coffee grinder', 12900],
  ['Kettle', 5900],
];

function fill(database) {
  const customer = database.prepare(
    'INSERT INTO customers (customer_id, customer_name, email, ssn, credit_card, password_hash) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const order = database.prepare('INSERT INTO orders VALUES (?, ?, ?, ?, ?)');
  names.forEach((name, index) => {
    const id = `C-${1001 + index}`;
    const mail = `${name.split(' ')[0].toLowerCase()}@example.com`;
    const hash = createHash('sha256').update(id).digest('hex');
    customer.run(id, name, mail, `900-12-${1001 + index}`, cards[index % 3], `scrypt$${hash}`);
    const [item, cents] = items[index % 3];
    order.run(`O-${5001 + index}`, id, item, cents, `2026-0${1 + (index % 3)}`);
  });
  database
    .prepare('INSERT INTO tickets (ticket_id, customer_id, subject, body, status) VALUES (?, ?, ?, ?, ?)')
    .run('T-1', 'C-1001', 'Machine leaks', 'Water runs out below the tank.', 'open');
}
