/** What `remit doctor` prints: everything that is worth a look, each with what to do about it. */
import { bounds } from '@remit/contracts';
import type { LedgerStatus, WitnessStatus } from '@remit/ledger';
import type { Finding } from '../api/operations.ts';
import type { ControlDeps } from '../server/deps.ts';
import { summarize } from './policies.ts';
import { policyFindings } from './policy-finding.ts';
import { present } from './present.ts';
import { toolDrift } from './tool-drift.ts';

export async function doctorReport(deps: ControlDeps) {
  const ledger = deps.ledger.status();
  const checkpoint_age_ms = ageOf(ledger, deps.clock.now());
  const findings = [
    ...policyFindings(deps.policy),
    ...upstreamFindings(deps),
    driftFinding(deps),
    ledgerFinding(ledger),
    checkpointFinding(ledger, checkpoint_age_ms),
    ...ledger.witnesses.map((witness) => witnessFinding(witness, ledger)),
    administratorFinding(deps),
    agentFinding(deps),
    ...(await deps.examine()),
  ];
  return {
    status: worst(findings),
    findings,
    policy: summarize(deps.policy.current()),
    ledger,
    upstreams: deps.upstreams.status(),
    ...present({ checkpoint_age_ms }),
  };
}

function worst(findings: readonly Finding[]): Finding['status'] {
  return (
    (['problem', 'warning'] as const).find((status) => findings.some((one) => one.status === status)) ?? 'ok'
  );
}

function upstreamFindings({ upstreams }: ControlDeps): Finding[] {
  return upstreams.status().map(({ server, state, tools, problem }) => {
    const check = `upstream ${server}`;
    if (state === 'ready') return { check, status: 'ok', message: `Connected, ${tools} tools.` };
    if (state === 'connecting') {
      return { check, status: 'warning', message: 'Still connecting.', remedy: 'Look again in a moment.' };
    }
    return {
      check,
      status: 'problem',
      message: `Down: ${problem ?? 'no reason is known'}`,
      remedy: "Check the server's command or URL in the workspace file.",
    };
  });
}

function driftFinding(deps: ControlDeps): Finding {
  const drifted = toolDrift(deps).filter(({ status }) => status !== 'same' && status !== 'unseen');
  if (drifted.length === 0)
    return { check: 'tools', status: 'ok', message: 'Live tools are as in tools.lock.' };
  return {
    check: 'tools',
    status: 'warning',
    message: `${drifted.length} tools differ from tools.lock and are refused.`,
    remedy: 'Review them with `remit tools diff`, then `remit tools accept`.',
  };
}

function ledgerFinding({ writable, size, queued_records }: LedgerStatus): Finding {
  if (writable)
    return { check: 'ledger', status: 'ok', message: `${size} records, ${queued_records} waiting.` };
  return {
    check: 'ledger',
    status: 'problem',
    message: 'The ledger takes no records, so every call is refused.',
    remedy: 'Make room on the disk of the data folder.',
  };
}

function ageOf({ checkpoint }: LedgerStatus, now: number): number | undefined {
  return checkpoint && Math.max(0, now - Date.parse(checkpoint.time));
}

/** An old checkpoint is fine as long as nothing has been recorded since. */
function checkpointFinding({ checkpoint, size }: LedgerStatus, age: number | undefined): Finding {
  const covers = checkpoint?.size ?? 0;
  const late = covers < size && (age ?? Infinity) > 5 * bounds.checkpoint_interval_ms;
  if (!late)
    return {
      check: 'checkpoint',
      status: 'ok',
      message: `The last one covers ${covers} of ${size} records.`,
    };
  return {
    check: 'checkpoint',
    status: 'problem',
    message: `The last signed checkpoint covers ${covers} of ${size} records and is late.`,
    remedy: 'Check the checkpoint folder, then `remit audit verify`.',
  };
}

function witnessFinding({ name, size, problem }: WitnessStatus, { checkpoint }: LedgerStatus): Finding {
  const check = `witness ${name}`;
  if (problem === undefined) {
    return { check, status: 'ok', message: `It has cosigned ${size} of ${checkpoint?.size ?? 0} records.` };
  }
  const remedies: Record<string, string> = {
    witness_ahead: 'Records are missing at the end: restore the data folder from a copy.',
    witness_refuses: 'Run `remit audit verify`: the log may have been changed after it was signed.',
  };
  const remedy = remedies[problem.code] ?? 'See that it runs, and that this machine reaches it.';
  return { check, status: 'problem', message: problem.message, remedy };
}

function administratorFinding({ people }: ControlDeps): Finding {
  if (people.hasAdministrator())
    return { check: 'people', status: 'ok', message: 'There is an administrator.' };
  return {
    check: 'people',
    status: 'warning',
    message: "There is no administrator, so whoever reads the operator's token can add people.",
    remedy: 'Run `remit people add NAME --groups administrators`.',
  };
}

function agentFinding({ agents, policy }: ControlDeps): Finding {
  const named = policy.current().agents;
  const strangers = agents
    .list()
    .filter((agent) => named.size > 0 && agent.keys.length > 0 && !named.has(agent.name));
  if (strangers.length === 0)
    return { check: 'agents', status: 'ok', message: `${agents.list().length} registered.` };
  return {
    check: 'agents',
    status: 'warning',
    message: `${strangers.length} agents hold keys but the policy does not name them: ${strangers
      .slice(0, 5)
      .map(({ name }) => name)
      .join(', ')}.`,
    remedy: 'Retire them with `remit agents retire`, or write their documents.',
  };
}
