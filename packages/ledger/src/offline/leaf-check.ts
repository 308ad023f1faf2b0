/** What a record says of itself: canonical JSON with a place, and a commitment to its payload where it has one. */
import { Fault, isJsonObject, type JsonObject } from '@remit/contracts';
import { canonicalJson } from '../record/canonical-json.ts';
import { hashOf } from './hashes.ts';

/** The record as an object; undefined where the text is not the canonical form of one (RFC 8785). */
export function readRecord(text: string): JsonObject | undefined {
  try {
    const record: unknown = JSON.parse(text);
    return isJsonObject(record) && canonicalJson(record) === text ? record : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Fault) return undefined;
    throw error;
  }
}

/** Whether these bytes (salt ‖ JSON) are the payload that the record commits to. */
export function isCommittedTo(record: JsonObject, payload: Uint8Array): boolean {
  const digest = btoa(hashOf(payload)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return record['payload'] === digest;
}
