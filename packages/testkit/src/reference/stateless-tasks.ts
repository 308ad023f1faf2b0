/** The methods of the tasks extension on SDK v2, which knows their headers and not the methods. */
import { isJsonObject } from '@remit/contracts';
import type { JsonObject } from '@remit/contracts';
import {
  CLIENT_CAPABILITIES_META_KEY,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';
import type { McpServer, Result, ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Call } from './call.ts';
import type { ReferenceState } from './state.ts';

export const tasksExtension = 'io.modelcontextprotocol/tasks';

const taskParams = z.object({ taskId: z.string() });

export function takesTasks({ capabilities }: Pick<Call, 'capabilities'>): boolean {
  const { extensions } = capabilities;
  return isJsonObject(extensions) && extensions[tasksExtension] !== undefined;
}

export function missingTasks(): ProtocolError {
  return new MissingRequiredClientCapabilityError({
    requiredCapabilities: { extensions: { [tasksExtension]: {} } },
  });
}

export function serveTasks({ server }: McpServer, { tasks }: ReferenceState): void {
  server.setRequestHandler('tasks/get', { params: taskParams }, ({ taskId }, context): Result => {
    assertTakesTasks(context);
    const task = tasks.get(taskId);
    if (task === undefined) throw unknownTask();
    return task;
  });
  server.setRequestHandler('tasks/update', { params: taskParams }, ({ taskId }, context): Result => {
    assertTakesTasks(context);
    // The SDK has taken them out of the parameters, as it does for further round trips.
    const responses = context.mcpReq.inputResponses;
    if (!tasks.update(taskId, isJsonObject(responses) ? responses : {})) throw unknownTask();
    return {};
  });
  server.setRequestHandler('tasks/cancel', { params: taskParams }, ({ taskId }, context): Result => {
    assertTakesTasks(context);
    if (!tasks.cancel(taskId)) throw unknownTask();
    return {};
  });
}

function assertTakesTasks({ mcpReq }: ServerContext): void {
  const envelope = mcpReq.envelope as JsonObject | undefined;
  const capabilities = envelope?.[CLIENT_CAPABILITIES_META_KEY];
  if (!takesTasks({ capabilities: isJsonObject(capabilities) ? capabilities : {} })) throw missingTasks();
}

function unknownTask(): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, 'Task not found');
}
