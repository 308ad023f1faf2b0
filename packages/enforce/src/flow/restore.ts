/**
 * What conversations had read before a restart: the snapshot, and a fold of the records that came after.
 * A result that was not kept has left no fingerprints, so any value may come from it; a call that never
 * ended may have been answered.
 */
import {
  flowSnapshotSchema,
  isJsonObject,
  labelsSchema,
  type Action,
  type JsonValue,
  type Labels,
  type RecordPayload,
  type StoredRecord,
} from '@remit/contracts';
import type { Ledger } from '@remit/ledger';
import type { FlowState } from './flow-state.ts';
import { readFlows } from './snapshot.ts';

interface Begun {
  /** Of whom nothing is known any more but the agent, where the payload is gone. */
  action: Action;
  erased: boolean;
  answers: Labels | undefined;
}

/** To be called once, before the first action. Says from which record on the log was read, and whether a snapshot was taken up. */
export async function restoreFlows(
  ledger: Pick<Ledger, 'records' | 'show' | 'status'>,
  flows: FlowState,
  snapshot: string | undefined,
): Promise<{ from: number; from_snapshot: boolean }> {
  const known = snapshot === undefined ? undefined : readFlows(snapshot, ledger);
  for (const saved of known?.saved ?? []) flows.load(saved);
  const from = known?.size ?? 0;
  const begun = new Map<string, Begun>();
  for await (const stored of ledger.records({ from, phases: ['intent', 'outcome'] })) {
    if (stored.phase === 'intent') begun.set(stored.id, begin(stored, flows));
    if (stored.phase !== 'outcome') continue;
    end(stored, begun.get(stored.id) ?? (await beganBefore(stored, ledger, flows)), flows);
    begun.delete(stored.id);
  }
  for (const open of begun.values()) lose(open, open.answers, flows);
  return { from, from_snapshot: known !== undefined };
}

function begin(stored: StoredRecord, flows: FlowState): Begun {
  const action = actionOf(stored);
  const answers = labelsSchema.safeParse(stored.meta['answers']).data ?? flows.mayAnswer(action);
  const erased = stored.payload?.parameters === undefined;
  const flow = flowSnapshotSchema.safeParse(stored.payload?.['flow']).data;
  const read = labelsSchema.safeParse(stored.meta['read']).data;
  if (flow !== undefined) flows.carried(action, flow);
  else if (read !== undefined) flows.wroteUnknown(action.server, read);
  return { action, erased, answers };
}

/** Of a call that the snapshot found open: who made it stands in the event. */
async function beganBefore(
  stored: StoredRecord,
  ledger: Pick<Ledger, 'show'>,
  flows: FlowState,
): Promise<Begun> {
  const event = await ledger.show(stored.id);
  if (event === undefined) return begin(stored, flows);
  const { agent, server, tool, parameters, context, user, answers, target } = event;
  const payload: RecordPayload = {
    ...(parameters && { parameters }),
    ...(context && { context }),
    ...(user !== undefined && { user }),
    ...(typeof target === 'string' && { target }),
  };
  const meta = {
    ...(agent !== undefined && { agent }),
    ...(server && { server }),
    ...(tool && { tool }),
    answers,
  };
  return begin({ ...stored, meta, payload }, flows);
}

function end({ meta, payload }: StoredRecord, begun: Begun, flows: FlowState): void {
  if (meta.released === true) return;
  const answered = meta.result === 'success' || meta.result === 'error';
  const noted = labelsSchema.safeParse(meta['told']).data;
  // What a process that ended left open has no duration; what it had let through of the answer, nobody knows.
  const orphaned = meta.result === 'unknown' && meta.duration_ms === undefined;
  const labels = noted ?? (answered || orphaned ? begun.answers : undefined);
  if (labels === undefined) return;
  const output = payload?.output as JsonValue | undefined;
  if (output === undefined || begun.erased) return lose(begun, labels, flows);
  flows.raise(begun.action, begun.action.id, labels, begun.action);
  flows.saw(begun.action, output);
}

/** The labels hold; which values they came with is not known. */
function lose({ action, erased }: Begun, labels: Labels | undefined, flows: FlowState): void {
  if (labels === undefined) return;
  if (erased) return flows.raiseAgent(action.agent, action.id, labels);
  flows.raise(action, action.id, labels, action);
  flows.lost(action, labels);
}

function actionOf({ id, event, time, meta, payload }: StoredRecord): Action {
  const { parameters = {}, context, user, target } = payload ?? {};
  const attested = payload?.['attested'] === true;
  return {
    id,
    kind: event as Action['kind'],
    agent: meta.agent ?? '',
    ...(user !== undefined && { user }),
    server: meta.server ?? '',
    target: target ?? meta.tool ?? '',
    arguments: parameters,
    context: isJsonObject(context) ? (context as Action['context']) : {},
    received_at: time,
    via: 'mcp',
    ...(attested && { attested: true as const }),
  };
}
