/**
 * The way back to a 2025-era client: notifications and requests of ours go on the stream that answers
 * its POST (MCP 2025-11-25, basic/transports, "Sending Messages to the Server", 6).
 */
import { Fault, type JsonObject, type JsonValue } from '@remit/contracts';
import type { InputRequest, InputRequests, InputResponses, Notification, RpcError } from '../../exchange.ts';
import { isAnswer } from '../ask-rules.ts';
import { notificationText, requestText, type RequestId } from '../message.ts';
import type { Reply } from '../reply.ts';
import type { Channel } from '../request.ts';
import type { Services } from '../services.ts';
import { without } from '../without.ts';
import type { Session } from './session.ts';

export class LegacyChannel implements Channel {
  readonly #services: Services;
  readonly #session: Session;
  readonly #reply: Reply;
  readonly #progressToken: JsonValue | undefined;
  #rounds = 0;

  constructor(services: Services, session: Session, reply: Reply, progressToken: JsonValue | undefined) {
    this.#services = services;
    this.#session = session;
    this.#reply = reply;
    this.#progressToken = progressToken;
  }

  notify({ method, params }: Notification): void {
    if (method !== 'notifications/progress') {
      this.#reply.interim(notificationText(method, params ?? {}));
    } else if (this.#progressToken !== undefined) {
      this.#reply.interim(notificationText(method, { ...params, progressToken: this.#progressToken }));
    }
  }

  async ask(requests: InputRequests, ended: AbortSignal, withdrawn?: AbortSignal): Promise<InputResponses> {
    const signal = withdrawn === undefined ? ended : AbortSignal.any([ended, withdrawn]);
    if (++this.#rounds > this.#services.bounds.ask_rounds_max) {
      throw new Fault('ask_refused', 'The server asks the client too often in one call.');
    }
    const entries = Object.entries(requests);
    const answers = await Promise.all(
      entries.map(async ([key, request]): Promise<[string, JsonValue]> => {
        return [key, await this.#askOne(request, signal)];
      }),
    );
    return Object.fromEntries(answers);
  }

  async #askOne(request: InputRequest, signal: AbortSignal): Promise<JsonValue> {
    if (!this.#reply.streamable) throw new Fault('ask_refused', 'The client does not accept event streams.');
    const id = this.#session.nextAskId();
    const awaited = Promise.withResolvers<JsonValue>();
    const withdraw = (fault: Fault) => {
      this.#reply.interim(cancelText(id, fault.message));
      awaited.reject(fault);
    };
    const onAbort = () => {
      withdraw(new Fault('cancelled', 'The question was withdrawn.'));
    };
    const timer = setTimeout(() => {
      withdraw(new Fault('ask_timeout', 'The client did not answer in time.'));
    }, this.#services.bounds.ask_ms);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#session.asked.set(id, {
      resolve: awaited.resolve,
      reject: (error) => {
        awaited.reject(refusedByClient(error));
      },
    });
    try {
      if (signal.aborted) onAbort();
      else this.#reply.interim(requestText(id, request.method, this.#legacyParams(request)));
      const answer = await awaited.promise;
      if (isAnswer(request.method, answer)) return answer;
      throw new Fault('ask_refused', `The client's answer is no result of ${request.method}.`);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#session.asked.delete(id);
    }
  }

  /** Parameters as this version knows them (2025-11-25 and 2025-06-18, client/elicitation). */
  #legacyParams({ method, params = {} }: InputRequest): JsonObject {
    if (method !== 'elicitation/create') return params;
    if (params['mode'] !== 'url') {
      return this.#session.version === '2025-11-25' ? params : without(params, ['mode']);
    }
    return { elicitationId: this.#services.ports.newId('eli'), ...params };
  }
}

function cancelText(requestId: RequestId, reason: string): string {
  return notificationText('notifications/cancelled', { requestId, reason });
}

function refusedByClient(error: RpcError): Fault {
  return new Fault('ask_refused', `The client refused: ${error.message}`);
}
