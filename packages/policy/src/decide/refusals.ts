/** Refusals for other reasons than a rule. */
import type { Action } from '@remit/contracts';
import type { LimitFailure } from '../compile/reservation.ts';
import { notPermitted, where } from '../compile/ruling.ts';
import type { Ruling } from '../compile/ruling.ts';
import type { Condition, ConditionFailure } from '../condition/conditions.ts';
import type { StateSnapshot } from '../port.ts';

export function inactive(action: Action, status: StateSnapshot['agent_status']): Ruling {
  return {
    effect: 'deny',
    code: 'agent_suspended',
    reasons: [`Agent \`${action.agent}\` is ${status}: nothing that it asks for is done.`],
    remedy: 'Stop, and tell the owner of this agent. Only an operator can resume it.',
  };
}

export function unknownAgent(action: Action): Ruling {
  const subject = { kind: action.kind, name: `${action.server}/${action.target}`, effect: 'write' } as const;
  const remedy = 'Ask the owner of this workspace to write a policy for this agent.';
  return { ...notPermitted({ agent: action.agent, floor: () => undefined }, subject), remedy };
}

const REVIEW = 'ask an operator to review it with `remit tools diff` and `remit tools accept`.';

export function unknownTool(action: Action): Ruling {
  const name = `${action.server}/${action.target}`;
  return {
    effect: 'deny',
    code: 'unknown_tool',
    reasons: [`Tool \`${name}\` is not in \`tools.lock\`, so nobody has checked what it does.`],
    remedy: `Use another tool, or ${REVIEW}`,
  };
}

export function toolChanged(action: Action): Ruling {
  const name = `${action.server}/${action.target}`;
  return {
    effect: 'deny',
    code: 'tool_changed',
    reasons: [`Tool \`${name}\` is not what it was when its definition was accepted.`],
    remedy: `Use another tool, or ${REVIEW}`,
  };
}

export function conditionFailed(
  tool: string,
  condition: Condition,
  failure: ConditionFailure,
  rule: Ruling['rule'],
): Ruling {
  const { file, line } = condition.spot;
  const place = `\`${condition.source}\` (${file}:${line})`;
  return {
    effect: 'deny',
    code: 'denied_by_policy',
    reasons: [`The condition ${place} cannot be evaluated for this call of \`${tool}\`: ${failure.message}.`],
    remedy:
      'Send all arguments that the tool declares, each in its type; if they are right, tell the owner of this policy.',
    ...(rule === undefined ? {} : { rule }),
  };
}

export function limitFailed(action: Action, { limit, message }: LimitFailure, tier: Ruling['tier']): Ruling {
  const name = `${action.server}/${action.target}`;
  return {
    effect: 'deny',
    code: 'denied_by_policy',
    rule: limit.reference,
    reasons: [
      `The limit ${where(limit.reference)} cannot be counted for this call of \`${name}\`: ${message}.`,
    ],
    remedy:
      'Send the argument that the limit counts, in the type that the tool declares; if it is right, tell the owner of this policy.',
    ...(tier === undefined ? {} : { tier }),
  };
}
