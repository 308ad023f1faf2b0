import type { JsonValue } from '@remit/contracts';

/** A well-formed answer to the request with this id. */
export function answerWith(id: JsonValue, text: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } });
}

/** Arrays in arrays. */
export function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}
