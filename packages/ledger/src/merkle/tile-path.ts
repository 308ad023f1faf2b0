/** Paths and widths of tiles (C2SP tlog-tiles). */

export const tileWidth = 256;

export interface TilePath {
  /** `entries`, or the level of a hash tile. */
  kind: 'entries' | number;
  number: number;
  /** 1 to 256; less than 256 for a partial tile. */
  width: number;
}

/** Reads `tile/<L>/<N>[.p/<W>]` ("Merkle Tree", "Log entries"); undefined for any other spelling. */
export function parseTilePath(path: string): TilePath | undefined {
  const parts = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (parts === null) return undefined;
  const kind = parts[1] === 'entries' ? 'entries' : Number(parts[1]);
  const digits = parts[2]!.replaceAll('/', '').replaceAll('x', '');
  const width = parts[3] === undefined ? tileWidth : Number(parts[3]);
  const number = Number(digits);
  if (kind !== 'entries' && kind > 63) return undefined;
  if (!Number.isSafeInteger(number) || (parts[3] !== undefined && width >= tileWidth)) return undefined;
  return tilePath({ kind, number, width }) === path ? { kind, number, width } : undefined;
}

export function tilePath({ kind, number, width }: TilePath): string {
  const groups = [String(number % 1000).padStart(3, '0')];
  for (let rest = Math.floor(number / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  }
  return `tile/${kind}/${groups.join('/')}${width === tileWidth ? '' : `.p/${width}`}`;
}
