/** Tools that ask the client: elicitation (form, defaults, choices, URL), sampling, roots. */
import { isJsonObject } from '@remit/contracts';
import type { JsonObject, JsonValue } from '@remit/contracts';
import type { InputRequest } from './asked.ts';
import { text } from './call.ts';
import { stringArgument } from '../string-argument.ts';
import { noArguments, requiring } from './tool.ts';
import type { ReferenceTool } from './tool.ts';

export function form(message: string, properties: JsonObject, required: string[] = []): InputRequest {
  return {
    method: 'elicitation/create',
    params: { mode: 'form', message, requestedSchema: { type: 'object', properties, required } },
  };
}

export function sample(prompt: string): InputRequest {
  return {
    method: 'sampling/createMessage',
    params: { messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100 },
  };
}

/** `action` and `content` of an elicitation's answer, in the words that the scenarios look for. */
function elicited(answer: JsonObject): string {
  return `action=${JSON.stringify(answer['action'])}, content=${JSON.stringify(answer['content'] ?? {})}`;
}

/** The text of a sampling answer; its content may be one block or a list. */
export function sampledText(answer: JsonObject): string {
  const content = Array.isArray(answer['content']) ? answer['content'][0] : answer['content'];
  return isJsonObject(content) && typeof content['text'] === 'string' ? content['text'] : 'no response';
}

/** The client's answer under this key, or undefined: what comes from a client may have any shape. */
export function answerOf(answers: JsonObject, key: string): JsonObject | undefined {
  const answer: JsonValue | undefined = Object.hasOwn(answers, key) ? answers[key] : undefined;
  return isJsonObject(answer) ? answer : undefined;
}

const elicitation: ReferenceTool = {
  definition: {
    name: 'test_elicitation',
    description: 'Asks the user one question and repeats the answer.',
    inputSchema: requiring({ message: { type: 'string' } }),
  },
  run: (args, call) => {
    const answer = answerOf(call.answers, 'response');
    if (answer) return text(`User response: ${elicited(answer)}`);
    const property = { type: 'string', description: "User's response" };
    return { ask: { response: form(stringArgument(args, 'message'), { response: property }, ['response']) } };
  },
};

/** Default values of every primitive type (SEP-1034). */
const defaults: ReferenceTool = {
  definition: {
    name: 'test_elicitation_sep1034_defaults',
    description: 'Asks with default values.',
    inputSchema: noArguments,
  },
  run: (_args, call) => {
    const answer = answerOf(call.answers, 'fields');
    if (answer) return text(`Elicitation completed: ${elicited(answer)}`);
    return {
      ask: {
        fields: form('Please review the form fields with defaults', {
          name: { type: 'string', description: 'User name', default: 'John Doe' },
          age: { type: 'integer', description: 'User age', default: 30 },
          score: { type: 'number', description: 'User score', default: 95.5 },
          status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
          verified: { type: 'boolean', description: 'Verification status', default: true },
        }),
      },
    };
  },
};

/** Every way to offer choices (SEP-1330). */
const choices: ReferenceTool = {
  definition: {
    name: 'test_elicitation_sep1330_enums',
    description: 'Asks with every kind of choice.',
    inputSchema: noArguments,
  },
  run: (_args, call) => {
    const answer = answerOf(call.answers, 'fields');
    if (answer) return text(`Elicitation completed: ${elicited(answer)}`);
    return { ask: { fields: form('Please select options', choiceFields) } };
  },
};

const options = ['option1', 'option2', 'option3'];
const titledOptions = [
  { const: 'value1', title: 'First' },
  { const: 'value2', title: 'Second' },
  { const: 'value3', title: 'Third' },
];
const choiceFields: JsonObject = {
  untitledSingle: { type: 'string', enum: options },
  titledSingle: { type: 'string', oneOf: titledOptions },
  legacyEnum: {
    type: 'string',
    enum: ['opt1', 'opt2', 'opt3'],
    enumNames: ['Option One', 'Option Two', 'Option Three'],
  },
  untitledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { type: 'string', enum: options } },
  titledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { anyOf: titledOptions } },
};

const byUrl: ReferenceTool = {
  definition: {
    name: 'test_elicitation_url',
    description: 'Asks the user to open a page.',
    inputSchema: noArguments,
  },
  run: (_args, call) => {
    const answer = answerOf(call.answers, 'page');
    if (answer) return text(`User response: ${elicited(answer)}`);
    const params: JsonObject = {
      mode: 'url',
      message: 'Please sign in',
      url: 'https://sign-in.example/start',
    };
    // 2025-11-25 client/elicitation "URL mode" has an id; 2026-07-28 has none.
    if (call.era === 'session') params['elicitationId'] = 'elicitation-1';
    return { ask: { page: { method: 'elicitation/create', params } } };
  },
};

const sampling: ReferenceTool = {
  definition: {
    name: 'test_sampling',
    description: "Asks the client's model and repeats its answer.",
    inputSchema: requiring({ prompt: { type: 'string' } }),
  },
  run: (args, call) => {
    const answer = answerOf(call.answers, 'completion');
    if (answer) return text(`LLM response: ${sampledText(answer)}`);
    return { ask: { completion: sample(stringArgument(args, 'prompt')) } };
  },
};

const roots: ReferenceTool = {
  definition: {
    name: 'test_roots',
    description: "Answers with the URIs of the client's roots.",
    inputSchema: noArguments,
  },
  run: (_args, call) => {
    const answer = answerOf(call.answers, 'roots');
    if (!answer) return { ask: { roots: { method: 'roots/list' } } };
    const listed = Array.isArray(answer['roots']) ? answer['roots'].filter(isJsonObject) : [];
    return text(`Roots: ${listed.map((root) => JSON.stringify(root['uri'])).join(', ')}`);
  },
};

export const askTools: readonly ReferenceTool[] = [elicitation, defaults, choices, byUrl, sampling, roots];
