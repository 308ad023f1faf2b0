/**
 * Patterns are compared with URIs as text, so a URI that could mean the same as another spelling is
 * refused: `file:///public/../secret` must not pass where `file:///public/*` does.
 */

/** What keeps this URI from being in normal form (RFC 3986, 6.2.2), as half a sentence; undefined where nothing does. */
export function uriFault(uri: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0020\u007f\\]/.test(uri)) return 'it holds spaces, backslashes or control characters';
  if (/^[a-z0-9+.-]*[A-Z][A-Za-z0-9+.-]*:/.test(uri)) return 'its scheme is not in lower case';
  if (/%(?![0-9A-Fa-f]{2})/.test(uri)) return 'it holds a `%` that encodes nothing';
  if (encodesUnreserved(uri)) return 'it encodes characters that need no encoding';
  const path = uri.replaceAll(/%2f|%5c/gi, '/').replace(/[?#].*$/, '');
  if (/(?:^|[/:])\.{1,2}(?:\/|$)/.test(path)) return 'it holds `.` or `..` as a step of its path';
  return undefined;
}

/** Letters, digits and `-._~` (RFC 3986, 2.3). */
function encodesUnreserved(uri: string): boolean {
  const encoded = uri.match(/%[0-9A-Fa-f]{2}/g) ?? [];
  return encoded.some((triplet) =>
    /[A-Za-z0-9\-._~]/.test(String.fromCharCode(Number.parseInt(triplet.slice(1), 16))),
  );
}

/**
 * Scheme of a URI (RFC 3986, 3.1), or a pattern of schemes, that stands before any slash; or the start
 * of a URI template.
 */
export function looksLikeUri(text: string): boolean {
  return /^[A-Za-z*][A-Za-z0-9+.*-]*:|^\{/.test(text);
}

/** A URI template (RFC 6570) as a pattern: each expression can become any text. */
export function templatePattern(template: string): string {
  return template.replaceAll(/\{[^{}]*\}/g, '*');
}
