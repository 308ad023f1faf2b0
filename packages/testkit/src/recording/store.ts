/** The recording server's own database: one row for every call that was executed. */
import { DatabaseSync } from 'node:sqlite';

export interface RecordedCall {
  marker: string;
  tool: string;
  /** RFC 3339, UTC, milliseconds. */
  time: string;
  /** Arguments as JSON. */
  arguments: string;
}

export interface RecordingStore {
  insert(call: RecordedCall): void;
  close(): void;
}

export function openRecordingStore(file: string): RecordingStore {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000');
  database.exec(
    'CREATE TABLE IF NOT EXISTS calls (id INTEGER PRIMARY KEY, marker TEXT, tool TEXT, time TEXT, arguments TEXT)',
  );
  const insert = database.prepare('INSERT INTO calls (marker, tool, time, arguments) VALUES (?, ?, ?, ?)');
  return {
    insert: (call) => void insert.run(call.marker, call.tool, call.time, call.arguments),
    close: () => database.close(),
  };
}

/** All calls that were executed, in order; none where the server has never started. */
export function recordedCalls(file: string): RecordedCall[] {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    const present = database.prepare("SELECT name FROM sqlite_master WHERE name = 'calls'").get();
    if (!present) return [];
    const rows = database.prepare('SELECT marker, tool, time, arguments FROM calls ORDER BY id').all();
    return rows.map((row) => ({
      marker: String(row['marker']),
      tool: String(row['tool']),
      time: String(row['time']),
      arguments: String(row['arguments']),
    }));
  } finally {
    database.close();
  }
}

/** How often each marker was executed. */
export function executions(file: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { marker } of recordedCalls(file)) counts.set(marker, (counts.get(marker) ?? 0) + 1);
  return counts;
}
