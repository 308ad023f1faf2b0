/** Where a page of a search ends: the time and key of its last row, which no later event comes between. */
import { Fault } from '@remit/contracts';

export interface RowPlace {
  /** Milliseconds since 1970. */
  time: number;
  key: number;
}

export function encodeCursor({ time, key }: RowPlace): string {
  return Buffer.from(`${time}.${key}`).toString('base64url');
}

/** @throws Fault `invalid_query`. */
export function decodeCursor(cursor: string): RowPlace {
  const parts = /^(-?\d{1,16})\.(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (parts === null) {
    throw new Fault('invalid_query', 'the cursor is not one that a search gave', {
      remedy: 'Start again without a cursor.',
    });
  }
  return { time: Number(parts[1]), key: Number(parts[2]) };
}
