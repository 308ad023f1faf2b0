/**
 * The seam between the two sides of the gateway. The agents' side (`mcp/`) owns a `Peer` for every
 * open request; the upstream side (`upstream/`) performs calls and talks back through that peer.
 * Neither knows the other's protocol era: elicitation, sampling and roots have one shape here, the
 * map of input requests of MCP 2026-07-28 (basic/patterns/mrtr), whichever way they travel.
 */
import type { JsonObject, JsonValue, ToolDefinition } from '@remit/contracts';

export interface Notification {
  method: string;
  params?: JsonObject;
}

/** `elicitation/create`, `sampling/createMessage` or `roots/list`, as a server asks for it. */
export interface InputRequest {
  method: string;
  params?: JsonObject;
}
export type InputRequests = Record<string, InputRequest>;
/** The client's result for each request, under the same keys. */
export type InputResponses = Record<string, JsonValue>;

/** What a server says of a task while it goes on (2026-07-28, extension `io.modelcontextprotocol/tasks`). */
export interface TaskProgress {
  /** For people and models; absent where the server says nothing. */
  status_message?: string;
  /** How often it is worth asking for news. */
  poll_interval_ms: number;
}

/** The agent's end of a call that a server may go on with as a task. */
export interface TaskPeer {
  /**
   * The server has made a task of the call. Resolves to true where the agent's client has got a task of
   * its own, to false where it waits for the answer all the same. Never rejects.
   */
  created(progress: TaskProgress): Promise<boolean>;
  /** What the server says of it now. Never throws. */
  changed(progress: TaskProgress): void;
}

/** The agent's end of one open request. */
export interface Peer {
  /** The same text for calls that end at the same client, and only for those; absent where that is not certain. */
  readonly client?: string;
  /** MCP client capabilities as declared (`elicitation`, `sampling`, `roots`, `extensions`). */
  readonly capabilities: JsonObject;
  /** Level of log messages that the agent asked for; absent: none. */
  readonly log_level?: string;
  /** Present where the server may answer with a task. */
  readonly tasks?: TaskPeer;
  /**
   * Forwards an interim message (progress, log). Bounded; never throws. A progress notification
   * comes without `progressToken`: the agents' side puts the agent's own in.
   */
  notify(notification: Notification): void;
  /**
   * Asks the agent's client and waits for its answers; governed and recorded like any action.
   * `withdrawn`: the server wants no answer any more; a client that can be told so is told.
   * @throws Fault `ask_refused` (policy, or the client cannot), `ask_timeout`, `ask_failed`, `cancelled`.
   */
  ask(requests: InputRequests, withdrawn?: AbortSignal): Promise<InputResponses>;
}

export interface RpcError {
  code: number;
  message: string;
  data?: JsonValue;
}

/** How a request to an upstream server ended. */
export type UpstreamAnswer =
  | { kind: 'result'; result: JsonObject }
  | { kind: 'error'; error: RpcError }
  /** `sent: false` is a proof that no byte of the request reached the server. */
  | {
      kind: 'failed';
      reason:
        | 'unreachable'
        | 'timeout'
        | 'closed'
        | 'garbage'
        | 'too_large'
        | 'cancelled'
        | 'unauthorized'
        | 'changed';
      sent: boolean;
      message: string;
    };

export interface UpstreamRequest {
  /** `tools/call`, `resources/read`, `prompts/get`, `completion/complete`. */
  method: string;
  /** Without `_meta` of the agent's leg, apart from what the gateway wants passed on (`traceparent`, `progressToken: true`). */
  params: JsonObject;
  peer: Peer;
  signal: AbortSignal;
  /** True where the agent asked for progress; the connection makes its own token. */
  progress: boolean;
  /**
   * Whether what is called is still what was decided on. Asked after waiting for a connection, which
   * may list something else; where it is not, nothing is sent.
   */
  unchanged?: () => boolean;
}

/** Something that a server lists and that is not taken over, with the reason. */
export interface LeftOut {
  /** `tools`, `resources`, `resourceTemplates`, `prompts`. */
  list: string;
  /** Escaped; absent where it has none, or the whole rest of the list is meant. */
  name?: string;
  reason: string;
}

/** Everything that a server offers, as last listed. */
export interface Listing {
  server_info: JsonObject;
  capabilities: JsonObject;
  instructions?: string;
  protocol_version: string;
  tools: ToolDefinition[];
  resources: JsonObject[];
  resource_templates: JsonObject[];
  prompts: JsonObject[];
  left_out?: LeftOut[];
}

export type UpstreamEvent =
  | { type: 'state' }
  | { type: 'tools_changed' }
  | { type: 'resources_changed' }
  | { type: 'prompts_changed' }
  | { type: 'resource_updated'; uri: string };

/** One upstream server, whichever transport and era. Connects and reconnects by itself. */
export interface Upstream {
  readonly name: string;
  readonly state: 'connecting' | 'ready' | 'down';
  /** Why it is down, in a sentence. */
  readonly problem: string | undefined;
  readonly restarts: number;
  /** The last listing; undefined until it has connected once. Kept while it is down. */
  readonly listing: Listing | undefined;
  /** Sends the request once. Never throws: every end is an answer. */
  request(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** Watches a resource (counted); updates come as events. */
  watch(uri: string): Promise<void>;
  unwatch(uri: string): Promise<void>;
  subscribe(listener: (event: UpstreamEvent) => void): () => void;
  /** Resolves when it is ready, or after the wait. */
  ready(wait_ms: number): Promise<boolean>;
  close(): Promise<void>;
}
