/** The control plane's database: Kysely on Node's own SQLite, every commit on disk before it is answered. */
import { chmodSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import { migrate } from './migrations.ts';
import type { Tables } from './tables.ts';

export type Store = Kysely<Tables>;

/**
 * Opens or makes the database and brings it up to date.
 * @throws Fault `store_unavailable` where the file cannot be used or belongs to a newer Remit.
 */
export async function openStore(file: string): Promise<Store> {
  const database = new DatabaseSync(file);
  try {
    chmodSync(file, 0o600);
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA foreign_keys = ON;' +
        'PRAGMA trusted_schema = OFF; PRAGMA busy_timeout = 5000; PRAGMA secure_delete = ON;',
    );
    const store = new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapt(database) }) });
    await migrate(store);
    return store;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Kysely expects the shape of better-sqlite3, which takes parameters as one array. */
function adapt(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => {
      if (database.isOpen) database.close();
    },
    prepare: (sql): SqliteStatement => {
      const statement = database.prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
        run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
        iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
      };
    },
  };
}
