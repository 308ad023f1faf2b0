/** Findings of the policy checker for people: place, the line itself, what is wrong underlined, remedy. */
import type { Place } from '@remit/contracts';
import type { Diagnostic, SourceFile } from '@remit/policy';
import { printable } from './printable.ts';
import { describePlace } from './problem.ts';
import { lineOf, spanOf } from './span.ts';

export function describeDiagnostic(diagnostic: Diagnostic, files: readonly SourceFile[]): string[] {
  const lines = [`${diagnostic.severity}[${diagnostic.code}]: ${printable(diagnostic.message)}`];
  if (diagnostic.place.file !== undefined) lines.push(`  --> ${describePlace(diagnostic.place)}`);
  lines.push(...quotedLine(diagnostic.place, files));
  if (diagnostic.remedy !== undefined) lines.push(`  remedy: ${printable(diagnostic.remedy)}`);
  return lines;
}

/** The line that a place names, with what starts there underlined; nothing where it cannot be shown. */
export function quotedLine({ file, line, column }: Place, files: readonly SourceFile[]): string[] {
  if (file === undefined || line === undefined) return [];
  const text = lineOf(file, line, files);
  if (text === undefined) return [];
  const margin = ' '.repeat(String(line).length);
  const quoted = [` ${margin} |`, ` ${line} | ${printable(text)}`];
  const span = spanOf({ file, line, ...(column !== undefined && { column }) }, files);
  if (span === undefined) return quoted;
  const before = text.slice(0, span.column - 1).replace(/[^\t]/g, ' ');
  return [...quoted, ` ${margin} | ${before}${'^'.repeat(Math.max(1, span.text.length))}`];
}

/** `2 errors, 1 warning`; `no findings` where there are none. */
export function summarise(diagnostics: readonly Diagnostic[]): string {
  const counts = (['error', 'warning', 'note'] as const)
    .map((severity) => ({
      severity,
      count: diagnostics.filter((found) => found.severity === severity).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}${count === 1 ? '' : 's'}`);
  return counts.length === 0 ? 'no findings' : counts.join(', ');
}
