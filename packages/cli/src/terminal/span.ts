/** The text that a finding is about, as far as its place tells. */
import type { Place } from '@remit/contracts';
import type { SourceFile } from '@remit/policy';

export interface Span {
  line: number;
  /** UTF-16 code units, from 1. */
  column: number;
  /** The line from the place on. */
  rest: string;
  /** A quoted text, or everything up to a separator of YAML. */
  text: string;
}

/** Undefined where the place names no line and column of these files. */
export function spanOf({ file, line, column }: Place, files: readonly SourceFile[]): Span | undefined {
  if (file === undefined || line === undefined || column === undefined) return undefined;
  const whole = lineOf(file, line, files);
  if (whole === undefined) return undefined;
  const rest = whole.slice(column - 1);
  const text = /^(?:"[^"]*"|'[^']*'|[^\s,:\]}]+)/.exec(rest)?.[0] ?? '';
  return { line, column, rest, text };
}

export function lineOf(file: string, line: number, files: readonly SourceFile[]): string | undefined {
  return files.find(({ path }) => path === file)?.text.split(/\r?\n/)[line - 1];
}
