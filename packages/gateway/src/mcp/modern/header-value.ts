/** Header values as MCP 2026-07-28 encodes them (basic/transports/streamable-http, "Value Encoding"). */

const sentinel = /^=\?base64\?(.*)\?=$/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
// RFC 9110, section 5.5, as the specification narrows it: visible ASCII, space and tab.
const plain = /^[\t\x20-\x7e]*$/;

/** The value that a header stands for; undefined where it is not a valid encoding of any. */
export function decodeHeader(value: string): string | undefined {
  if (!plain.test(value)) return undefined;
  const encoded = sentinel.exec(value)?.[1];
  if (encoded === undefined) return value;
  if (!base64.test(encoded)) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined;
}
