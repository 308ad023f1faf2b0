/** Times, spans and sizes as people write them in filters. */

const unit_ms = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
export const day_ms = unit_ms.d;
const unit_bytes = { b: 1, kb: 1000, mb: 1_000_000, gb: 1_000_000_000, kib: 1024, mib: 1024 ** 2 } as const;

/**
 * Milliseconds since 1970 of a span back from now (`30m`, `24h`, `7d`), a date (midnight UTC) or an RFC 3339
 * time; undefined for anything else.
 */
export function readTime(text: string, now: number): number | undefined {
  const span = /^(\d{1,6})([smhdw])$/.exec(text);
  if (span !== null) return now - Number(span[1]) * unit_ms[span[2] as keyof typeof unit_ms];
  const time = /^\d{4}-\d{2}-\d{2}(?:T.{1,32})?$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

export function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}

/** Milliseconds of `250`, `250ms`, `2s`, `1.5m`, `1h`. */
export function readDuration(text: string): number | undefined {
  return scaled(text, unit_ms, 'ms');
}

/** Bytes of `512`, `512b`, `100kb`, `2mb`, `4kib`. */
export function readBytes(text: string): number | undefined {
  return scaled(text.toLowerCase(), unit_bytes, 'b');
}

function scaled(text: string, units: Readonly<Record<string, number>>, bare: string): number | undefined {
  const parts = /^(\d{1,12}(?:\.\d{1,6})?)([a-z]{0,3})$/.exec(text);
  if (parts === null) return undefined;
  const unit = parts[2] === '' ? bare : parts[2]!;
  return Object.hasOwn(units, unit) ? Number(parts[1]) * units[unit]! : undefined;
}
