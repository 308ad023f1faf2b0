/** Every command of `remit`, each in a file of its own. */
import type { Command } from 'commander';
import { registerAgents } from './commands/agents.ts';
import { registerApprovals } from './commands/approvals.ts';
import { registerAudit } from './commands/audit.ts';
import { registerBackup } from './commands/backup.ts';
import { registerCheck } from './commands/check.ts';
import { registerCredentials } from './commands/credentials.ts';
import { registerDiff } from './commands/diff.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerExplain } from './commands/explain.ts';
import { registerFormat } from './commands/format.ts';
import { registerGateway } from './commands/gateway.ts';
import { registerInit } from './commands/init.ts';
import { registerInspect } from './commands/inspect.ts';
import { registerPeople } from './commands/people.ts';
import { registerPolicies } from './commands/policies.ts';
import { registerReplay } from './commands/replay.ts';
import { registerReport } from './commands/report.ts';
import { registerSuggest } from './commands/suggest.ts';
import { registerTest } from './commands/test.ts';
import { registerTools } from './commands/tools.ts';
import { registerUp } from './commands/up.ts';
import { registerWitness } from './commands/witness.ts';
import type { Context } from './context.ts';

export function registerCommands(program: Command, context: Context): void {
  const commands = [
    registerUp,
    registerInit,
    registerCheck,
    registerFormat,
    registerTest,
    registerExplain,
    registerDiff,
    registerReplay,
    registerSuggest,
    registerInspect,
    registerReport,
    registerAgents,
    registerApprovals,
    registerPeople,
    registerPolicies,
    registerTools,
    registerCredentials,
    registerAudit,
    registerBackup,
    registerDoctor,
    registerGateway,
    registerWitness,
  ];
  for (const register of commands) register(program, context);
}
