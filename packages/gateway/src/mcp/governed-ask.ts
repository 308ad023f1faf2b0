/**
 * What a server asks of the agent's client while a call is open: each elicitation and each sampling is
 * an action of its own, decided and recorded, and only then do all of them go to the client together.
 */
import { Fault, type Action, type JsonObject, type JsonValue, type Performed } from '@remit/contracts';
import { enforce, type Interim } from '@remit/enforce';
import type { InputRequest, InputRequests, InputResponses } from '../exchange.ts';
import { cannotAsk } from './ask-rules.ts';
import { contextOf } from './context.ts';
import { metaOf } from './params.ts';
import type { AgentRequest } from './request.ts';
import type { Services } from './services.ts';

/** Listing roots says where files are, not what is in them; it is part of the call that needs it. */
const kinds: Readonly<Record<string, Action['kind'] | undefined>> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
};

interface Asking {
  /** Who asks. */
  server: string;
  requests: InputRequests;
  /** Of the call in which it asks. */
  interim: Interim;
}

/** @throws Fault `ask_refused`, `ask_timeout`, `ask_failed`, `cancelled`, as `Peer.ask` says. */
export async function governedAsk(
  services: Services,
  request: AgentRequest,
  { server, requests, interim }: Asking,
  withdrawn?: AbortSignal,
): Promise<InputResponses> {
  for (const asked of Object.values(requests)) {
    const problem = cannotAsk(request.caller.capabilities, asked);
    if (problem !== undefined) throw new Fault('ask_refused', problem);
  }
  const gate = new AskGate(Object.keys(requests).length, async (allowed) => {
    try {
      for (const { method, params = {} } of Object.values(allowed)) interim.forwarded(method, params);
      return await request.channel.ask(allowed, request.signal, withdrawn);
    } catch (error) {
      throw asFault(services, server, error);
    }
  });
  const answers = await Promise.all(
    Object.entries(requests).map(async ([key, asked]): Promise<[string, JsonValue]> => {
      return [key, await askOne(services, request, server, key, asked, gate)];
    }),
  );
  return Object.fromEntries(answers);
}

async function askOne(
  services: Services,
  request: AgentRequest,
  server: string,
  key: string,
  asked: InputRequest,
  gate: AskGate,
): Promise<JsonValue> {
  const kind = kinds[asked.method];
  if (kind === undefined) {
    const responses = await gate.allow(key, asked);
    return responses[key] ?? {};
  }
  const action = askAction(services, request, server, kind, asked.params ?? {});
  const perform = (params: JsonObject): Promise<Performed> => performAsk(gate, key, { ...asked, params });
  const outcome = await enforce(action, { perform }, services.ports);
  if (outcome.kind === 'answered' && outcome.result === 'success') return outcome.value;
  if (outcome.kind === 'refused') gate.refuse(outcome.refusal.reason);
  throw gate.problem ?? unexplained;
}

const unexplained = new Fault('cancelled', 'The agent ended the call.');

/** What nobody foresaw is told to the log; the server and the agent learn no more than that it happened. */
function asFault({ logger }: Services, server: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  logger.error({ err: error, server }, 'asking the client failed inside the gateway');
  return new Fault('ask_failed', 'The gateway failed while it asked the client.');
}

/** Of these nobody can say whether the client's user has seen the question. */
const unknownEnds: readonly string[] = ['ask_timeout', 'ask_failed'];

/** The asking as an effect: what became of it is said by the gate, for all requests alike. Never rejects. */
async function performAsk(gate: AskGate, key: string, asked: InputRequest): Promise<Performed> {
  try {
    const responses = await gate.allow(key, asked);
    return { result: 'success', value: responses[key] ?? {} };
  } catch {
    const { code, message } = gate.problem ?? unexplained;
    if (unknownEnds.includes(code)) return { result: 'unknown', sent: true, reason: message };
    return { result: 'cancelled', sent: gate.sent };
  }
}

function askAction(
  services: Services,
  request: AgentRequest,
  server: string,
  kind: Action['kind'],
  params: JsonObject,
): Action {
  const { caller } = request;
  const meta = metaOf(request.params);
  return {
    id: services.ports.newId('act'),
    kind,
    agent: caller.agent,
    server,
    target: server,
    arguments: params,
    context: contextOf(meta, caller.headers, services.bounds),
    received_at: new Date(services.ports.clock.now()).toISOString(),
    ...(caller.session !== undefined && { session: caller.session }),
    via: 'mcp',
  };
}

/** Lets requests through together once every one of them is allowed, and none if one is not. */
class AskGate {
  /** Rejects with a Fault and with nothing else. */
  readonly #ask: (requests: InputRequests) => Promise<InputResponses>;
  /** Without a prototype, since the keys are the server's words. */
  readonly #allowed = Object.create(null) as InputRequests;
  readonly #answers = Promise.withResolvers<InputResponses>();
  #undecided: number;
  sent = false;
  problem: Fault | undefined;

  constructor(requests: number, ask: (requests: InputRequests) => Promise<InputResponses>) {
    this.#undecided = requests;
    this.#ask = ask;
    // Each request reports the failure itself; with no listener it would end the process.
    this.#answers.promise.catch(() => undefined);
  }

  allow(key: string, request: InputRequest): Promise<InputResponses> {
    this.#allowed[key] = request;
    this.#decided();
    return this.#answers.promise;
  }

  refuse(reason: string): void {
    this.problem ??= new Fault('ask_refused', reason);
    this.#decided();
  }

  #decided(): void {
    if (--this.#undecided !== 0) return;
    if (this.problem) {
      this.#answers.reject(this.problem);
      return;
    }
    this.sent = true;
    this.#ask(this.#allowed).then(this.#answers.resolve, (problem: Fault) => {
      this.problem = problem;
      this.#answers.reject(problem);
    });
  }
}
