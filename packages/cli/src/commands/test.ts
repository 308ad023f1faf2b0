/** `remit test`: the examples beside the policy, decided and compared with what they expect. */
import { readExamples, type Diagnostic, type SourceFile } from '@remit/policy';
import type { Command } from 'commander';
import { locate, printJson, requireFolder, type Context } from '../context.ts';
import { exitCodes, wrongUse } from '../exit-code.ts';
import { runExamples, type ExampleResult } from '../rehearsal/run-examples.ts';
import { describeDiagnostic, quotedLine } from '../terminal/diagnostics.ts';
import { describePlace } from '../terminal/problem.ts';
import { printable } from '../terminal/printable.ts';
import { readExampleFiles } from '../workspace/files.ts';
import { requirePolicy } from '../workspace/load.ts';
import { addWorkspaceCommand, type CommandOptions } from './command.ts';

export function registerTest(program: Command, context: Context): void {
  addWorkspaceCommand(program, 'test [dir]', {
    does: 'the examples in *.test.yaml: is each call decided as expected?',
    examples: ['remit test examples/support-desk'],
    note: 'Ends with 1 where an example fails. docs/policy-tests.md says how to write them.',
  }).action((folder: string | undefined, options: CommandOptions) => test(context, folder, options));
}

async function test(context: Context, folder: string | undefined, options: CommandOptions): Promise<void> {
  const { workspace } = locate(context.machine, options, folder);
  requireFolder(workspace);
  const { policy } = requirePolicy(workspace);
  const sources = readExampleFiles(workspace);
  const read = sources.map(readExamples);
  const diagnostics = read.flatMap((file) => file.diagnostics);
  const results = await runExamples(
    policy,
    read.flatMap((file) => file.examples),
  );
  if (results.length === 0 && diagnostics.length === 0) throw noExamples(workspace);
  if (diagnostics.length > 0 || results.some(({ ok }) => !ok)) context.finish(exitCodes.no);
  if (options.json === true) return printJson(context, reportOf(results, diagnostics));
  for (const line of describe(results, diagnostics, sources)) context.terminal.print(line);
}

function noExamples(workspace: string) {
  return wrongUse(
    'no_examples',
    `${workspace} holds no *.test.yaml with examples.`,
    'Write one: `tests: [{ name: …, agent: …, call: …, args: {…}, expect: allow }]`.',
  );
}

function reportOf(results: readonly ExampleResult[], diagnostics: readonly Diagnostic[]) {
  const failed = results.filter(({ ok }) => !ok).length;
  const passed = results.length - failed;
  return { ok: failed === 0 && diagnostics.length === 0, passed, failed, tests: results, diagnostics };
}

function describe(
  results: readonly ExampleResult[],
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceFile[],
): string[] {
  const lines = diagnostics.flatMap((diagnostic) => [...describeDiagnostic(diagnostic, sources), '']);
  const failures = results.flatMap((result) => (result.ok ? [] : [...describeFailure(result, sources), '']));
  const { passed, failed } = reportOf(results, diagnostics);
  const mistakes = diagnostics.length === 0 ? '' : `, ${diagnostics.length} mistakes in test files`;
  return [...lines, ...failures, `${passed} passed, ${failed} failed${mistakes}`];
}

function describeFailure({ name, failures }: ExampleResult, sources: readonly SourceFile[]): string[] {
  return failures.flatMap(({ decided, problems, tool, agent, time, file, line, column }) => {
    const nth = time === 1 ? '' : `, call ${time}`;
    const { effect, tier, code, rule, reason } = decided;
    const said = [effect, ...(tier ? [`tier ${tier}`] : []), ...(code === undefined ? [] : [code])].join(
      ', ',
    );
    return [
      `FAIL: ${printable(name)}`,
      `  --> ${describePlace({ file, line, column })}`,
      ...quotedLine({ file, line, column }, sources),
      `  \`${printable(tool)}\` by ${printable(agent)}${nth}: ${problems.map(printable).join('; ')}`,
      `  decided: ${said}`,
      ...(rule === undefined ? [] : [`  rule: ${rule.name} (${rule.file}:${rule.line})`]),
      `  because: ${printable(reason)}`,
    ];
  });
}
