/** The types that tie a handler to its row in the route table. */
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { OperationId, routes } from '../api/routes.ts';
import type { Caller } from '../server/caller.ts';

type Part<Id extends OperationId, Name extends string> =
  (typeof routes)[Id] extends Record<Name, infer Schema extends z.ZodType> ? z.output<Schema> : undefined;

/** A request that has passed its guards and schemas. */
interface ParsedCall<Parameters, Query, Body> {
  parameters: Parameters;
  query: Query;
  body: Body;
  /** Absent on routes that are open to all. */
  caller: Caller | undefined;
}
export type Call<Id extends OperationId> = ParsedCall<
  Part<Id, 'parameters'>,
  Part<Id, 'query'>,
  Part<Id, 'body'>
>;

type Reply<Id extends OperationId> = (typeof routes)[Id] extends {
  response: infer Schema extends z.ZodType;
}
  ? z.input<Schema>
  : (typeof routes)[Id] extends { media: string }
    ? string | Uint8Array | Readable
    : void;

type Handler<Id extends OperationId> = (call: Call<Id>) => Reply<Id> | Promise<Reply<Id>>;

export type Handlers<Ids extends OperationId> = { [Id in Ids]: Handler<Id> };

/** Every route but the one whose answer goes on (server/event-stream.ts). */
export type AnsweredId = Exclude<OperationId, 'streamEvents'>;
