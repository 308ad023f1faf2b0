/** Log levels of MCP (RFC 5424, section 6.2.1), the least severe first. */
const levels: readonly unknown[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
];

export function isLogLevel(value: unknown): value is string {
  return levels.includes(value);
}

/** Whether a message of this level is wanted by someone who asked for `wanted`; absent: wants none. */
export function atLeast(level: unknown, wanted: string | undefined): boolean {
  return wanted !== undefined && levels.indexOf(level) >= levels.indexOf(wanted) && levels.includes(level);
}
