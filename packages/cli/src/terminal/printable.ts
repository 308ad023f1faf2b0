/**
 * Text that others wrote, made safe to show: control characters (C0, C1, DEL) and the marks that
 * reorder a line could otherwise steer the terminal or hide what is there.
 */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\u{fffd}');
}
