/** Live audit events as server-sent events (HTML Living Standard, 9.2). */
import type { ServerResponse } from 'node:http';
import { bounds, Fault, type AuditEvent } from '@remit/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { eventRoutes } from '../api/events.ts';
import { checked } from './answer.ts';
import { required, type Caller } from './caller.ts';
import type { ControlDeps } from './deps.ts';

const { query: filterSchema } = eventRoutes.streamEvents;
type Filters = z.output<typeof filterSchema>;

export class EventStreams {
  readonly #deps: Pick<ControlDeps, 'ledger' | 'people' | 'reads'>;
  readonly #open = new Set<ServerResponse>();

  constructor(deps: Pick<ControlDeps, 'ledger' | 'people' | 'reads'>) {
    this.#deps = deps;
  }

  /** Route handler. @throws Fault `too_many_streams`, `ledger_unavailable` before the stream begins. */
  readonly open = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const caller = required(request.caller);
    const filters = checked('query', filterSchema, request.query);
    await this.#deps.reads.record(caller, { of: 'stream', filters });
    if (this.#open.size >= bounds.event_streams_max) {
      throw new Fault('too_many_streams', 'Too many live streams are open.', {
        remedy: 'Close one, or search instead.',
      });
    }
    reply.hijack();
    this.#begin(reply, caller, filters);
  };

  closeAll(): void {
    for (const stream of this.#open) stream.end();
  }

  #begin(reply: FastifyReply, caller: Caller, filters: Filters): void {
    const stream = reply.raw;
    const write = (text: string) => {
      if (!this.#mayStillLook(caller)) stream.end();
      else if (stream.writableLength > bounds.stream_buffer_bytes_max) stream.destroy();
      else if (!stream.writableEnded) stream.write(text);
    };
    const unsubscribe = this.#deps.ledger.subscribe((event) => {
      if (matches(event, filters)) write(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`);
    });
    const heartbeat = setInterval(() => write(': still here\n\n'), bounds.event_stream_heartbeat_ms);
    this.#open.add(stream);
    stream.once('close', () => {
      unsubscribe();
      clearInterval(heartbeat);
      this.#open.delete(stream);
    });
    stream.writeHead(200, { ...ownHeaders(reply), 'content-type': 'text/event-stream; charset=utf-8' });
    write(': open\n\n');
  }

  /** Somebody who is removed sees nothing from then on. */
  #mayStillLook(caller: Caller): boolean {
    return caller.kind === 'operator' || this.#deps.people.get(caller.id) !== undefined;
  }
}

/** The security headers, which Fastify does not send by itself for an answer that we write. */
function ownHeaders(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]));
}

function matches(event: AuditEvent, filters: Filters): boolean {
  const { conversation, ...plain } = filters;
  const wanted = Object.entries(plain).filter((entry) => entry[1] !== undefined);
  if (wanted.some(([name, value]) => event[name] !== value)) return false;
  return conversation === undefined || event.context?.['conversation_id'] === conversation;
}
