/** The prompts of the reference server, and what it completes. */
import type { JsonObject } from '@remit/contracts';
import type { CompleteResult, GetPromptResult, Prompt } from '@modelcontextprotocol/sdk/types.js';
import type { Call, PromptReply } from './call.ts';
import { tinyPng } from './media.ts';
import { acceptedField, askField } from './round-tools.ts';
import { changeable } from './state.ts';
import { stringArgument } from '../string-argument.ts';

export interface ReferencePrompt {
  definition: Prompt;
  run(args: JsonObject, call: Call): PromptReply;
}

type Content = GetPromptResult['messages'][number]['content'];

function saying(...contents: Content[]): GetPromptResult {
  return { messages: contents.map((content) => ({ role: 'user', content })) };
}

const simple: ReferencePrompt = {
  definition: { name: 'test_simple_prompt', description: 'Without arguments.' },
  run: () => saying({ type: 'text', text: 'This is a simple prompt for testing.' }),
};

const withArguments: ReferencePrompt = {
  definition: {
    name: 'test_prompt_with_arguments',
    description: 'Repeats its arguments.',
    arguments: [
      { name: 'arg1', description: 'First test argument', required: true },
      { name: 'arg2', description: 'Second test argument', required: true },
    ],
  },
  run: (args) => {
    const [first, second] = [stringArgument(args, 'arg1'), stringArgument(args, 'arg2')];
    return saying({ type: 'text', text: `Prompt with arguments: arg1='${first}', arg2='${second}'` });
  },
};

const withResource: ReferencePrompt = {
  definition: {
    name: 'test_prompt_with_embedded_resource',
    description: 'Embeds the resource that it is given.',
    arguments: [{ name: 'resourceUri', description: 'URI of the resource to embed', required: true }],
  },
  run: (args) => {
    const uri = stringArgument(args, 'resourceUri');
    return saying(
      { type: 'resource', resource: { uri, mimeType: 'text/plain', text: 'Embedded resource content.' } },
      { type: 'text', text: 'Please process the embedded resource above.' },
    );
  },
};

const withImage: ReferencePrompt = {
  definition: { name: 'test_prompt_with_image', description: 'Shows an image.' },
  run: () =>
    saying(
      { type: 'image', data: tinyPng, mimeType: 'image/png' },
      { type: 'text', text: 'Please analyze the image above.' },
    ),
};

const asking: ReferencePrompt = {
  definition: { name: 'test_input_required_result_prompt', description: 'Asks before it answers.' },
  run: (_args, call) => {
    const context = acceptedField(call, 'user_context', 'context');
    if (context === undefined)
      return askField('user_context', 'What context should the prompt use?', 'context');
    return saying({ type: 'text', text: `Prompt with context: ${context}` });
  },
};

const changing: ReferencePrompt = {
  definition: {
    name: changeable.prompts,
    description: 'Listed or not, as test_trigger_prompt_change decides.',
  },
  run: () => saying({ type: 'text', text: 'still here' }),
};

export const prompts: readonly ReferencePrompt[] = [
  simple,
  withArguments,
  withResource,
  withImage,
  asking,
  changing,
];

const completable = ['paris', 'parma', 'porto', 'prague'];

/** Completes the same words for every argument. */
export function complete(prefix: string): CompleteResult {
  const values = completable.filter((word) => word.startsWith(prefix));
  return { completion: { values, total: values.length, hasMore: false } };
}
