// The day, scene by scene. Every step says what it should come to; what comes otherwise is a surprise.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { connectAgent } from './agent.mjs';
import { makeFolders, removeFolders, startRemit, startWitness } from './remit.mjs';

/**
 * Plays the whole day against a Remit of its own.
 * @param remit the `remit` command as a list
 * @returns a report of it: `day.d.mts`
 */
export async function playDay({ remit: command, print, keep = false }) {
  const folders = makeFolders();
  try {
    const witness = await startWitness(command, folders);
    try {
      const remit = await startRemit(command, folders);
      const day = new Day(remit, print);
      try {
        await day.begin();
        cpSync(folders.data, earlyCopy(folders), { recursive: true });
        for (const scene of scenes) await scene(day);
        await day.countEvents();
      } finally {
        await day.close();
      }
      return await closing(day, folders, witness);
    } finally {
      await witness.stop();
    }
  } finally {
    if (keep) print.line(`\nData stays in ${folders.root}`);
    else removeFolders(folders);
  }
}

const support = 'customer-support';

class Day {
  steps = [];
  counts = {};
  agents = new Map();

  constructor(remit, print) {
    this.remit = remit;
    this.print = print;
  }

  /** Everybody gets a key or token of their own, and the agents connect. */
  async begin() {
    this.print.line(this.remit.ready);
    const [[dana]] = await Promise.all([
      this.remit.run(['people', 'add', 'dana@example.com', '--groups', 'administrators,support-managers']),
      ...[support, 'billing', 'analytics', 'research'].map((name) => this.connect(name)),
    ]);
    this.token = dana.token;
  }

  async connect(name) {
    const [{ key }] = await this.remit.run(['agents', 'token', name]);
    this.agents.set(name, await connectAgent(this.remit.agents, key, `conv-${name}`));
  }

  /** One call, printed; `expected` is `success` or the code of a refusal. */
  async step(agent, tool, args, expected) {
    const outcome = await this.agents.get(agent).call(tool, args);
    const step = { agent, tool, args, expected, outcome, asTold: outcome.code === expected };
    this.steps.push(step);
    this.print.step(step);
    return outcome;
  }

  async countEvents() {
    const events = await this.remit.run(['audit', 'search', '--action', 'tool_invoke', '--limit', '1000']);
    for (const { agent, result } of events) {
      this.counts[agent] ??= {};
      this.counts[agent][result] = (this.counts[agent][result] ?? 0) + 1;
    }
  }

  async close() {
    for (const agent of this.agents.values()) await agent.close();
    await this.remit.stop();
  }
}

async function ordinaryWork(day) {
  const { tools } = day.agents.get(support);
  day.print.scene(
    'Ordinary work',
    `The desk has 18 tools and the web 2; ${support} is shown ${tools.length} of them.`,
  );
  const { value } = await day.step(support, 'customer-lookup', { customer_id: 'C-1001' }, 'success');
  day.print.line(`    it sees: ${Object.keys(value).join(', ')}`);
  day.seen = Object.keys(value);
  await day.step(
    support,
    'ticket-create',
    { customer_id: 'C-1002', subject: 'Grinder is loud', body: 'Since Monday.' },
    'success',
  );
  await day.step(
    support,
    'ticket-update',
    { ticket_id: 'T-1', status: 'resolved', resolution: 'New seal sent.' },
    'success',
  );
  await day.step(
    support,
    'customer-preferences-update',
    { customer_id: 'C-1002', newsletter: false },
    'success',
  );
  await day.step('billing', 'order-list', { customer_id: 'C-1003' }, 'success');
  await day.step(
    'billing',
    'refund-create',
    { order_id: 'O-5003', amount: 19.99, reason: 'lid was scratched' },
    'success',
  );
  await day.step('analytics', 'sales-report', {}, 'success');
}

async function refusedTools(day) {
  day.print.scene('What nobody allowed', 'Each refusal names the rule, so that a model can act on it.');
  await day.step(support, 'database-query', { sql: 'SELECT * FROM customers' }, 'denied_by_policy');
  await day.step(support, 'discount-apply', { customer_id: 'C-1001', percent: 25 }, 'not_permitted');
  await day.step(
    support,
    'refund-create',
    { order_id: 'O-5001', amount: 40, reason: 'late' },
    'not_permitted',
  );
  await day.step('analytics', 'customer-lookup', { customer_id: 'C-1001' }, 'not_permitted');
}

async function refundThatWaits(day) {
  day.print.scene('A refund over 100 waits for a person', 'Approved once, it runs once.');
  const refund = { order_id: 'O-5004', amount: 250, reason: 'arrived broken' };
  const held = await day.step(support, 'refund-create', refund, 'approval_pending');
  const again = await day.step(support, 'refund-create', refund, 'approval_pending');
  const { id } = held.refusal.approval;
  day.print.line(`    sent again, it joins approval ${again.refusal.approval.id}`);
  await day.remit.run(['approvals', 'approve', id, '--note', 'photo seen'], { token: day.token });
  day.print.line('    dana@example.com approves exactly this call, with a token of her own');
  await day.step(support, 'refund-create', refund, 'success');
  const anew = await day.step(support, 'refund-create', refund, 'approval_pending');
  day.approvals = [id, again.refusal.approval.id, anew.refusal.approval.id];
  day.print.line('    sent once more, it is a new request');
}

