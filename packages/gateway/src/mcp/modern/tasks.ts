/**
 * The tasks of all agents' clients: `tasks/get`, `tasks/update` and `tasks/cancel` (MCP 2026-07-28,
 * extension `io.modelcontextprotocol/tasks`). A task is known to its agent alone, for a bounded time.
 */
import { isJsonObject, type JsonObject } from '@remit/contracts';
import type { AgentRequest, Caller } from '../request.ts';
import { invalidParams, RpcFault, rpcCodes } from '../rpc-fault.ts';
import type { Services } from '../services.ts';
import { AgentTask } from './agent-task.ts';

export const tasksExtension = 'io.modelcontextprotocol/tasks';

const methods = new Set(['tasks/get', 'tasks/update', 'tasks/cancel']);

export function isTaskMethod(method: string): boolean {
  return methods.has(method);
}

/** Whether a client declares that it takes tasks. */
export function declaresTasks({ extensions }: JsonObject): boolean {
  return isJsonObject(extensions) && isJsonObject(extensions[tasksExtension]);
}

/** @throws RpcFault -32021 for a client that does not declare the extension ("Protocol Errors"). */
export function assertTakesTasks({ takesTasks }: Caller): void {
  if (takesTasks === true) return;
  throw new RpcFault(rpcCodes.missingClientCapability, 'Missing required client capability', {
    data: { requiredCapabilities: { extensions: { [tasksExtension]: {} } } },
    status: 400,
  });
}

export class Tasks {
  readonly #services: Services;
  readonly #tasks = new Map<string, AgentTask>();
  readonly #listeners = new Set<(task: AgentTask) => void>();

  constructor(services: Services) {
    this.#services = services;
  }

  /** A task that is known from now on; undefined where there is no room for another one. */
  create(caller: Caller, cancel: () => void): AgentTask | undefined {
    if (!this.#hasRoom(caller.agent)) return undefined;
    const { bounds, ports } = this.#services;
    const task = new AgentTask({
      id: ports.newId('task'),
      agent: caller.agent,
      scope: caller.scope,
      bounds,
      clock: ports.clock,
      onChanged: (changed) => {
        this.#changed(changed);
      },
      cancel,
    });
    this.#tasks.set(task.id, task);
    return task;
  }

  forget(task: AgentTask): void {
    this.#tasks.delete(task.id);
  }

  /** @throws RpcFault -32021, and -32602 for a task that is not the agent's. */
  serve({ method, params, caller }: AgentRequest): JsonObject {
    assertTakesTasks(caller);
    const task = this.find(params['taskId'], caller);
    if (!task) throw new RpcFault(rpcCodes.invalidParams, 'Task not found', { refused: 'unknown_task' });
    switch (method) {
      case 'tasks/update':
        task.update(responsesOf(params));
        return {};
      case 'tasks/cancel':
        task.cancel();
        return {};
      default:
        return task.detailed();
    }
  }

  /** The agent's own task with this id, as far as the path shows it; another agent's is unknown. */
  find(id: unknown, { agent, scope }: Caller): AgentTask | undefined {
    const task = typeof id === 'string' ? this.#tasks.get(id) : undefined;
    if (!task || task.agent !== agent || task.scope !== scope || this.#isExpired(task)) return undefined;
    return task;
  }

  /** Whether this is one of the agent's tasks, on whichever path. */
  belongsTo(agent: string, id: string): boolean {
    const task = this.#tasks.get(id);
    return task?.agent === agent && !this.#isExpired(task);
  }

  listen(listener: (task: AgentTask) => void): void {
    this.#listeners.add(listener);
  }

  /** Forgets what is past its time. */
  sweep(): void {
    for (const task of this.#tasks.values()) {
      if (task.isOver && this.#isExpired(task)) this.forget(task);
    }
  }

  #isExpired({ createdAt }: AgentTask): boolean {
    const { ports, bounds } = this.#services;
    return ports.clock.now() - createdAt >= bounds.task_ttl_ms;
  }

  #hasRoom(agent: string): boolean {
    const { tasks_per_agent_max, tasks_max } = this.#services.bounds;
    const own = this.#tasksOf(agent);
    if (own.length >= tasks_per_agent_max) this.#forgetOldest(own);
    return this.#tasksOf(agent).length < tasks_per_agent_max && this.#tasks.size < tasks_max;
  }

  /** In the order of their creation. */
  #tasksOf(agent: string): AgentTask[] {
    return [...this.#tasks.values()].filter((task) => task.agent === agent);
  }

  #forgetOldest(tasks: readonly AgentTask[]): void {
    const oldest = tasks.find(({ isOver }) => isOver);
    if (oldest) this.forget(oldest);
  }

  #changed(task: AgentTask): void {
    if (task.isOver) this.#makeRoomFor(task);
    for (const listener of this.#listeners) listener(task);
  }

  /** The newest result is kept, whatever its length; older ones of the same agent give way. */
  #makeRoomFor(task: AgentTask): void {
    const { task_results_length_per_agent_max: max } = this.#services.bounds;
    const older = this.#tasksOf(task.agent).filter((other) => other.isOver && other !== task);
    let length = older.reduce((sum, { resultLength }) => sum + resultLength, task.resultLength);
    for (const other of older) {
      if (length <= max) return;
      length -= other.resultLength;
      this.forget(other);
    }
  }
}

function responsesOf({ inputResponses }: JsonObject): JsonObject {
  if (isJsonObject(inputResponses)) return inputResponses;
  throw invalidParams('`params.inputResponses` must be an object.');
}
