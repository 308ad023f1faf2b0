/**
 * A governed call that its server goes on with as a task. The client gets a task of Remit's own where it
 * takes one, and waits otherwise; either way it stays one action with one outcome.
 */
import type { Action } from '@remit/contracts';
import type { Interim } from '@remit/enforce';
import type { TaskPeer, TaskProgress } from '../exchange.ts';
import type { AgentRequest, Caller } from './request.ts';
import type { Services } from './services.ts';
import { recordTask } from './task-record.ts';
import { isModern } from './versions.ts';

export class CallTask implements TaskPeer {
  readonly #services: Services;
  readonly #request: AgentRequest;
  readonly #action: Action;
  readonly #interim: Interim;
  #statusMessages = 0;

  constructor(services: Services, request: AgentRequest, action: Action, interim: Interim) {
    this.#services = services;
    this.#request = request;
    this.#action = action;
    this.#interim = interim;
  }

  /** The task is on record before its client hears of it. */
  async created(progress: TaskProgress): Promise<boolean> {
    const offer = this.#request.channel.offerTask?.();
    if (!offer) return false;
    const begun = (await this.#isRecorded(offer.id)) && offer.begin(this.#seen(progress));
    if (!begun) offer.withdraw();
    return begun;
  }

  changed(progress: TaskProgress): void {
    this.#request.channel.taskChanged?.(this.#seen(progress));
  }

  /** False where the ledger cannot write: then the client waits, and is told so with the outcome. */
  async #isRecorded(taskId: string): Promise<boolean> {
    const { agent, server, target, id } = this.#action;
    try {
      await recordTask(this.#services, taskId, { agent, server, tool: target, of: { action_id: id } });
      return true;
    } catch (error) {
      this.#services.ports.observer?.unrecorded?.(this.#action, error);
      return false;
    }
  }

  /** What the server says is data: inspected, counted and bounded like any interim message. */
  #seen({ status_message, poll_interval_ms }: TaskProgress): TaskProgress {
    const { interim_messages_per_call_max: max } = this.#services.bounds;
    if (status_message === undefined || this.#statusMessages >= max) return { poll_interval_ms };
    this.#statusMessages++;
    const { statusMessage } = this.#interim.visible('notifications/tasks', { statusMessage: status_message });
    return { poll_interval_ms, ...(typeof statusMessage === 'string' && { status_message: statusMessage }) };
  }
}

/**
 * Whether a server may make a task of this client's call: where the client says that it takes tasks, and
 * where its era has no word for them, since then Remit waits for it. A client of 2026-07-28 that does not
 * declare the extension gets what the server has for such clients.
 */
export function mayBecomeTask({ version, takesTasks }: Caller): boolean {
  return !isModern(version) || takesTasks === true;
}
