/** Events as CSV (RFC 4180), safe to open in a spreadsheet: no cell can be read as a formula. */
import type { AuditEvent } from '@remit/contracts';
import { valuesOf, type ValueKey } from '@remit/contracts';

type Column = readonly [name: string, cell: (event: AuditEvent) => unknown];

const valueColumn = (name: string, key: ValueKey): Column => [
  name,
  (event) => valuesOf(event, key).join(' '),
];
const jsonColumn = (name: string): Column => [
  name,
  (event) => (event[name] === undefined ? '' : JSON.stringify(event[name])),
];

const columns: readonly Column[] = [
  ['timestamp', ({ timestamp }) => timestamp],
  ...(['id', 'agent', 'user', 'action', 'server', 'tool', 'result', 'decision', 'tier', 'rule'] as const).map(
    (key) => valueColumn(key, key),
  ),
  ...(['code', 'approval', 'class', 'label'] as const).map((key) => valueColumn(key, key)),
  valueColumn('conversation', 'context.conversation_id'),
  valueColumn('customer', 'context.customer_id'),
  ['duration_ms', ({ duration_ms }) => duration_ms],
  ['bytes', ({ bytes }) => bytes],
  ['index', ({ ledger }) => ledger?.outcome?.index ?? ledger?.intent?.index],
  ...['parameters', 'context', 'output', 'reasons'].map(jsonColumn),
  ['rationale', ({ rationale }) => rationale],
];

export const csvHead = `${columns.map(([name]) => name).join(',')}\r\n`;

export function csvLine(event: AuditEvent): string {
  return `${columns.map(([, cell]) => cellOf(cell(event))).join(',')}\r\n`;
}

/**
 * Quoted, quotes doubled. A cell that a spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV
 * Injection"): one that starts with `=`, `+`, `-`, `@`, tab or line end, also behind blanks, and their wide forms.
 */
function cellOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : '';
  const safe = /^\s*[=+\-@\t\r\n＝＋－＠]/u.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
  return safe === '' ? '' : `"${safe.replaceAll('"', '""')}"`;
}
