/** Tools that do something while they run: progress, logging, waiting, changing what the server lists. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Call } from './call.ts';
import { text } from './call.ts';
import { stringArgument } from '../string-argument.ts';
import { noArguments, requiring } from './tool.ts';
import type { ReferenceTool } from './tool.ts';

const progressing: ReferenceTool = {
  definition: {
    name: 'test_tool_with_progress',
    description: 'Reports progress three times, then answers with the progress token.',
    inputSchema: noArguments,
  },
  run: async (_args, call) => {
    for (const step of [0, 50, 100]) {
      await call.progress(step, 100, `Completed step ${String(step)} of 100`);
      // The client of SDK v1 drops progress that arrives in one read with the result.
      await wait(20);
    }
    return text(String(call.progress_token ?? 'none'));
  },
};

const logging: ReferenceTool = {
  definition: {
    name: 'test_tool_with_logging',
    description: 'Sends three log messages while it runs.',
    inputSchema: noArguments,
  },
  run: async (_args, call) => {
    for (const message of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await call.log('info', message);
    }
    return text('Tool with logging executed successfully');
  },
};

/** The name that the scenario `server-stateless` asks for: logs only where a level was given. */
const loggingOnce: ReferenceTool = {
  definition: { name: 'test_logging_tool', description: 'Sends one log message.', inputSchema: noArguments },
  run: async (_args, call) => {
    await call.log('info', 'Diagnostic message');
    return text('Logging evaluated');
  },
};

const streaming: ReferenceTool = {
  definition: {
    name: 'test_streaming_elicitation',
    description: 'Its response stream carries a result and no requests.',
    inputSchema: noArguments,
  },
  run: () => text('Streaming complete'),
};

const reconnecting: ReferenceTool = {
  definition: {
    name: 'test_reconnection',
    description: 'Cuts its own response stream; the result waits for the client to resume (SEP-1699).',
    inputSchema: noArguments,
  },
  era: 'session',
  run: (_args, call) => {
    call.closeStream();
    return text('Reconnection test completed');
  },
};

const slow: ReferenceTool = {
  definition: {
    name: 'test_slow',
    description: 'Waits until its time is over or it is cancelled; test_observations tells which.',
    inputSchema: {
      type: 'object',
      properties: {
        marker: { type: 'string' },
        duration_ms: { type: 'integer', minimum: 0, maximum: 600_000 },
      },
      required: ['marker'],
    },
  },
  run: async (args, call) => {
    const marker = stringArgument(args, 'marker');
    call.server.started.push(marker);
    await call.progress(1, 2, 'waiting');
    await waitOrNote(call, marker, Number(args['duration_ms'] ?? 60_000));
    return text(`waited: ${marker}`);
  },
};

async function waitOrNote(call: Call, marker: string, duration_ms: number): Promise<void> {
  try {
    await wait(duration_ms, undefined, { signal: call.signal });
  } catch (error) {
    call.server.cancelled.push(marker);
    throw error;
  }
}

const observations: ReferenceTool = {
  definition: {
    name: 'test_observations',
    description: 'Answers which slow calls began and which were cancelled.',
    inputSchema: noArguments,
    outputSchema: {
      type: 'object',
      properties: {
        started: { type: 'array', items: { type: 'string' } },
        cancelled: { type: 'array', items: { type: 'string' } },
      },
      required: ['started', 'cancelled'],
    },
    annotations: { readOnlyHint: true },
  },
  run: (_args, call) => {
    const { started, cancelled } = call.server;
    return {
      content: [{ type: 'text', text: JSON.stringify({ started, cancelled }) }],
      structuredContent: { started: [...started], cancelled: [...cancelled] },
    };
  },
};

const triggers: ReferenceTool[] = (
  [
    ['test_trigger_tool_change', 'tools'],
    ['test_trigger_prompt_change', 'prompts'],
    ['test_trigger_resource_change', 'resources'],
  ] as const
).map(([name, list]) => ({
  definition: {
    name,
    description: `Takes an entry out of the list of ${list}, or puts it back.`,
    inputSchema: noArguments,
  },
  run: (_args, call) => {
    call.server.toggle(list);
    return text(`changed: ${list}`);
  },
}));

const updating: ReferenceTool = {
  definition: {
    name: 'test_update_resource',
    description: 'Changes the watched resource and says so to those who subscribed.',
    inputSchema: requiring({ uri: { type: 'string' } }),
  },
  run: (args, call) => {
    call.server.updateResource(stringArgument(args, 'uri'));
    return text(`version ${String(call.server.resource_version)}`);
  },
};

export const streamTools: readonly ReferenceTool[] = [
  progressing,
  logging,
  loggingOnce,
  streaming,
  reconnecting,
  slow,
  observations,
  ...triggers,
  updating,
];