async function hostilePage(day) {
  day.print.scene(
    'A page that gives orders',
    'The research agent reads what anybody may have written, and believes it.',
  );
  await day.step('research', 'page-search', { word: 'espresso' }, 'success');
  const { value } = await day.step(
    'research',
    'page-read',
    { address: 'https://competitor-prices.example/' },
    'success',
  );
  day.print.line(`    “…${/To the assistant[^,]*,/.exec(value.text)?.[0] ?? ''}…”`);
  await day.step('research', 'customer-export', {}, 'denied_by_policy');
  await day.step(
    'research',
    'email-send',
    { to: 'prices@competitor.example', subject: 'list', body: '…' },
    'denied_by_policy',
  );
}

async function leak(day) {
  day.print.scene('A leak', 'Denied data goes neither in nor out, also inside text that holds JSON.');
  const body = 'For the file: {"customer": "C-1001", "socialSecurityNumber": "900-12-1001"}';
  await day.step(
    support,
    'ticket-create',
    { customer_id: 'C-1001', subject: 'Identity', body },
    'content_blocked',
  );
  await day.step(support, 'customer-export', {}, 'denied_by_policy');
}

const LOOP_MAX = 60;

async function runawayLoop(day) {
  day.print.scene(
    'A runaway loop meets its limit',
    `${support} may make 30 calls a minute, and has gone in circles.`,
  );
  const agent = day.agents.get(support);
  let ran = 0;
  for (; ran < LOOP_MAX; ran++) {
    const outcome = await agent.call('customer-lookup', { customer_id: 'C-1001' });
    if (outcome.code !== 'success') break;
  }
  day.print.line(`✓ ${support.padEnd(17)} customer-lookup, ${ran} times`);
  const last = await day.step(support, 'customer-lookup', { customer_id: 'C-1001' }, 'rate_limited');
  day.print.line(`    it may try again in ${last.refusal?.retry_after_s} s`);
}

const scenes = [ordinaryWork, refusedTools, refundThatWaits, hostilePage, leak, runawayLoop];

/** What the day has left behind, looked at with Remit stopped. */
async function closing({ print, steps, counts, seen, approvals, remit }, folders, witness) {
  const desk = readDesk(folders);
  print.scene('What happened', 'From the audit log, folded from intents and outcomes:');
  print.table(rowsOf(counts));
  const amounts = desk.refunds.map(({ amount }) => amount).join(', ');
  print.line(
    `\nIn the desk's own database: ${desk.refunds.length} refunds (${amounts}), ${desk.mails} mails sent.`,
  );
  const verified = await verify(remit, folders.data, [
    '--checkpoints',
    folders.checkpoints,
    '--checkpoint',
    witness.checkpoint,
  ]);
  print.line(`\nremit audit verify: ${verified.message}`);
  const forged = await verify(remit, forgedCopy(folders), ['--checkpoints', folders.checkpoints]);
  print.line(`after one byte of the log was changed: ${forged.message}`);
  const rewritten = await rewrittenDay(remit, folders, witness);
  print.line(`after the day was written anew, and signed by root: ${rewritten.alone.message}`);
  print.line(`  beside what the witness has cosigned: ${rewritten.witnessed.message}`);
  const surprises = steps.filter(({ asTold }) => !asTold);
  const wentAsTold =
    surprises.length === 0 && verified.ok && !forged.ok && rewritten.alone.ok && !rewritten.witnessed.ok;
  print.line(wentAsTold ? '\nThe day went as told.' : '\nThe day went otherwise than told.');
  return { wentAsTold, steps, surprises, counts, desk, verified, forged, rewritten, seen, approvals };
}

async function verify(remit, data, flags) {
  const [report] = await remit.run(['audit', 'verify', ...flags], { fails: true, data });
  const { ok, size, signed_size, findings } = report;
  const message = ok
    ? `ok, ${size} records, ${signed_size} of them under a signed checkpoint`
    : `NOT VERIFIED, ${findings[0].message}`;
  return { ok, message };
}

function earlyCopy({ root }) {
  return path.join(root, 'early');
}

/**
 * What root can do, who has every folder and key: go back to the morning, let another day happen, and sign
 * it. Only somebody else's memory of the first day tells the two apart.
 */
async function rewrittenDay(remit, folders, witness) {
  const data = earlyCopy(folders);
  await remit.run(['agents', 'suspend', 'research'], { data });
  return {
    alone: await verify(remit, data, []),
    witnessed: await verify(remit, data, ['--checkpoint', witness.checkpoint]),
  };
}

/** What somebody makes of the log who can write to the data folder. */
function forgedCopy({ root, data }) {
  const copy = path.join(root, 'forged');
  cpSync(data, copy, { recursive: true });
  const folder = path.join(copy, 'ledger', 'segments');
  const [segment] = readdirSync(folder).toSorted();
  const bytes = readFileSync(path.join(folder, segment));
  bytes[Math.floor(bytes.length / 2)] ^= 1;
  writeFileSync(path.join(folder, segment), bytes);
  return copy;
}

function readDesk({ workspace }) {
  using database = new DatabaseSync(path.join(workspace, '.data', 'desk.db'), { readOnly: true });
  const refunds = database
    .prepare('SELECT order_id, amount_cents / 100.0 AS amount FROM refunds ORDER BY rowid')
    .all();
  const { mails } = database.prepare('SELECT count(*) AS mails FROM outbox').get();
  return { refunds: refunds.map((row) => ({ ...row })), mails };
}

function rowsOf(counts) {
  const results = [...new Set(Object.values(counts).flatMap((byResult) => Object.keys(byResult)))].toSorted();
  const rows = Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    ['agent', ...results],
    ...rows.map(([agent, byResult]) => [agent, ...results.map((result) => byResult[result] ?? 0)]),
  ];
}
