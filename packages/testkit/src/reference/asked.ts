/** What a tool or prompt wants to know before it can go on. */
import type { JsonObject } from '@remit/contracts';

/** `elicitation/create`, `sampling/createMessage` or `roots/list`. */
export interface InputRequest {
  method: 'elicitation/create' | 'sampling/createMessage' | 'roots/list';
  params?: JsonObject;
}

/** "I need these answers first": the work is called again with them under the same keys. */
export interface Asked {
  ask: Record<string, InputRequest>;
  /** Comes back as `state` with the answers; travels sealed through the client in the modern era. */
  state?: JsonObject;
}

export function isAsked(reply: object): reply is Asked {
  return 'ask' in reply;
}
