/** `subscriptions/listen`: change notifications on a stream of their own (basic/patterns/subscriptions). */
import { isJsonObject, type JsonObject } from '@remit/contracts';
import { mayUse } from '@remit/policy';
import { mayBeTold } from '../active.ts';
import type { CatalogChange } from '../catalog.ts';
import { accepted, invalidRequest, type McpHttpRequest } from '../http-request.ts';
import { notificationText, resultText, type RequestId, type RequestMessage } from '../message.ts';
import type { Caller } from '../request.ts';
import { serverOf } from '../resources.ts';
import { invalidParams, RpcFault, rpcCodes } from '../rpc-fault.ts';
import type { Services } from '../services.ts';
import { DirectStream } from '../stream.ts';
import { metaKeys } from '../versions.ts';
import { WatchedResources } from '../watched-resources.ts';
import type { AgentTask } from './agent-task.ts';
import { HeldStream } from './held-stream.ts';
import { within } from '../../within.ts';
import { assertTakesTasks, type Tasks } from './tasks.ts';

const filters: Readonly<Record<CatalogChange, string>> = {
  tools: 'toolsListChanged',
  prompts: 'promptsListChanged',
  resources: 'resourcesListChanged',
};

interface Listener {
  id: RequestId;
  caller: Caller;
  stream: HeldStream;
  lists: ReadonlySet<CatalogChange>;
  watched: WatchedResources;
  /** Ids of the tasks whose changes it is told. */
  tasks: ReadonlySet<string>;
}

export class Listeners {
  readonly #services: Services;
  readonly #tasks: Tasks;
  readonly #open = new Set<Listener>();
  readonly #stopListening: () => void;

