/** `remit inspect [FILE|-]`: what the detectors find in a text, JSON or JSON lines. Values are not shown. */
import { openSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { bounds, detectors } from '@remit/contracts';
import { choose, detect, type Finding, usualDetectors } from '@remit/inspect';
import type { Command } from 'commander';
import { collect, printJson, type Context } from '../context.ts';
import { cannot, exitCodes, wrongUse } from '../exit-code.ts';
import { table } from '../terminal/table.ts';

interface Options {
  json?: boolean;
  all?: boolean;
  detect?: string[];
  field?: string;
}

export function registerInspect(program: Command, context: Context): void {
  program
    .command('inspect [file]')
    .description('what the detectors find in a file, or on stdin: kind, span, confidence')
    .option('--json', 'print JSON')
    .option('--all', 'also names of people and postal addresses, which are guesses')
    .option('--detect <names>', 'these detectors only', collect)
    .option('--field <name>', 'the name of the field that the text is the value of')
    .addHelpText(
      'after',
      '\nExample:\n  $ remit inspect answer.json\n\nSpans count UTF-16 units from 0. Ends with 1 where something is found.',
    )
    .action((file: string | undefined, options: Options) => inspect(context, file, options));
}

function inspect(
  context: Context,
  file: string | undefined,
  { json, all, field, ...options }: Options,
): void {
  const names = options.detect ?? (all === true ? detectors : usualDetectors);
  for (const name of names) requireDetector(name);
  const text = readText(context, file);
  const findings = detect(text, { chosen: choose(names), ...(field !== undefined && { field }) });
  const located = locator(text);
  const found = findings.map((finding) => ({ ...finding, ...located(finding.start) }));
  if (found.length > 0) context.finish(exitCodes.no);
  if (json === true) return printJson(context, { findings: found });
  if (found.length === 0) return context.terminal.say('Nothing is found.');
  for (const line of table(['kind', 'line', 'span', 'confidence', 'hidden in'], found.map(rowOf)))
    context.terminal.print(line);
}

function requireDetector(name: string): void {
  if (detectors.some((known) => known === name)) return;
  throw wrongUse('unknown_detector', `There is no detector ${name}.`, `Use one of ${detectors.join(', ')}.`);
}

function readText({ machine }: Context, file: string | undefined): string {
  const path = file === undefined || file === '-' ? undefined : resolve(machine.folder, file);
  try {
    if (path !== undefined && statSync(path).size > bounds.inspected_file_bytes_max) throw tooLarge(path);
    const bytes = readFileSync(path === undefined ? 0 : openSync(path, 'r'));
    if (bytes.length > bounds.inspected_file_bytes_max) throw tooLarge('What came in');
    return bytes.toString('utf8');
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw cannot(
      'unreadable_file',
      `${path ?? 'stdin'} cannot be read.`,
      'Name a file, or - for stdin.',
      error,
    );
  }
}

function tooLarge(what: string): Error {
  return wrongUse(
    'file_too_large',
    `${what} has more than ${bounds.inspected_file_bytes_max} bytes.`,
    'Inspect it in parts.',
  );
}

/** Line and column, from 1, of places that are asked for in order. */
function locator(text: string): (at: number) => { line: number; column: number } {
  let line = 1;
  let start = 0;
  return (at) => {
    for (let next = text.indexOf('\n', start); next !== -1 && next < at; next = text.indexOf('\n', start)) {
      line++;
      start = next + 1;
    }
    return { line, column: at - start + 1 };
  };
}

function rowOf(finding: Finding & { line: number; column: number }): string[] {
  const { kind, line, column, start, end, confidence, disguise } = finding;
  return [kind, `${line}:${column}`, `${start}-${end}`, confidence.toFixed(2), disguise ?? ''];
}
