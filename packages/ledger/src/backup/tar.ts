/**
 * The form of a backup: a tar archive of plain files (POSIX.1-2017 pax, "ustar Interchange Format"), so that
 * anybody can look into one. What is read is hostile: only what `tarHeader` writes is taken.
 */
import { Fault } from '@remit/contracts';

export const tarBlockBytes = 512;
/** "At the end of the archive file there shall be two 512-byte logical records filled with binary zeros". */
export const tarEnd = Buffer.alloc(2 * tarBlockBytes);

const nameBytes = 100;
const [sizeAt, sizeBytes] = [124, 12];
const [checksumAt, checksumBytes] = [148, 8];
const largestOctal = 0o77777777777;

export interface TarEntry {
  name: string;
  bytes: number;
}

/** Bytes behind the content that fill its last block. */
export function tarPadding(bytes: number): number {
  return (tarBlockBytes - (bytes % tarBlockBytes)) % tarBlockBytes;
}

export function tarHeader({ name, bytes }: TarEntry): Buffer {
  const header = Buffer.alloc(tarBlockBytes);
  if (Buffer.byteLength(name) > nameBytes)
    throw new RangeError(`\`${name}\` is too long a name for an archive`);
  if (bytes > largestOctal) throw new RangeError(`\`${name}\` is too large for an archive`);
  header.write(name, 0);
  header.write('0000600\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${octal(bytes, sizeBytes - 1)}\0`, sizeAt);
  // No time: what was backed up when stands in the manifest.
  header.write('00000000000\0', 136);
  header.write('0', 156);
  header.write('ustar\x0000', 257, 'latin1');
  header.write(checksum(header), checksumAt);
  return header;
}

/** Undefined for the zeros at the end. @throws Fault `backup_damaged`. */
export function readTarHeader(header: Buffer): TarEntry | undefined {
  if (header.every((byte) => byte === 0)) return undefined;
  const name = header.toString('latin1', 0, header.indexOf(0));
  const bytes = Number.parseInt(header.toString('latin1', sizeAt, sizeAt + sizeBytes - 1), 8);
  const isOurs = Number.isSafeInteger(bytes) && bytes >= 0 && name !== '' && name.length <= nameBytes;
  if (isOurs && tarHeader({ name, bytes }).equals(header)) return { name, bytes };
  throw new Fault('backup_damaged', 'the backup has a header that no Remit has written', {
    remedy: 'Take another copy of it, or an older backup.',
  });
}

/** "The simple sum of all bytes in the header logical record", its own counted as spaces. */
function checksum(header: Buffer): string {
  header.fill(' ', checksumAt, checksumAt + checksumBytes);
  const sum = header.reduce((total, byte) => total + byte, 0);
  return `${octal(sum, 6)}\0 `;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
