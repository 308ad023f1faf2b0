/**
 * The log in PostgreSQL: groups, the headers of their segments, the fence that lets one writer in, and the last
 * checkpoint. A group is one statement, so one transaction, with `synchronous_commit` on.
 */
import { Fault } from '@remit/contracts';
import pg from 'pg';

const schema = `
  CREATE TABLE IF NOT EXISTS remit_log (
    origin text PRIMARY KEY, format integer NOT NULL, fence bigint NOT NULL, size bigint NOT NULL,
    peaks bytea NOT NULL, checkpoint text
  );
  CREATE TABLE IF NOT EXISTS remit_segment (
    origin text NOT NULL REFERENCES remit_log, name text NOT NULL, header bytea NOT NULL, PRIMARY KEY (origin, name)
  );
  CREATE TABLE IF NOT EXISTS remit_group (
    origin text NOT NULL, first_index bigint NOT NULL, segment text NOT NULL, place bigint NOT NULL,
    frame bytea NOT NULL, PRIMARY KEY (origin, first_index), FOREIGN KEY (origin, segment) REFERENCES remit_segment
  );
`;
const format = 1;
/** Of the advisory lock under which tables are made; any number that nobody else uses. */
const schemaLock = 7_364_100_1;

export interface LogState {
  size: number;
  /** The tree's peaks, joined. */
  peaks: Buffer;
  checkpoint: string | undefined;
}

export interface StoredGroup {
  first_index: number;
  /** Where its frame begins in the segment. */
  place: number;
  frame: Buffer;
}

export interface NewGroup extends StoredGroup {
  segment: string;
  /** Where the group begins a segment. */
  header: Buffer | undefined;
  /** The tree after it. */
  size: number;
  peaks: Buffer;
}

export interface StoredSegment {
  name: string;
  header: Buffer;
  /** Bytes that it has with all its groups. */
  bytes: number;
}

export class PostgresLog {
  readonly #url: string;
  readonly #origin: string;
  readonly #answer_ms: number;
  #client: pg.Client | undefined;
  #fence: string | undefined;
  #lost: () => void = () => undefined;

  constructor(url: string, origin: string, answer_ms: number) {
    this.#url = url;
    this.#origin = origin;
    this.#answer_ms = answer_ms;
  }

  /** Called once for each connection that ends by itself. */
  onLost(listener: () => void): void {
    this.#lost = listener;
  }

