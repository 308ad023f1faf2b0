/** The open calls of modern clients, and the way from a retry back to its call. */
import type { JsonObject } from '@remit/contracts';
import { assertActive } from '../active.ts';
import { answer } from '../answering.ts';
import { responseText, type RequestMessage } from '../message.ts';
import type { Operation } from '../operations.ts';
import type { AgentRequest, Caller } from '../request.ts';
import { invalidParams } from '../rpc-fault.ts';
import type { Services } from '../services.ts';
import { LiveCall, type LiveCallOptions, type RoundTrip } from './live-call.ts';
import { paramsDigest, StateSealer, type RequestState } from './request-state.ts';
import type { Tasks } from './tasks.ts';

export class LiveCalls {
  readonly #services: Services;
  readonly #tasks: Tasks;
  readonly #sealer: StateSealer;
  /** Calls that have asked their client at least once. */
  readonly #asking = new Map<string, LiveCall>();

  constructor(services: Services, stateSecret: Uint8Array, tasks: Tasks) {
    this.#services = services;
    this.#tasks = tasks;
    this.#sealer = new StateSealer(stateSecret, services.ports.newId('gtw'));
  }

  /**
   * A new call, or the next round trip of one that waits.
   * @throws RpcFault -32602 for a state that is not this request's, 403 where the agent is not active any
   * more (a new call is decided, and recorded, by `enforce`), 429 or 503 where there is no room.
   */
  take(message: RequestMessage, caller: Caller, trip: RoundTrip, operation: Operation): void {
    const { requestState } = message.params;
    if (requestState === undefined) this.#begin(message, caller, trip, operation);
    else this.#resume(requestState, message, caller, trip);
  }

  #begin(message: RequestMessage, caller: Caller, trip: RoundTrip, operation: Operation): void {
    const controller = new AbortController();
    const id = this.#services.ports.newId('call');
    const call = new LiveCall({
      services: this.#services,
      controller,
      serverInfo: this.#services.serverInfo(caller.scope),
      seal: (round) => {
        this.#asking.set(id, call);
        return this.#seal(id, round, message, caller);
      },
      ...(caller.takesTasks === true && { tasks: this.#tasksOf(caller, controller) }),
    });
    const leave = this.#services.openCalls.enter(caller.agent, controller);
    try {
      call.begin(trip);
    } catch (error) {
      leave();
      throw error;
    }
    const request = { ...message, caller, channel: call, signal: controller.signal, notes: {} };
    void this.#run(id, call, request, operation).finally(leave);
  }

  async #run(id: string, call: LiveCall, request: AgentRequest, operation: Operation): Promise<void> {
    const run = (): Promise<JsonObject | undefined> => operation(this.#services, request);
    const answered = await answer(this.#services, request, run);
    this.#asking.delete(id);
    call.task?.end(answered);
    const trip = call.waiting;
    if (!trip) return;
    if (answered) trip.reply.final(responseText(trip.id, answered.body), answered.status);
    else trip.reply.withdraw();
  }

  #tasksOf(caller: Caller, controller: AbortController): NonNullable<LiveCallOptions['tasks']> {
    const cancel = () => {
      controller.abort();
    };
    return {
      create: () => this.#tasks.create(caller, cancel),
      forget: (task) => {
        this.#tasks.forget(task);
      },
    };
  }

  #resume(sealed: unknown, message: RequestMessage, caller: Caller, trip: RoundTrip): void {
    assertActive(this.#services, caller.agent);
    const state = typeof sealed === 'string' ? this.#sealer.open(sealed) : undefined;
    if (!state || !this.#fits(state, message, caller)) {
      throw invalidParams('`params.requestState` was not given for this request, or is too old.');
    }
    const call = this.#asking.get(state.call);
    if (!call) throw invalidParams('The call of `params.requestState` has ended; send it again without.');
    call.resume(trip, state.round);
  }

  #fits(state: RequestState, message: RequestMessage, caller: Caller): boolean {
    return (
      state.keyId === caller.keyId &&
      state.method === message.method &&
      state.params === paramsDigest(message.params) &&
      state.expires > this.#services.ports.clock.now()
    );
  }

  #seal(call: string, round: number, message: RequestMessage, caller: Caller): string {
    return this.#sealer.seal({
      call,
      round,
      keyId: caller.keyId,
      method: message.method,
      params: paramsDigest(message.params),
      expires: this.#services.ports.clock.now() + this.#services.bounds.ask_ms,
    });
  }
}
