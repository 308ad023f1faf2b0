/**
 * The records of an action. `meta` is public in the log, so it holds nothing that could identify a
 * person; arguments, context, targets of reads, reasons and results are in the sealed payload.
 * Its keys are set in the order of canonical JSON, which spares the ledger to sort them.
 */
import { hash } from 'node:crypto';
import type {
  Action,
  Decision,
  JsonObject,
  JsonValue,
  Labels,
  NewRecord,
  RecordMeta,
  RecordPayload,
  Refusal,
  Result,
} from '@remit/contracts';
import type { InterimSummary } from './interim.ts';
import type { ReadNote } from './ports.ts';

export interface IntentDetail {
  approval_id: string | undefined;
  /** Milliseconds since the epoch. */
  reserved_at: number;
  /** What the answer will be labelled with at least. */
  answers: Labels | undefined;
}

/** Recorded and durable before anything happens. */
export function intentRecord(action: Action, decision: Decision, detail: IntentDetail): NewRecord {
  const { approval_id, answers } = detail;
  const payload = actionPayload(action, decision);
  if (decision.reservations.length > 0) {
    payload.reservations = decision.reservations;
    payload.reserved_at = new Date(detail.reserved_at).toISOString();
  }
  return {
    phase: 'intent',
    id: action.id,
    event: action.kind,
    time: action.received_at,
    meta: {
      ...actionMeta(action, decision),
      ...(answers && { answers }),
      ...(approval_id !== undefined && { approval_id }),
    },
    payload,
  };
}

export interface OutcomeDetail {
  result: Result;
  time: string;
  duration_ms: number;
  value?: JsonValue;
  /** False where the call was provably never sent. */
  sent: boolean;
  reason?: string;
  /** Classes of data that were taken out of the result, with their counts. */
  removed?: JsonObject;
  /** Labels of what went to the agent. */
  noted?: ReadNote | undefined;
  /** Absent where nothing was forwarded before the answer. */
  interim?: InterimSummary | undefined;
}

/** Recorded and durable before the agent sees the final result. */
export function outcomeRecord(action: Action, decision: Decision, detail: OutcomeDetail): NewRecord {
  const { duration_ms, result } = detail;
  const meta: RecordMeta = { agent: action.agent, duration_ms, result, ...target(action) };
  if (!detail.sent) meta.released = true;
  if (detail.noted) {
    const { trust, sensitivity, classes } = detail.noted.labels;
    meta['told'] = detail.noted.labels;
    // As words, by which events are found.
    meta.labels = [...new Set([trust, sensitivity])];
    if (classes.length > 0) meta.classes = classes;
    if (detail.noted.from.length > 0) meta['stored_by'] = detail.noted.from;
  }
  if (detail.removed) meta['removed'] = detail.removed;
  const payload: RecordPayload = {};
  if (detail.interim) {
    const { messages, digest, removed } = detail.interim;
    meta['interim'] = { messages, ...(removed && { removed }) };
    payload['interim_digest'] = digest;
  }
  if (detail.reason !== undefined) payload['reason'] = detail.reason;
  if (detail.value !== undefined) {
    const text = JSON.stringify(detail.value);
    meta.bytes = Buffer.byteLength(text);
    payload.output_digest = `sha256:${hash('sha256', text, 'hex')}`;
    // Tier automatic keeps a digest only; the others keep the whole result (policy.md, "Tiers").
    if (decision.tier !== 'automatic') payload.output = detail.value;
  }
  return { phase: 'outcome', id: action.id, event: action.kind, time: detail.time, meta, payload };
}

/** A refused or held action: one event, with its decision, and no intent. */
export function refusalRecord(action: Action, decision: Decision, refusal: Refusal): NewRecord {
  return {
    phase: 'event',
    id: action.id,
    event: action.kind,
    time: action.received_at,
    meta: {
      ...actionMeta(action, decision),
      result: refusal.code === 'approval_pending' ? 'held' : 'denied',
      code: refusal.code,
      ...(refusal.approval && { approval_id: refusal.approval.id }),
    },
    payload: { ...actionPayload(action, decision), reason: refusal.reason },
  };
}

/** A decision that somebody else carries out. */
export function decisionRecord(action: Action, decision: Decision, refusal: Refusal | undefined): NewRecord {
  const held = refusal?.code === 'approval_pending';
  const meta: RecordMeta = {
    ...actionMeta(action, decision),
    kind: action.kind,
    result: refusal ? (held ? 'held' : 'denied') : 'success',
    ...(refusal && { code: refusal.code }),
  };
  const payload = { ...actionPayload(action, decision), ...(refusal && { reason: refusal.reason }) };
  return { phase: 'event', id: action.id, event: 'decision', time: action.received_at, meta, payload };
}

function actionMeta(action: Action, decision: Decision): RecordMeta {
  const meta: RecordMeta = { agent: action.agent, decision: decisionMeta(decision), ...target(action) };
  const { flow } = decision;
  if (flow && flow.origins.length > 0) meta['lineage'] = [...new Set(flow.origins.map(({ event }) => event))];
  if (flow?.read) meta['read'] = flow.read;
  if (action.tool_digest !== undefined) meta.tool_digest = action.tool_digest;
  if (action.trace_id !== undefined) meta.trace_id = action.trace_id;
  meta['via'] = action.via;
  return meta;
}

function target({ kind, server, target: tool }: Action): RecordMeta {
  // A resource's URI can name a person; names of tools and prompts are definitions.
  return kind === 'resource_read' || kind === 'completion' ? { server } : { server, tool };
}

function decisionMeta({ id, effect, policy_effect, mode, policy_version, ...more }: Decision): JsonObject {
  return {
    ...(more.code !== undefined && { code: more.code }),
    effect,
    id,
    mode,
    policy_effect,
    policy_version,
    ...(more.rule && { rule: { ...more.rule } }),
    ...(more.tier !== undefined && { tier: more.tier }),
  };
}

function actionPayload(action: Action, decision: Decision): RecordPayload {
  const payload: RecordPayload = {
    parameters: action.arguments,
    context: action.context,
    reasons: decision.reasons,
    target: action.target,
  };
  if (action.attested === true) payload['attested'] = true;
  // Names of arguments are a caller's to choose, so they are sealed.
  if (decision.flow) payload['flow'] = decision.flow;
  if (action.user !== undefined) payload.user = action.user;
  if (action.rationale !== undefined) payload.rationale = action.rationale;
  return payload;
}
