/**
 * Live audit events as server-sent events (HTML Living Standard, 9.2). A client that comes back with
 * `Last-Event-ID` gets what it has missed, or an event `gap` where that is more than a stream goes back.
 */
import type { ServerResponse } from 'node:http';
import { bounds, Fault, matchesFilter, parseFilter, type AuditEvent, type Filter } from '@remit/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { eventRoutes } from '../api/events.ts';
import type { ServerLog } from '../ports.ts';
import { checked } from './answer.ts';
import { required, type Caller } from './caller.ts';
import type { ControlDeps } from './deps.ts';
import { eventsAfter, indexOf } from './missed-events.ts';

const { query: filterSchema } = eventRoutes.streamEvents;
type Filters = z.output<typeof filterSchema>;
type Wanted = (event: AuditEvent) => boolean;

/** Only ids that this stream gives out; a leaf's index has no more digits. */
const lastEventSchema = z.object({
  'last-event-id': z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .optional(),
});

type StreamDeps = Pick<ControlDeps, 'ledger' | 'people' | 'reads' | 'clock'>;

export class EventStreams {
  readonly #deps: StreamDeps;
  readonly #log: ServerLog | undefined;
  readonly #open = new Set<ServerResponse>();

  constructor(deps: StreamDeps, log: ServerLog | undefined) {
    this.#deps = deps;
    this.#log = log;
  }

  /** Route handler. @throws Fault `too_many_streams`, `ledger_unavailable` before the stream begins. */
  readonly open = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const caller = required(request.caller);
    const filters = checked('query', filterSchema, request.query);
    const seen = checked('header', lastEventSchema, request.headers)['last-event-id'];
    const parsed = parseFilter(filters.filter ?? '', this.#deps.clock.now());
    await this.#deps.reads.record(caller, { of: 'stream', filters });
    if (this.#open.size >= bounds.event_streams_max) {
      throw new Fault('too_many_streams', 'Too many live streams are open.', {
        remedy: 'Close one, or search instead.',
      });
    }
    reply.hijack();
    await this.#begin(reply, caller, (event) => matches(event, filters, parsed), seen);
  };

  closeAll(): void {
    for (const stream of this.#open) stream.end();
  }

  async #begin(reply: FastifyReply, caller: Caller, wanted: Wanted, seen?: number): Promise<void> {
    const stream = reply.raw;
    const live = new LiveEvents(stream, wanted, () => this.#mayStillLook(caller));
    const unsubscribe = this.#deps.ledger.subscribe((event) => live.take(event));
    const heartbeat = setInterval(() => live.signOfLife(), bounds.event_stream_heartbeat_ms);
    this.#open.add(stream);
    stream.once('close', () => {
      unsubscribe();
      clearInterval(heartbeat);
      this.#open.delete(stream);
    });
    stream.writeHead(200, { ...ownHeaders(reply), 'content-type': 'text/event-stream; charset=utf-8' });
    stream.write(': open\n\n');
    try {
      if (seen !== undefined) await this.#catchUp(live, seen);
      live.goOn();
    } catch (error) {
      // The answer has begun: a client that comes back asks for the same again.
      this.#log?.failed?.(error, 'GET /api/v1/events/stream');
      stream.destroy();
    }
  }

  /** What the client has missed, or that it is too much for a stream. */
  async #catchUp(live: LiveEvents, seen: number): Promise<void> {
    const missed = await eventsAfter(this.#deps.ledger, seen);
    if (missed) for (const event of missed) live.show(event);
    else live.gap(seen, this.#deps.ledger.status().size);
  }

  /** Somebody who is removed sees nothing from then on. */
  #mayStillLook(caller: Caller): boolean {
    return caller.kind === 'operator' || this.#deps.people.get(caller.id) !== undefined;
  }
}

/** One client's stream. The id of an event is the index of its newest record, which only ever grows. */
class LiveEvents {
  readonly #stream: ServerResponse;
  readonly #wanted: Wanted;
  readonly #mayLook: () => boolean;
  /** What came at once, to be shown in the order of their ids; and until the missed ones have been shown, all. */
  #waiting: AuditEvent[] = [];
  #catchingUp = true;
  #last = -1;

  constructor(stream: ServerResponse, wanted: Wanted, mayLook: () => boolean) {
    this.#stream = stream;
    this.#wanted = wanted;
    this.#mayLook = mayLook;
  }

  /** An event that has just become durable. */
  take(event: AuditEvent): void {
    this.#waiting.push(event);
    if (!this.#catchingUp && this.#waiting.length === 1) queueMicrotask(() => this.#showWaiting());
    if (this.#catchingUp && this.#waiting.length > bounds.event_stream_replay_max) this.#stream.destroy();
  }

  /** What was missed has been shown. */
  goOn(): void {
    this.#catchingUp = false;
    this.#showWaiting();
  }

  #showWaiting(): void {
    const events = this.#waiting.splice(0).sort((a, b) => indexOf(a) - indexOf(b));
    for (const event of events) this.show(event);
  }

  /** Once each: what was missed may come live as well. */
  show(event: AuditEvent): void {
    const index = indexOf(event);
    if (index <= this.#last) return;
    this.#last = index;
    if (this.#wanted(event)) this.#write(`id: ${index}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  /** Says that events are left out; a search finds them. */
  gap(seen: number, size: number): void {
    this.#last = size - 1;
    this.#write(`event: gap\nid: ${this.#last}\ndata: ${JSON.stringify({ after: seen, before: size })}\n\n`);
  }

  /** Moves the client's Last-Event-ID along, also where its filters show nothing. */
  signOfLife(): void {
    this.#write(this.#last < 0 ? ': still here\n\n' : `: still here\nid: ${this.#last}\n\n`);
  }

  #write(text: string): void {
    if (!this.#mayLook()) this.#stream.end();
    else if (this.#stream.writableLength > bounds.stream_buffer_bytes_max) this.#stream.destroy();
    else if (!this.#stream.writableEnded) this.#stream.write(text);
  }
}

/** The security headers, which Fastify does not send by itself for an answer that we write. */
function ownHeaders(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]));
}

function matches(event: AuditEvent, filters: Filters, filter: Filter): boolean {
  const { conversation } = filters;
  if (openFilters.some((name) => filters[name] !== undefined && event[name] !== filters[name])) return false;
  if (conversation !== undefined && event.context?.['conversation_id'] !== conversation) return false;
  return matchesFilter(event, filter);
}

const openFilters = ['agent', 'tool', 'server', 'action', 'result'] as const;
