/** The answer, once it is known what the conversation has read and where values of the arguments come from. */
import type { Action, ApprovalTerms, FlowSnapshot } from '@remit/contracts';
import type { AgentPolicy } from '../compile/agent.ts';
import type { Outcome } from '../compile/plan.ts';
import { approvable, where } from '../compile/ruling.ts';
import type { Ruling } from '../compile/ruling.ts';
import { judgeFlows } from '../flow/judge.ts';
import type { FlowMatch, FlowVerdict } from '../flow/judge.ts';
import type { StateSnapshot } from '../port.ts';

export function flowed(
  agent: AgentPolicy | undefined,
  action: Action,
  { flow }: StateSnapshot,
  outcome: Outcome,
): Outcome {
  const { ruling, flows } = outcome;
  if (flow === undefined || flows === undefined || flows.length === 0 || ruling.effect === 'deny')
    return outcome;
  const verdict = judgeFlows(flows, flow);
  if (verdict === undefined || agent === undefined) return outcome;
  const reasons = verdict.matches.map((match) => reasonOf(action, match, flow));
  if (verdict.then === 'deny') return blocked(outcome, verdict, reasons);
  if (!approvable.includes(action.kind)) {
    return blocked(outcome, verdict, [...reasons, 'Nobody can be asked about this kind of action.']);
  }
  return held(agent, action, outcome, verdict, reasons);
}

function blocked(outcome: Outcome, { matches }: FlowVerdict, reasons: string[]): Outcome {
  const rule = matches[0]!.flow.rule;
  const remedy =
    'Do not send this call again in this conversation; go on without it, or tell the person you work for.';
  const { tier } = outcome.ruling;
  const ruling: Ruling = { effect: 'deny', code: 'flow_blocked', rule, reasons, remedy };
  return { ruling: tier === undefined ? ruling : { ...ruling, tier }, limits: [] };
}

function held(
  agent: AgentPolicy,
  action: Action,
  outcome: Outcome,
  verdict: FlowVerdict,
  reasons: string[],
): Outcome {
  const person = action.user ?? agent.profile.owner;
  if (verdict.byOwner && person === undefined) {
    return blocked(outcome, verdict, [
      ...reasons,
      'Nobody is known whose task this is, so nobody can agree.',
    ]);
  }
  const { ruling, approval = agent.approval } = outcome;
  const waits = ruling.effect === 'approve';
  const terms = verdict.byOwner ? withPerson(approval, person!, waits || verdict.byOthers) : approval;
  if (waits)
    return { ...outcome, ruling: { ...ruling, reasons: [...ruling.reasons, ...reasons] }, approval: terms };
  return {
    ...outcome,
    approval: terms,
    ruling: {
      effect: 'approve',
      code: 'approval_pending',
      tier: 'approval',
      rule: verdict.matches[0]!.flow.rule,
      reasons: [...reasons, ...ruling.reasons],
      remedy: 'Wait until a person has approved it, then send the same call again with the same arguments.',
    },
  };
}

/** @param others somebody who fits the terms has to agree beside the person */
function withPerson(terms: ApprovalTerms, person: string, others: boolean): ApprovalTerms {
  const people = [person];
  return others ? { ...terms, people } : { ...terms, who: [], count: 0, escalate: [], people };
}

const kindTexts: Readonly<Record<string, string>> = {
  internal: 'goes to the company’s own systems',
  external: 'reaches outside',
  public: 'is seen by everybody',
  destructive: 'destroys',
  reversible: 'changes something',
  irreversible: 'cannot be undone',
};

function reasonOf(action: Action, { flow, words, because }: FlowMatch, state: FlowSnapshot): string {
  const name = `\`${action.server}/${action.target}\``;
  const rule = where(flow.rule);
  const asks =
    flow.then === 'deny'
      ? 'refuses that'
      : flow.by === 'owner'
        ? 'leaves that to the person whose task it is'
        : 'has a person approve that';
  const labels = words.map((word) => `\`${word}\``).join(' and ');
  if ('argument' in because) {
    const from = because.event === undefined ? 'may hold' : 'holds';
    const read = because.event === undefined ? '' : `, read by ${because.event}`;
    return `The argument \`${because.argument}\` of ${name} ${from} a value that is ${labels}${read}: ${rule} ${asks}.`;
  }
  const does =
    'kinds' in because
      ? `${name} ${because.kinds.map((kind) => kindTexts[kind]).join(' and ')}`
      : `the call is one of ${name}`;
  return `The conversation has read what is ${labels}${readWith(state)}, and ${does}: ${rule} ${asks}.`;
}

/** Where labels came from, as far as it is remembered. */
function readWith({ sources }: FlowSnapshot): string {
  const names = [...new Set(sources.map(({ server, target }) => `\`${server}/${target}\``))];
  return names.length === 0 ? '' : ` (with ${names.slice(0, 3).join(', ')})`;
}
