/**
 * The agent's end of one governed call, as the upstream side sees it: interim messages are bounded and
 * filtered, and whatever the server asks of the agent's client is an action of its own.
 */
import { isJsonObject, type JsonObject } from '@remit/contracts';
import type { Interim } from '@remit/enforce';
import type { InputRequests, InputResponses, Notification, Peer, TaskPeer } from '../exchange.ts';
import { governedAsk } from './governed-ask.ts';
import { atLeast } from './log-level.ts';
import type { AgentRequest } from './request.ts';
import type { Services } from './services.ts';

export class CallPeer implements Peer {
  readonly client?: string;
  readonly capabilities: JsonObject;
  readonly log_level?: string;
  readonly tasks?: TaskPeer;
  readonly #services: Services;
  readonly #request: AgentRequest;
  readonly #server: string;
  readonly #interim: Interim;
  #forwarded = 0;
  #dropped = 0;
  #progress = -Infinity;

  constructor(
    services: Services,
    request: AgentRequest,
    server: string,
    interim: Interim,
    tasks: TaskPeer | undefined,
  ) {
    this.#services = services;
    this.#request = request;
    this.#server = server;
    this.#interim = interim;
    this.capabilities = request.caller.capabilities;
    // Where there are no sessions, several clients may share one key.
    if (request.caller.session !== undefined) this.client = request.caller.session;
    if (tasks) this.tasks = tasks;
    if (request.caller.logLevel !== undefined) this.log_level = request.caller.logLevel;
  }

  /** Interim messages that the bound kept back. */
  get dropped(): number {
    return this.#dropped;
  }

  notify(notification: Notification): void {
    if (!this.#wanted(notification)) return;
    if (this.#forwarded >= this.#services.bounds.interim_messages_per_call_max) {
      this.#dropped++;
      return;
    }
    this.#forwarded++;
    const { method, params = {} } = notification;
    this.#request.channel.notify({ method, params: this.#interim.visible(method, params) });
  }

  ask(requests: InputRequests, withdrawn?: AbortSignal): Promise<InputResponses> {
    const asking = { server: this.#server, requests, interim: this.#interim };
    return governedAsk(this.#services, this.#request, asking, withdrawn);
  }

  #wanted({ method, params }: Notification): boolean {
    if (method === 'notifications/progress') return this.#isAdvance(params);
    if (method === 'notifications/message') return atLeast(params?.['level'], this.log_level);
    // 2025-11-25, client/elicitation: tells that a URL elicitation is complete. Gone in 2026-07-28.
    return method === 'notifications/elicitation/complete' && this.#request.caller.version === '2025-11-25';
  }

  /** Progress must grow with each notification (2026-07-28, basic/patterns/progress). */
  #isAdvance(params: JsonObject | undefined): boolean {
    const progress = isJsonObject(params) ? params['progress'] : undefined;
    if (typeof progress !== 'number' || progress <= this.#progress) return false;
    this.#progress = progress;
    return true;
  }
}
