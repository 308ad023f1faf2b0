/** `remit check`: schema, names, types and lint of a workspace, with place and remedy. */
import { join, relative, sep } from 'node:path';
import { policySchema } from '@remit/policy';
import type { Command } from 'commander';
import { runningPolicy } from '../client/running-status.ts';
import { locate, printJson, requireFolder, type Context, type Location } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { describeDiagnostic, summarise } from '../terminal/diagnostics.ts';
import { sarifOf } from '../terminal/sarif.ts';
import { version as ownVersion } from '../version.ts';
import { pullFirstLock } from '../workspace/first-lock.ts';
import { PolicyRefused, readWorkspace } from '../workspace/load.ts';
import { addWorkspaceCommand, type CommandOptions } from './command.ts';

interface CheckOptions extends CommandOptions {
  offline?: boolean;
  sarif?: boolean;
  schema?: boolean;
}

export function registerCheck(program: Command, context: Context): void {
  addWorkspaceCommand(program, 'check [dir]', {
    does: 'check the policy documents: schema, names, types, lint',
    examples: ['remit check examples/support-desk'],
    note: 'Ends with 1 where there are errors.',
  })
    .option('--offline', 'do not connect to servers where there is no tools.lock yet')
    .option('--schema', 'print the JSON Schema of policy documents, for editors, and check nothing')
    .option('--sarif', 'print the findings as SARIF 2.1.0, for code review')
    .action((folder: string | undefined, options: CheckOptions) => check(context, folder, options));
}

/** Relative to the folder that the command runs in, which for a review is the repository's. */
function pathsFrom({ machine }: Context, workspace: string): (file: string) => string {
  return (file) => {
    const path = relative(machine.folder, join(workspace, file));
    return path.startsWith('..') ? file : path.split(sep).join('/');
  };
}

/** What keeps the servers from being known is among the findings, in the form that was asked for. */
async function lockFirst(context: Context, location: Location): Promise<void> {
  try {
    await pullFirstLock(context, location);
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
  }
}

async function check(context: Context, folder: string | undefined, options: CheckOptions): Promise<void> {
  if (options.schema === true) return context.terminal.print(JSON.stringify(policySchema(), null, 2));
  const location = locate(context.machine, options, folder);
  requireFolder(location.workspace);
  if (options.offline !== true) await lockFirst(context, location);
  const { files, lock, result } = readWorkspace(location.workspace);
  const { diagnostics, policy } = result;
  if (policy === undefined) context.finish(exitCodes.no);
  if (options.sarif === true) {
    return printJson(
      context,
      sarifOf(diagnostics, { version: ownVersion, files, pathOf: pathsFrom(context, location.workspace) }),
    );
  }
  const version = policy === undefined ? {} : { version: policy.version };
  if (options.json === true) return printJson(context, { ok: policy !== undefined, ...version, diagnostics });
  for (const diagnostic of diagnostics) {
    for (const line of describeDiagnostic(diagnostic, files)) context.terminal.print(line);
    context.terminal.print('');
  }
  if (lock === undefined)
    context.terminal.say('There is no tools.lock, so the names of tools were not checked.');
  context.terminal.print(
    `${policy === undefined ? 'NOT OK' : 'OK'}: ${summarise(diagnostics)} in ${files.length} files.`,
  );
  if (policy === undefined) return;
  context.terminal.print(`version ${policy.version}`);
  const inForce = await runningPolicy(context.machine, location);
  if (inForce !== undefined && inForce !== policy.version)
    context.terminal.say(
      `The Remit that runs enforces another version, ${inForce}: see \`remit policies list\`.`,
    );
}
