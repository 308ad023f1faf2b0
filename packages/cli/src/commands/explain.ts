/** `remit explain`: what would be decided, by which line of policy, and what would have to change. */
import { isJsonObject, type JsonObject } from '@remit/contracts';
import { formatExplanation } from '@remit/policy';
import type { Command } from 'commander';
import { locate, printJson, requireFolder, type Context } from '../context.ts';
import { exitCodes, wrongUse } from '../exit-code.ts';
import { printable } from '../terminal/printable.ts';
import { runningStatus } from '../client/running-status.ts';
import { explainQuestion } from '../workspace/explain.ts';
import { requirePolicy } from '../workspace/load.ts';
import { addWorkspaceCommand, type CommandOptions } from './command.ts';

interface ExplainOptions extends CommandOptions {
  agent: string;
  tool: string;
  args?: string;
  user?: string;
}

export function registerExplain(program: Command, context: Context): void {
  addWorkspaceCommand(program, 'explain [dir]', {
    does: 'the decision on a call, and why; nothing runs',
    examples: [`remit explain --agent customer-support --tool refund-create --args '{"amount": 150}'`],
    note: 'Ends with 1 where the call is denied. A Remit that runs is asked whether the agent is suspended.',
  })
    .requiredOption('--agent <name>', 'who calls')
    .requiredOption('--tool <name>', 'server/tool, or the bare name where it is unique')
    .option('--args <json>', 'the arguments, as a JSON object')
    .option('--user <name>', 'the person on whose behalf')
    .action((folder: string | undefined, options: ExplainOptions) => explainCall(context, folder, options));
}

async function explainCall(
  context: Context,
  folder: string | undefined,
  options: ExplainOptions,
): Promise<void> {
  const location = locate(context.machine, options, folder);
  const { workspace } = location;
  requireFolder(workspace);
  const { policy } = requirePolicy(workspace);
  const question = {
    agent: options.agent,
    tool: options.tool,
    arguments: readArguments(options.args),
    ...(options.user === undefined ? {} : { user: options.user }),
  };
  const status = await runningStatus(context.machine, location, options.agent);
  const explanation = explainQuestion(policy, question, context.machine, status);
  const { decision, server, tool } = explanation;
  if (decision.effect === 'deny') context.finish(exitCodes.no);
  const { rules, changes } = explanation;
  if (options.json === true)
    return printJson(context, {
      agent: options.agent,
      ...(status !== undefined && { agent_status: status }),
      server,
      tool,
      decision,
      rules,
      changes,
    });
  for (const line of formatExplanation(explanation).split('\n')) context.terminal.print(printable(line));
}

function readArguments(text: string | undefined): JsonObject {
  const value = text === undefined ? {} : parsed(text);
  if (isJsonObject(value)) return value;
  throw wrongUse('args_no_object', '--args is no JSON object.', `Write it like '{"amount": 150}'.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrongUse(
      'args_no_json',
      `--args is no JSON: ${(error as Error).message}.`,
      `Write it like '{"amount": 150}'.`,
    );
  }
}
