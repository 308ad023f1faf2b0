import { describe, expect, it } from 'vitest';
import { OpenEntries } from '../src/open-entries.ts';

function openEntries(...keys: number[]): OpenEntries<number, string> {
  const entries = new OpenEntries<number, string>();
  for (const key of keys) entries.set(key, `entry ${key}`);
  return entries;
}

describe('open entries', () => {
  it('are found until they go, and go once', () => {
    const entries = openEntries(1, 2);
    expect(entries.get(1)).toBe('entry 1');
    expect(entries.delete(1)).toBe(true);
    expect(entries.delete(1)).toBe(false);
    expect(entries.get(1)).toBeUndefined();
    expect(entries.size).toBe(1);
  });

  it('come oldest first, and one set again counts as new', () => {
    const entries = openEntries(1, 2, 3);
    entries.set(1, 'again');
    expect([...entries.keys()]).toEqual([2, 3, 1]);
    expect([...entries.values()]).toEqual(['entry 2', 'entry 3', 'again']);
  });

  it('may go while they are read', () => {
    const entries = openEntries(1, 2, 3);
    const seen: string[] = [];
    for (const value of entries.values()) {
      seen.push(value);
      entries.delete(2);
    }
    expect(seen).toEqual(['entry 1', 'entry 3']);
  });

  it('are all gone after a clear', () => {
    const entries = openEntries(1, 2);
    entries.clear();
    expect(entries.size).toBe(0);
    expect([...entries.values()]).toEqual([]);
  });
});
