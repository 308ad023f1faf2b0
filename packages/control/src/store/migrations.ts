/** Forward migrations only, by name; one that ran is never edited. */
import { Fault } from '@remit/contracts';
import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import type { Tables } from './tables.ts';

const migrations: Record<string, Migration> = {
  '0001_agents_people_credentials': {
    up: async (db: Kysely<unknown>) => {
      await sql`
        CREATE TABLE agents (
          name TEXT PRIMARY KEY,
          status TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'quarantined', 'retired')),
          registered_at TEXT NOT NULL
        ) STRICT`.execute(db);
      await sql`
        CREATE TABLE agent_keys (
          id TEXT PRIMARY KEY,
          agent TEXT NOT NULL REFERENCES agents (name),
          digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 64),
          issued_at TEXT NOT NULL
        ) STRICT`.execute(db);
      await sql`
        CREATE TABLE people (
          id TEXT PRIMARY KEY,
          name TEXT NOT NULL,
          folded_name TEXT NOT NULL UNIQUE,
          groups TEXT NOT NULL CHECK (json_valid(groups)),
          token_digest TEXT NOT NULL UNIQUE CHECK (length(token_digest) = 64),
          added_at TEXT NOT NULL
        ) STRICT`.execute(db);
      await sql`
        CREATE TABLE last_change (
          only INTEGER PRIMARY KEY CHECK (only = 1),
          event_id TEXT NOT NULL,
          time TEXT NOT NULL
        ) STRICT`.execute(db);
      await sql`
        CREATE TABLE credentials (
          name TEXT PRIMARY KEY,
          sealed BLOB NOT NULL,
          set_at TEXT NOT NULL
        ) STRICT`.execute(db);
    },
  },
};

/** @throws Fault `store_unavailable` where one fails, or where the database has ones that this Remit lacks. */
export async function migrate(store: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({
    db: store,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  throw new Fault('store_unavailable', 'The control database could not be brought up to date.', {
    remedy: 'Use the Remit that last opened this data folder, or restore the folder from a backup.',
    cause: error,
  });
}
