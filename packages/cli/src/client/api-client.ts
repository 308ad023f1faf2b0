/** Calls the people's API by operation id; requests and answers have the types of its route table. */
import { problemSchema, routes, type OperationId, type RouteDefinition } from '@remit/control';
import type { z } from 'zod';
import { CommandFault, cannot, exitCodes, type ExitCode } from '../exit-code.ts';
import type { ApiAnswer, ApiRequest, Transport } from './transport.ts';

type Part<Id extends OperationId, Name extends string> =
  (typeof routes)[Id] extends Record<Name, infer Schema>
    ? Schema extends z.ZodType
      ? z.input<Schema>
      : never
    : undefined;

export interface Call<Id extends OperationId> {
  parameters?: Part<Id, 'parameters'>;
  query?: Part<Id, 'query'>;
  body?: Part<Id, 'body'>;
}

export type Answer<Id extends OperationId> = (typeof routes)[Id] extends {
  response: infer Schema extends z.ZodType;
}
  ? z.output<Schema>
  : string;

export class ApiClient {
  readonly #transport: Transport;
  readonly #token: string;

  constructor(transport: Transport, token: string) {
    this.#transport = transport;
    this.#token = token;
  }

  /**
   * The answer's body: parsed where the route answers JSON, text otherwise.
   * @throws CommandFault with the API's code, message and remedy.
   */
  async call<Id extends OperationId>(id: Id, input: Call<Id> = {}): Promise<Answer<Id>> {
    const route: RouteDefinition = routes[id];
    const answer = await this.#transport.send(this.#request(route, input));
    if (answer.status !== route.status) throw faultOf(answer);
    if (route.response === undefined) return answer.text as Answer<Id>;
    return route.response.parse(JSON.parse(answer.text)) as Answer<Id>;
  }

  /** A server-sent event stream, one `data` after the other, until `signal` ends it. */
  async *events<Id extends OperationId>(
    id: Id,
    input: Call<Id>,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    const answer = await this.#transport.stream(this.#request(routes[id], input), signal);
    if (answer.status !== 200) throw faultOf({ status: answer.status, text: await textOf(answer.body) });
    yield* dataOf(answer.body);
  }

  /** The body of a long answer, as it arrives. @throws CommandFault as `call`. */
  async download<Id extends OperationId>(id: Id, input: Call<Id>): Promise<AsyncIterable<Uint8Array>> {
    const answer = await this.#transport.download(this.#request(routes[id], input));
    if (answer.status === 200) return answer.body;
    throw faultOf({ status: answer.status, text: await textOf(answer.body) });
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  #request(route: RouteDefinition, input: Call<OperationId>): ApiRequest {
    const headers: Record<string, string> = { authorization: `Bearer ${this.#token}` };
    const call: ApiRequest = { method: route.method, path: pathOf(route, input), headers };
    if (input.body === undefined) return call;
    return {
      ...call,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(input.body),
    };
  }
}

function pathOf(route: RouteDefinition, input: Call<OperationId>): string {
  const parameters = (input.parameters ?? {}) as Record<string, string>;
  const path = route.path.replace(/\{([^}]+)\}/g, (_all, name: string) =>
    encodeURIComponent(parameters[name] ?? ''),
  );
  const query = Object.entries(input.query ?? {}).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  if (query.length === 0) return path;
  return `${path}?${new URLSearchParams(query).toString()}`;
}

/** What the API refused is an answer (1), what it could not read is wrong use (2), the rest cannot be done (3). */
function exitOf(status: number): ExitCode {
  if ([401, 403, 404, 409].includes(status)) return exitCodes.no;
  return status >= 400 && status < 500 && status !== 429 ? exitCodes.wrong_use : exitCodes.cannot;
}

function faultOf(answer: ApiAnswer): CommandFault {
  const problem = problemSchema.safeParse(parsed(answer.text)).data;
  if (problem === undefined) {
    return cannot(
      'unexpected_answer',
      `What listens there answered ${answer.status} without a problem description; it may not be a Remit.`,
      'Look at the data folder that --data names, and at what runs on the port.',
    );
  }
  const details = (problem.errors ?? []).map((error) => ` ${error.at}: ${error.message}.`).join('');
  return new CommandFault(exitOf(answer.status), problem.code, `${problem.detail}${details}`, {
    ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON: the caller says so
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** The `data` fields of server-sent events (HTML Living Standard, 9.2.6), comments and other fields left out. */
async function* dataOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of body) {
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data:')) yield line.slice(5).trimStart();
  }
}
