/**
 * The projections: search rows, the tree's tiles, and where each group lies. All of it is made from
 * the segments after they are durable and can be made again; nothing here is evidence.
 */
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const projectionName = 'search.sqlite';
const schemaVersion = 3;

/** Of the pages that rows and their indexes grow at: with SQLite's 2 MiB they are read again and again. */
const cacheKibibytes = 32 * 1024;
/** Pages of 4 KiB that gather before they go to their places: many rows change the same page. */
const walPages = 8000;

const schema = `
  CREATE TABLE progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    origin TEXT NOT NULL, size INTEGER NOT NULL, segment TEXT, "offset" INTEGER
  ) STRICT;
  CREATE TABLE group_place (
    first_index INTEGER PRIMARY KEY, segment TEXT NOT NULL, "offset" INTEGER NOT NULL, time_max INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX group_by_time ON group_place (time_max);
  CREATE TABLE tile (
    level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE event (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE, time INTEGER NOT NULL,
    agent TEXT, server TEXT, tool TEXT, action TEXT NOT NULL, result TEXT,
    decision TEXT, tier TEXT, rule TEXT, duration_ms REAL, bytes INTEGER,
    intent INTEGER, outcome INTEGER, epoch INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE mark (id INTEGER PRIMARY KEY, blind BLOB NOT NULL UNIQUE) STRICT;
  CREATE TABLE event_mark (
    mark INTEGER NOT NULL, time INTEGER NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (mark, time, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX event_by_time ON event (time, key);
  CREATE INDEX event_by_agent ON event (agent, time, key);
  CREATE INDEX event_by_server ON event (server, time, key);
  CREATE INDEX event_by_tool ON event (tool, time, key);
  CREATE INDEX event_by_action ON event (action, time, key);
  CREATE INDEX event_by_result ON event (result, time, key);
  CREATE INDEX event_by_decision ON event (decision, time, key);
  CREATE INDEX event_by_tier ON event (tier, time, key);
  CREATE INDEX event_by_rule ON event (rule, time, key) WHERE rule IS NOT NULL;
  CREATE INDEX event_open ON event (key) WHERE outcome IS NULL;
`;

/** Rows as the searches see them. `key` is the index of the event's first record. */
export interface EventRow {
  key: number;
  id: string;
  time: number;
  agent: string | null;
  server: string | null;
  tool: string | null;
  action: string;
  result: string | null;
  decision: string | null;
  tier: string | null;
  rule: string | null;
  duration_ms: number | null;
  bytes: number | null;
  intent: number | null;
  outcome: number | null;
  epoch: number;
}

/**
 * What an event is found by that may point at a person, or of which it has several. Each such value is one
 * row of `mark` under its blind, numbered in the order in which they came, so that new ones land side by side;
 * without its row nothing leads from a value to its events any more.
 */
export interface EventMarkRow {
  mark: number;
  time: number;
  key: number;
}

/** Opens the projections of a log, anew where they are damaged, of another version or another log. */
export function openProjection(folder: string, origin: string): DatabaseSync {
  const file = path.join(folder, projectionName);
  if (fs.existsSync(file) && !isUsable(file, origin)) removeProjection(folder);
  const database = open(file);
  if (versionOf(database) === schemaVersion) return database;
  database.exec(`BEGIN; ${schema} PRAGMA user_version = ${schemaVersion};`);
  database.prepare('INSERT INTO progress VALUES (1, ?, 0, NULL, NULL)').run(origin);
  database.exec('COMMIT');
  return database;
}

export function removeProjection(folder: string): void {
  for (const suffix of ['', '-wal', '-shm'])
    fs.rmSync(path.join(folder, projectionName + suffix), { force: true });
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  // Losing the last transactions in a power cut costs nothing: they are made again from the segments.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  // What an erasure takes out must not stay in pages that are free.
  database.exec('PRAGMA secure_delete = ON;');
  database.exec(`PRAGMA cache_size = -${cacheKibibytes}; PRAGMA wal_autocheckpoint = ${walPages};`);
  return database;
}

/** Whether it can be continued. A failure here is no error: the answer to it is to build it anew. */
function isUsable(file: string, origin: string): boolean {
  let database: DatabaseSync | undefined;
  try {
    database = open(file);
    if (versionOf(database) !== schemaVersion) return false;
    const progress = database.prepare('SELECT origin FROM progress').get();
    return progress?.origin === origin;
  } catch {
    return false;
  } finally {
    database?.close();
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}