  /** Connects and takes the log. @throws Fault `ledger_locked` (another process writes to it), `database_unavailable`. */
  async connect(): Promise<void> {
    const timeouts = { connectionTimeoutMillis: this.#answer_ms, query_timeout: this.#answer_ms };
    const client = new pg.Client({ connectionString: this.#url, keepAlive: true, ...timeouts });
    client.on('error', () => this.#drop(client));
    client.on('end', () => this.#drop(client));
    try {
      await client.connect();
      await client.query('SET synchronous_commit = on');
      await prepare(client);
      await this.#take(client);
      this.#client = client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error instanceof Fault ? error : unavailable(error);
    }
  }

  async #take(client: pg.Client): Promise<void> {
    const lock = await client.query<{ taken: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken',
      [`remit log ${this.#origin}`],
    );
    if (lock.rows[0]?.taken !== true) throw locked(this.#origin);
  }

  /** Ends the connection and with it the lock. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }

  get connected(): boolean {
    return this.#client !== undefined;
  }

  /** Undefined where the database does not have this log yet. */
  async state(): Promise<LogState | undefined> {
    const { rows } = await this.#query<{
      size: string;
      peaks: Buffer;
      checkpoint: string | null;
      format: number;
    }>('SELECT size, peaks, checkpoint, format FROM remit_log WHERE origin = $1', [this.#origin]);
    const [row] = rows;
    if (row !== undefined && row.format !== format) throw newer(this.#origin);
    return row && { size: Number(row.size), peaks: row.peaks, checkpoint: row.checkpoint ?? undefined };
  }

  async create(): Promise<void> {
    await this.#query("INSERT INTO remit_log VALUES ($1, $2, 0, 0, '', NULL) ON CONFLICT DO NOTHING", [
      this.#origin,
      format,
    ]);
  }

  /** From here on whoever wrote before cannot commit any more. */
  async claim(): Promise<void> {
    const { rows } = await this.#query<{ fence: string }>(
      'UPDATE remit_log SET fence = fence + 1 WHERE origin = $1 RETURNING fence',
      [this.#origin],
    );
    this.#fence = rows[0]?.fence;
  }

  /** Whether the log is still claimed by this process. */
  async isClaimed(): Promise<boolean> {
    const { rowCount } = await this.#query('SELECT 1 FROM remit_log WHERE origin = $1 AND fence = $2', [
      this.#origin,
      this.#fence,
    ]);
    return rowCount === 1;
  }

  /** Whether it was committed: not where another process has the log, or the log has another end. */
  async commit(group: NewGroup): Promise<boolean> {
    const { rowCount } = await this.#query(
      `WITH fenced AS (
         UPDATE remit_log SET size = $3, peaks = $4 WHERE origin = $1 AND fence = $2 AND size = $5 RETURNING origin
       ), begun AS (
         INSERT INTO remit_segment SELECT origin, $6, $7 FROM fenced WHERE $7::bytea IS NOT NULL
       )
       INSERT INTO remit_group SELECT origin, $5, $6, $8, $9 FROM fenced`,
      [
        this.#origin,
        this.#fence,
        group.size,
        group.peaks,
        group.first_index,
        group.segment,
        group.header,
        group.place,
        group.frame,
      ],
    );
    return rowCount === 1;
  }

  /** In the order of the log. */
  async segments(): Promise<StoredSegment[]> {
    const { rows } = await this.#query<{ name: string; header: Buffer; bytes: string | null }>(
      `SELECT name, header, (SELECT max(place + length(frame)) FROM remit_group AS g
         WHERE g.origin = s.origin AND g.segment = s.name) AS bytes
       FROM remit_segment AS s WHERE origin = $1 ORDER BY name`,
      [this.#origin],
    );
    return rows.map(({ name, header, bytes }) => ({ name, header, bytes: Number(bytes ?? header.length) }));
  }

  /** The groups of a segment from an index on, as many as one answer takes. */
  async groups(segment: string, from: number): Promise<StoredGroup[]> {
    const { rows } = await this.#query<{ first_index: string; place: string; frame: Buffer }>(
      `SELECT first_index, place, frame FROM remit_group
         WHERE origin = $1 AND segment = $2 AND first_index >= $3 ORDER BY first_index LIMIT 64`,
      [this.#origin, segment, from],
    );
    return rows.map((row) => ({ ...row, first_index: Number(row.first_index), place: Number(row.place) }));
  }

  async putCheckpoint(note: string): Promise<void> {
    const { rowCount } = await this.#query(
      'UPDATE remit_log SET checkpoint = $3 WHERE origin = $1 AND fence = $2',
      [this.#origin, this.#fence, note],
    );
    if (rowCount !== 1) throw locked(this.#origin);
  }

  /** Puts a segment that was written anew in place of the old one, all of it or nothing. */
  async replaceSegment(name: string, header: Buffer, groups: readonly StoredGroup[]): Promise<void> {
    const key = [this.#origin, name];
    await this.#query('BEGIN');
    try {
      await this.#query('UPDATE remit_segment SET header = $3 WHERE origin = $1 AND name = $2', [
        ...key,
        header,
      ]);
      for (const { first_index, frame } of groups)
        await this.#query(
          'UPDATE remit_group SET frame = $4 WHERE origin = $1 AND segment = $2 AND first_index = $3',
          [...key, first_index, frame],
        );
      if (!(await this.isClaimed())) throw locked(this.#origin);
      await this.#query('COMMIT');
    } catch (error) {
      await this.#query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  #drop(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#lost();
  }

  /** @throws Fault `database_unavailable` where it is not known what became of it; the server's error otherwise. */
  async #query<Row extends pg.QueryResultRow>(
    text: string,
    values: unknown[] = [],
  ): Promise<pg.QueryResult<Row>> {
    const client = this.#client;
    if (client === undefined) throw unavailable(new Error('it is away'));
    try {
      return await client.query<Row>(text, values);
    } catch (error) {
      if (isRefusal(error)) throw error;
      this.#drop(client);
      await client.end().catch(() => undefined);
      throw unavailable(error);
    }
  }
}

async function prepare(client: pg.Client): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1)', [schemaLock]);
  try {
    await client.query(schema);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [schemaLock]);
  }
}

/**
 * Whether the server itself refused the statement, so that nothing of it was kept. Classes 08 (connection) and
 * 57 (shutdown, cancelled) say only that it is away (PostgreSQL, appendix A).
 */
function isRefusal(error: unknown): boolean {
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  return code !== undefined && !code.startsWith('08') && !code.startsWith('57');
}

/** Says nothing of the URL, which may hold a password. */
function unavailable(cause: unknown): Fault {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Fault('database_unavailable', `the ledger's database does not answer: ${reason}`, {
    remedy: 'Start PostgreSQL, or mend the URL of the ledger.',
    cause,
  });
}

function locked(origin: string): Fault {
  return new Fault('ledger_locked', `another process writes to the log \`${origin}\` in this database`, {
    remedy: 'Stop it first: a log has one writer.',
  });
}

function newer(origin: string): Fault {
  return new Fault('ledger_foreign', `the log \`${origin}\` in this database was written by a newer Remit`, {
    remedy: 'Use that one.',
  });
}
