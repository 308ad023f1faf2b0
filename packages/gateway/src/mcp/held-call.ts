/**
 * A call that waits for a person, where its client takes tasks: the client gets a task at once, and the call
 * is made as soon as somebody has agreed (protocols.md, "Holding for approval"). It is decided anew then, as
 * if the client had sent it again.
 */
import type { Refusal } from '@remit/contracts';
import type { CallAnswer } from './governed-call.ts';
import type { AgentRequest, TaskOffer } from './request.ts';
import type { Services } from './services.ts';
import { recordTask } from './task-record.ts';

interface Attempt {
  answer: CallAnswer;
  tool: { server: string; name: string };
}

type Held = Refusal & { approval: NonNullable<Refusal['approval']> };

/** The first answer that is not that a person has to agree; that one too, where the client takes no task. */
export async function whileHeld<Made extends Attempt>(
  services: Services,
  request: AgentRequest,
  attempt: () => Promise<Made>,
): Promise<Made> {
  let made = await attempt();
  let held = heldBy(made.answer);
  if (!held || !(await becomesTask(services, request, made, held))) return made;
  // As long as the client can ask for the task; nothing runs that nobody can see the end of.
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(services.bounds.task_run_ms)]);
  while (held) {
    await services.ports.approvals.settled(held.approval.id, signal);
    if (request.signal.aborted) return { ...made, answer: { kind: 'cancelled' } };
    if (signal.aborted) return made;
    request.channel.taskChanged?.({ poll_interval_ms: services.bounds.task_poll_ms });
    delete request.notes.errorType;
    made = await attempt();
    held = heldBy(made.answer);
    if (held) request.channel.taskChanged?.(waiting(services, held));
  }
  return made;
}

function heldBy(answer: CallAnswer): Held | undefined {
  if (answer.kind !== 'refused' || answer.refusal.code !== 'approval_pending') return undefined;
  const { approval } = answer.refusal;
  return approval && { ...answer.refusal, approval };
}

async function becomesTask(
  services: Services,
  request: AgentRequest,
  { tool }: Attempt,
  held: Held,
): Promise<boolean> {
  const offer = request.channel.offerTask?.();
  if (!offer) return false;
  const begun =
    (await isRecorded(services, request, offer, tool, held)) && offer.begin(waiting(services, held));
  if (!begun) offer.withdraw();
  return begun;
}

/** False where the ledger cannot write: then the client gets the plain answer. */
async function isRecorded(
  services: Services,
  { caller }: AgentRequest,
  offer: TaskOffer,
  tool: Attempt['tool'],
  held: Held,
): Promise<boolean> {
  try {
    const of = { approval_id: held.approval.id };
    await recordTask(services, offer.id, { agent: caller.agent, server: tool.server, tool: tool.name, of });
    return true;
  } catch (error) {
    services.logger.error({ err: error }, 'a task could not be recorded');
    return false;
  }
}

function waiting({ bounds }: Services, { reason, approval }: Held) {
  const status_message = `${reason} A person has to agree until ${approval.expires_at}.`;
  return { status_message, poll_interval_ms: bounds.task_held_poll_ms };
}
