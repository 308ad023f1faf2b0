/**
 * The tools with the names that the conformance scenarios of the tasks extension (SEP-2663) call. They
 * are the same where a client takes no tasks: then they answer in the request itself.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { text } from './call.ts';
import type { Asked } from './asked.ts';
import type { Call, ToolReply } from './call.ts';
import { answerOf, form } from './ask-tools.ts';
import { acceptedField, askField } from './round-tools.ts';
import { stringArgument } from '../string-argument.ts';
import { noArguments, requiring } from './tool.ts';
import type { ReferenceTool } from './tool.ts';

const greet: ReferenceTool = {
  definition: {
    name: 'greet',
    description: 'Answers at once, never as a task.',
    inputSchema: requiring({ name: { type: 'string' } }),
  },
  run: (args) => text(`Hello, ${stringArgument(args, 'name')}!`),
};

const slowCompute: ReferenceTool = {
  definition: {
    name: 'slow_compute',
    description: 'Takes as many seconds as it is told; test_observations tells what became of it.',
    inputSchema: {
      type: 'object',
      properties: { seconds: { type: 'number', minimum: 0, maximum: 600 }, label: { type: 'string' } },
      required: ['seconds'],
    },
  },
  era: 'stateless',
  run: (args) => ({
    defer: async (call) => {
      const label = typeof args['label'] === 'string' ? args['label'] : 'computation';
      call.server.started.push(label);
      try {
        await wait(Number(args['seconds']) * 1000, undefined, { signal: call.signal });
      } catch (error) {
        call.server.cancelled.push(label);
        throw error;
      }
      return text(`computed: ${label}`);
    },
  }),
};

const failingJob: ReferenceTool = {
  definition: {
    name: 'failing_job',
    description: 'Fails.',
    inputSchema: noArguments,
  },
  task_required: true,
  run: () => ({
    defer: () => ({ ...text('the job failed'), isError: true }),
  }),
};

const protocolErrorJob: ReferenceTool = {
  definition: {
    name: 'protocol_error_job',
    description: 'Ends with a protocol error.',
    inputSchema: noArguments,
  },
  run: () => ({ defer: () => Promise.reject(new Error('the job broke down')) }),
};

const confirmDelete: ReferenceTool = {
  definition: {
    name: 'confirm_delete',
    description: 'Asks before it would delete.',
    inputSchema: requiring({ filename: { type: 'string' } }),
  },
  run: (args) => ({
    defer: (call) => {
      const filename = stringArgument(args, 'filename');
      const answer = answerOf(call.answers, 'confirm');
      if (answer) return text(`${filename}: ${JSON.stringify(answer['action'])}`);
      return { ask: { confirm: form(`Delete ${filename}?`, { confirm: { type: 'boolean' } }, ['confirm']) } };
    },
  }),
};

const multiInput: ReferenceTool = {
  definition: {
    name: 'multi_input',
    description: 'Asks two things at once.',
    inputSchema: noArguments,
  },
  run: () => ({ defer: askTwoThings }),
};

function askTwoThings({ answers }: Call): Asked | ReturnType<typeof text> {
  const first = answerOf(answers, 'first');
  const second = answerOf(answers, 'second');
  if (first && second) {
    return text(`${JSON.stringify(first['content'])} and ${JSON.stringify(second['content'])}`);
  }
  const { ask } = askField('first', 'The first name?', 'name');
  return { ask: { ...ask, ...askField('second', 'The second name?', 'name').ask } };
}

/** Asks before the task begins, as the specification wants it of input that decides whether it does. */
const withTask: ReferenceTool = {
  definition: {
    name: 'test_tool_with_task',
    description: 'Asks for a name and goes on as a task.',
    inputSchema: noArguments,
  },
  task_required: true,
  run: (_args, call): ToolReply => {
    const name = acceptedField(call, 'user_name', 'name');
    if (name === undefined) return askField('user_name', 'What is your name?', 'name');
    return { defer: () => text(`Hello, ${name}!`) };
  },
};

export const taskTools: readonly ReferenceTool[] = [
  greet,
  slowCompute,
  failingJob,
  protocolErrorJob,
  confirmDelete,
  multiInput,
  withTask,
];
