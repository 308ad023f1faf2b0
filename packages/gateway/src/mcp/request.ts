/** One request of an identified agent, free of the era and the transport it came by. */
import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '@remit/contracts';
import type { InputRequests, InputResponses, Notification, TaskProgress } from '../exchange.ts';
import type { RequestId } from './message.ts';
import type { ProtocolVersion } from './versions.ts';

/** Who sends it, and what is known of the client. */
export interface Caller {
  agent: string;
  /** The key that the request came with; sessions and parked calls belong to it. */
  keyId: string;
  /** The server of `/mcp/{server}`; absent on `/mcp`. */
  scope?: string;
  version: ProtocolVersion;
  /** Session id, in eras that have sessions. */
  session?: string;
  /** MCP client capabilities as declared. */
  capabilities: JsonObject;
  /** Whether the client declares the extension `io.modelcontextprotocol/tasks`. */
  takesTasks?: boolean;
  /** Level of log messages that the client wants; absent: none. */
  logLevel?: string;
  headers: IncomingHttpHeaders;
}

/** The way back to the client while its request is open. */
export interface Channel {
  /** Progress or a log message. Never throws. */
  notify(notification: Notification): void;
  /**
   * Asks the client and waits for valid answers to all requests. `server` is told to the user.
   * `withdrawn`: the server wants no answer any more. It ends the asking where the client can be told;
   * where it has the question as the end of a round trip, it comes back with an answer all the same.
   * @throws Fault `ask_refused`, `ask_timeout`, `cancelled`.
   */
  ask(requests: InputRequests, signal: AbortSignal, withdrawn?: AbortSignal): Promise<InputResponses>;
  /** Absent or undefined where the client takes no task, or there is no room for one. */
  offerTask?(): TaskOffer | undefined;
  /** What is said of the task that was begun. Never throws. */
  taskChanged?(progress: TaskProgress): void;
}

/** A task that the client does not know of yet. */
export interface TaskOffer {
  readonly id: string;
  /** Gives it to the client, which waits for no answer from then on; false where it has gone. */
  begin(progress: TaskProgress): boolean;
  withdraw(): void;
}

export interface AgentRequest {
  id: RequestId;
  method: string;
  params: JsonObject;
  caller: Caller;
  channel: Channel;
  /** Aborts when the agent ends the request. */
  signal: AbortSignal;
  /** Filled on the way, for the metric of the request. */
  notes: RequestNotes;
}

interface RequestNotes {
  /** A tool that the policy knows. */
  tool?: string;
  /** Why it did not go well, where that is neither a JSON-RPC code nor a tool's own error. */
  errorType?: string;
}
