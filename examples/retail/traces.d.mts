/** Lines of a traces file, one run each, from a file of retail tasks. */
export function tracesOf(path: string): AsyncGenerator<string>;
