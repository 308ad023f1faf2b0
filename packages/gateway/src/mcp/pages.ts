/**
 * Pagination with cursors of our own (MCP, server/utilities/pagination). A cursor names the last item
 * of the page before, so it stays good when the list changes.
 */
import type { JsonObject } from '@remit/contracts';
import { invalidParams } from './rpc-fault.ts';

export interface Item {
  /** Items come sorted by this. */
  key: string;
  value: JsonObject;
}

interface Page {
  items: JsonObject[];
  nextCursor?: string;
}

/** @throws RpcFault -32602 for a cursor that no list of this kind gave out. */
export function page(kind: string, items: readonly Item[], cursor: unknown, size: number): Page {
  const start = cursor === undefined ? 0 : startAfter(items, readCursor(kind, cursor));
  const values = items.slice(start, start + size).map(({ value }) => value);
  const last = items[start + size - 1];
  if (start + size >= items.length || !last) return { items: values };
  return { items: values, nextCursor: writeCursor(kind, last.key) };
}

function startAfter(items: readonly Item[], key: string): number {
  const index = items.findIndex((item) => item.key > key);
  return index === -1 ? items.length : index;
}

function writeCursor(kind: string, key: string): string {
  return Buffer.from(`${kind} ${key}`).toString('base64url');
}

function readCursor(kind: string, cursor: unknown): string {
  const text = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : '';
  if (!text.startsWith(`${kind} `)) throw invalidParams('`params.cursor` is not a cursor of this list.');
  return text.slice(kind.length + 1);
}
