/** Bytes and their spellings, with what every browser and Node have. */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export function bytesOfText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Undefined where the bytes are not UTF-8. */
export function textOfBytes(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    // A TypeError, which says no more than that.
    return undefined;
  }
}

/** One character a byte. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

export function bytesOfLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function base64(bytes: Uint8Array): string {
  return btoa(latin1(bytes));
}

/** RFC 4648 section 4, in its one canonical spelling; undefined for any other. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const decoded = atob(text);
  return btoa(decoded) === text ? bytesOfLatin1(decoded) : undefined;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