  constructor(services: Services, tasks: Tasks) {
    this.#services = services;
    this.#tasks = tasks;
    tasks.listen((task) => {
      this.#taskChanged(task);
    });
    this.#stopListening = services.catalog.listen({
      changed: (what, server) => {
        this.#changed(what, server);
      },
      updated: (server, uri) => {
        this.#updated(server, uri);
      },
    });
  }

  /** @throws RpcFault where the request is not valid or there is no room for another stream. */
  open(http: McpHttpRequest, message: RequestMessage, caller: Caller): void {
    if (!accepted(http.request).eventStream)
      throw invalidRequest('Accept must include text/event-stream.', 406);
    this.#assertRoom(caller.agent);
    const asked = message.params['notifications'];
    if (asked === undefined || !isJsonObject(asked))
      throw invalidParams('`params.notifications` must be an object.');
    const lists = this.#lists(asked, caller);
    const readable = this.#readableOf(asked, caller);
    const tasks = this.#tasksOf(asked, caller);
    const { bounds } = this.#services;
    const direct = new DirectStream(http.response, bounds.stream_buffer_bytes_max);
    const stream = new HeldStream(direct, bounds.replay_events_per_session_max);
    const watched = new WatchedResources(this.#services);
    const listener: Listener = {
      id: message.id,
      caller,
      stream,
      lists,
      watched,
      tasks: new Set(tasks.keys()),
    };
    this.#open.add(listener);
    http.response.once('close', () => {
      this.#forget(listener);
    });
    void this.#begin(listener, readable, [...tasks.values()]);
  }

  /**
   * The acknowledgment is the first message, and says what is watched: so it waits for the servers, though
   * not long for one that is slow. What changes after it is told.
   */
  async #begin(
    listener: Listener,
    readable: ReadonlyMap<string, string>,
    tasks: readonly AgentTask[],
  ): Promise<void> {
    const watching = [...readable].map(([uri, server]) => this.#watch(listener, uri, server));
    if (watching.length > 0) await within(Promise.all(watching), this.#services.bounds.upstream_probe_ms);
    const params = { notifications: agreed(listener) };
    listener.stream.begin(told(listener, 'notifications/subscriptions/acknowledged', params));
    // What has changed before the client listened is not told again: so it is told where they stand.
    for (const task of tasks) this.#taskChanged(task, listener);
  }

  signOfLife(): void {
    for (const listener of this.#open) {
      if (this.#isActive(listener)) listener.stream.comment();
      else this.#end(listener);
    }
  }

  /** Ends every stream with its result, so that clients know that it is no accident. */
  close(): void {
    this.#stopListening();
    for (const listener of this.#open) this.#end(listener);
  }

  #assertRoom(agent: string): void {
    const ofAgent = [...this.#open].filter(({ caller }) => caller.agent === agent).length;
    if (ofAgent < this.#services.bounds.listen_streams_per_agent_max) return;
    throw new RpcFault(rpcCodes.overloaded, `Agent ${agent} has ${ofAgent} open streams.`, { status: 429 });
  }

  /** The lists that are asked for and exist. */
  #lists(asked: JsonObject, { scope }: Caller): Set<CatalogChange> {
    const { capabilities } = this.#services.views.view(this.#services.ports.policy(), scope);
    const wanted = (Object.keys(filters) as CatalogChange[]).filter((what) => asked[filters[what]] === true);
    return new Set(wanted.filter((what) => what in capabilities));
  }

  /** The resources that are asked for and that the agent may read. */
  #readableOf(asked: JsonObject, caller: Caller): Map<string, string> {
    const uris = asked['resourceSubscriptions'] ?? [];
    const { watched_resources_max: max, uri_length_max: lengthMax } = this.#services.bounds;
    if (!Array.isArray(uris) || uris.length > max) {
      throw invalidParams(`\`resourceSubscriptions\` must be an array of at most ${max} URIs.`);
    }
    const readable = new Map<string, string>();
    for (const uri of uris) {
      if (typeof uri !== 'string' || uri.length > lengthMax) {
        throw invalidParams('`resourceSubscriptions` must hold URIs.');
      }
      const server = this.#readable(caller, uri);
      if (server !== undefined) readable.set(uri, server);
    }
    return readable;
  }

  /**
   * The agent's own tasks among those that are asked for; others are left out of the acknowledgment.
   * @throws RpcFault -32021 for a client that does not declare the extension.
   */
  #tasksOf(asked: JsonObject, caller: Caller): Map<string, AgentTask> {
    const ids = asked['taskIds'];
    if (ids === undefined) return new Map();
    assertTakesTasks(caller);
    const { tasks_per_agent_max: max } = this.#services.bounds;
    if (!Array.isArray(ids) || ids.length > max)
      throw invalidParams(`\`taskIds\` must be an array of at most ${max} ids.`);
    const tasks = ids.map((id) => this.#tasks.find(id, caller)).filter((task) => task !== undefined);
    return new Map(tasks.map((task) => [task.id, task]));
  }

  /** The server whose resource this is, if the agent may read it. */
  #readable(caller: Caller, uri: string): string | undefined {
    try {
      const server = serverOf(this.#services, caller, uri);
      const target = { kind: 'resource_read', server, target: uri } as const;
      return mayUse(this.#services.ports.policy(), caller.agent, target) ? server : undefined;
    } catch (error) {
      // What cannot be watched is left out of the acknowledgment, as the specification says.
      if (error instanceof RpcFault) return undefined;
      throw error;
    }
  }

  /** What cannot be watched is left out of the acknowledgment. Never rejects. */
  async #watch({ watched }: Listener, uri: string, server: string): Promise<void> {
    try {
      await watched.add(uri, server);
    } catch (error) {
      this.#services.logger.warn({ err: error, server }, 'a resource could not be watched');
    }
  }

  #changed(what: CatalogChange, server: string | undefined): void {
    for (const listener of this.#open) {
      const { scope } = listener.caller;
      if (!listener.lists.has(what) || (scope !== undefined && server !== undefined && scope !== server))
        continue;
      if (this.#isActive(listener)) this.#tell(listener, `notifications/${what}/list_changed`, {});
    }
  }

  #updated(server: string, uri: string): void {
    for (const listener of this.#open) {
      if (listener.watched.serverOf(uri) !== server || !this.#isActive(listener)) continue;
      if (this.#readable(listener.caller, uri) === server) {
        this.#tell(listener, 'notifications/resources/updated', { uri });
      }
    }
  }

  /** Each notification is what `tasks/get` would answer now (extension, "Task Status Notifications"). */
  #taskChanged(task: AgentTask, only?: Listener): void {
    for (const listener of only ? [only] : this.#open) {
      if (listener.tasks.has(task.id) && this.#isActive(listener))
        this.#tell(listener, 'notifications/tasks', task.detailed());
    }
  }

  #isActive({ caller }: Listener): boolean {
    return mayBeTold(this.#services, caller);
  }

  #tell(listener: Listener, method: string, params: JsonObject): void {
    listener.stream.write(told(listener, method, params));
  }

  #end(listener: Listener): void {
    const { id, stream } = listener;
    const meta = {
      [metaKeys.subscriptionId]: id,
      [metaKeys.serverInfo]: this.#services.serverInfo(listener.caller.scope),
    };
    stream.write(resultText(id, { resultType: 'complete', _meta: meta }));
    stream.end();
    this.#forget(listener);
  }

  #forget(listener: Listener): void {
    if (this.#open.delete(listener)) listener.watched.clear();
  }
}

/** Every message of the stream names the request that opened it. */
function told({ id }: Listener, method: string, params: JsonObject): string {
  return notificationText(method, { ...params, _meta: { [metaKeys.subscriptionId]: id } });
}

function agreed({ lists, watched, tasks }: Listener): JsonObject {
  const agreed: JsonObject = {};
  for (const what of lists) agreed[filters[what]] = true;
  if (watched.size > 0) agreed['resourceSubscriptions'] = watched.uris();
  if (tasks.size > 0) agreed['taskIds'] = [...tasks];
  return agreed;
}
