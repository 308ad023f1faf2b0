/** From arguments to an exit code: runs one command, shows what went wrong, never a stack trace for a fault. */
import { Fault, FilterFault } from '@remit/contracts';
import { Command, CommanderError } from 'commander';
import type { Context } from './context.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-code.ts';
import type { Machine } from './machine.ts';
import { registerCommands } from './program.ts';
import { describeDiagnostic } from './terminal/diagnostics.ts';
import { describeProblem, problemOf } from './terminal/problem.ts';
import type { Terminal } from './terminal/terminal.ts';
import { version } from './version.ts';
import { PolicyRefused } from './workspace/load.ts';

export async function run(argv: readonly string[], machine: Machine, terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  const context: Context = { machine, terminal, finish: (decided) => void (code = decided) };
  try {
    await commandLine(context, argv.includes('--json')).parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    const json = argv.includes('--json');
    if (error instanceof CommanderError) return endOfParsing(error, json, terminal);
    showError(error, json, machine, terminal);
    return exitCodeOf(error);
  }
}

function commandLine(context: Context, json: boolean): Command {
  const program = new Command('remit')
    .description(
      'operational governance for software agents: an agent acts within its remit, or it does not act',
    )
    .version(version, '--version', 'print the version')
    .exitOverride()
    .showHelpAfterError('Try the same with --help.')
    .configureOutput({
      writeOut: (text) => context.terminal.print(text.replace(/\n$/, '')),
      writeErr: (text) => {
        if (!json) context.terminal.say(text.replace(/\n$/, ''));
      },
    })
    .addHelpText('after', '\nExample:\n  $ remit init && remit up');
  registerCommands(program, context);
  return program;
}

/** Help and version that were asked for are done; a command that is missing shows help, but is wrong use. */
function endOfParsing(error: CommanderError, json: boolean, terminal: Terminal): ExitCode {
  if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return exitCodes.done;
  if (json) {
    const detail = error.message.replace(/^error: /, '');
    terminal.say(JSON.stringify({ type: 'about:blank', title: 'Wrong use', code: 'wrong_use', detail }));
  }
  return exitCodes.wrong_use;
}

function showError(error: unknown, json: boolean, machine: Machine, terminal: Terminal): void {
  const problem = problemOf(error);
  if (json) terminal.say(JSON.stringify(problem));
  else {
    if (error instanceof PolicyRefused) showRefused(error, terminal);
    for (const line of describeProblem(problem)) terminal.say(line);
    if (error instanceof Fault && error.cause instanceof FilterFault) terminal.say(error.cause.underlined);
  }
  // A defect of Remit's own: whoever looks for it asks for the trace.
  if (!(error instanceof Fault) && machine.env['REMIT_TRACE'] !== undefined) {
    terminal.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

function showRefused(refused: PolicyRefused, terminal: Terminal): void {
  for (const error of refused.errors) {
    for (const line of describeDiagnostic(error, refused.files)) terminal.say(line);
  }
}
