/** JSON-RPC messages that come as server-sent events, given to an inbox. */
import type { Bounds } from '@remit/contracts';
import type { Credentials } from '../credentials.ts';
import { decodeMessage } from '../message.ts';
import { EventStreamParser } from './event-stream.ts';
import type { ServerSentEvent } from './event-stream.ts';
import type { Inbox } from './transport.ts';

export interface MessageDependencies {
  credentials: Credentials;
  bounds: Bounds;
}

/** `onOther` gets events of other types than `message`. */
export function messageStream(
  inbox: Inbox,
  origin: number | undefined,
  dependencies: MessageDependencies,
  onOther?: (event: ServerSentEvent) => void,
): EventStreamParser {
  return new EventStreamParser(dependencies.bounds.upstream_message_bytes_max, {
    event(event) {
      if (event.type === 'message') deliver(event.data, inbox, origin, dependencies);
      else onOther?.(event);
    },
    tooLarge: () => inbox.tooLarge(origin),
  });
}

export function deliver(
  bytes: Buffer,
  inbox: Inbox,
  origin: number | undefined,
  { credentials, bounds }: MessageDependencies,
): void {
  const decoded = decodeMessage(bytes, credentials, bounds.json_depth_max);
  if (decoded.ok) inbox.message(decoded.value, origin);
  else inbox.garbage(decoded.problem, origin, decoded.id);
}
