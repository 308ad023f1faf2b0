/** Exports of events: everything that a filter finds, newest first, a page in memory at a time. */
import type { AuditEvent } from '@remit/contracts';
import type { Ledger, SearchQuery } from '@remit/ledger';
import { evidenceFormat, evidenceInstructions, type EvidenceHead } from '@remit/ledger/offline';
import { csvHead, csvLine } from './csv.ts';

export const exportFormats = ['jsonl', 'csv', 'bundle'] as const;
export type ExportFormat = (typeof exportFormats)[number];

type ExportQuery = Omit<SearchQuery, 'limit' | 'cursor' | 'count'>;

export interface ExportRequest {
  format: ExportFormat;
  query: ExportQuery;
  /** As it was asked for; stands in a bundle. */
  filter: string;
  /** RFC 3339. */
  made_at: string;
}

/** The file in parts. */
export function exported(ledger: Ledger, request: ExportRequest): AsyncGenerator<string> {
  switch (request.format) {
    case 'jsonl':
      return jsonLines(ledger, request.query);
    case 'csv':
      return csv(ledger, request.query);
    case 'bundle':
      return bundle(ledger, request);
  }
}

async function* jsonLines(ledger: Ledger, query: ExportQuery): AsyncGenerator<string> {
  for await (const events of pages(ledger, query)) {
    yield events.map((event) => `${JSON.stringify(event)}\n`).join('');
  }
}

async function* csv(ledger: Ledger, query: ExportQuery): AsyncGenerator<string> {
  yield csvHead;
  for await (const events of pages(ledger, query)) yield events.map(csvLine).join('');
}

async function* bundle(ledger: Ledger, { query, filter, made_at }: ExportRequest): AsyncGenerator<string> {
  const checkpoint = await ledger.checkpoint();
  const size = Number(checkpoint.split('\n')[1]);
  const head: EvidenceHead = {
    format: evidenceFormat,
    instructions: [...evidenceInstructions],
    made_at,
    filter,
    origin: ledger.status().origin,
    ...ledger.keys(),
    checkpoint,
  };
  yield `${JSON.stringify(head)}\n`;
  let records = 0;
  for await (const events of pages(ledger, query)) {
    const ids = events.map(({ id }) => id);
    const lines = await ledger.evidence(ids, size);
    records += lines.length;
    yield lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  }
  yield `${JSON.stringify({ records })}\n`;
}

/** Payloads may be large, so that a page is small. */
const pageEvents = 200;

async function* pages(ledger: Ledger, query: ExportQuery): AsyncGenerator<AuditEvent[]> {
  let cursor: string | undefined;
  do {
    const page = await ledger.search({
      ...query,
      limit: pageEvents,
      ...(cursor !== undefined && { cursor }),
    });
    if (page.events.length > 0) yield page.events;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
