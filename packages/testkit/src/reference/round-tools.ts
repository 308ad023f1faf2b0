/**
 * The tools with the names that the conformance scenarios of multi-round-trip requests (SEP-2322)
 * and of stateless servers (SEP-2575) call. In the session era they ask one question after the other.
 */
import type { JsonObject } from '@remit/contracts';
import type { Asked } from './asked.ts';
import type { Call, ToolReply } from './call.ts';
import { text } from './call.ts';
import { answerOf, form, sample, sampledText } from './ask-tools.ts';
import { noArguments } from './tool.ts';
import type { ReferenceTool } from './tool.ts';

function roundTool(name: string, description: string, run: (call: Call) => ToolReply): ReferenceTool {
  return {
    definition: { name, description, inputSchema: noArguments },
    run: (_args, call) => run(call),
  };
}

/** A field of an accepted form; anything else means that it has to be asked again. */
export function acceptedField(call: Call, key: string, field: string): string | undefined {
  const answer = answerOf(call.answers, key);
  if (answer?.['action'] !== 'accept') return undefined;
  const content = answer['content'];
  const value = typeof content === 'object' && content !== null ? (content as JsonObject)[field] : undefined;
  return typeof value === 'string' ? value : undefined;
}

export function askField(key: string, message: string, field: string): Asked {
  return { ask: { [key]: form(message, { [field]: { type: 'string' } }, [field]) } };
}

function askConfirmation(state: JsonObject): Asked {
  return { ask: { confirm: form('Please confirm', { ok: { type: 'boolean' } }, ['ok']) }, state };
}

function countRoots(answer: JsonObject): number {
  return Array.isArray(answer['roots']) ? answer['roots'].length : 0;
}

function elicitName(call: Call): ToolReply {
  const name = acceptedField(call, 'user_name', 'name');
  return name === undefined ? askField('user_name', 'What is your name?', 'name') : text(`Hello, ${name}!`);
}

function sampleCapital(call: Call): ToolReply {
  const answer = answerOf(call.answers, 'capital_question');
  if (answer) return text(`Sampling result: ${sampledText(answer)}`);
  return { ask: { capital_question: sample('What is the capital of France?') } };
}

function listRoots(call: Call): ToolReply {
  const answer = answerOf(call.answers, 'client_roots');
  if (answer) return text(`Found ${String(countRoots(answer))} root(s)`);
  return { ask: { client_roots: { method: 'roots/list' } } };
}

function keepState(call: Call): ToolReply {
  const confirmed = answerOf(call.answers, 'confirm')?.['action'] === 'accept';
  if (call.state?.['kind'] === 'request-state' && confirmed) return text('state-ok: requestState validated');
  return askConfirmation({ kind: 'request-state' });
}

function keepSealedState(call: Call): ToolReply {
  const confirmed = answerOf(call.answers, 'confirm') !== undefined;
  if (call.state?.['kind'] === 'tamper-test' && confirmed) return text('integrity-ok: state verified');
  return askConfirmation({ kind: 'tamper-test' });
}

function askThree(call: Call): ToolReply {
  const name = acceptedField(call, 'user_name', 'name');
  const greeting = answerOf(call.answers, 'greeting');
  const roots = answerOf(call.answers, 'client_roots');
  if (name !== undefined && greeting && roots) {
    return text(`Name: ${name}; Greeting: ${sampledText(greeting)}; Roots: ${String(countRoots(roots))}`);
  }
  return {
    ask: {
      ...askField('user_name', 'What is your name?', 'name').ask,
      greeting: sample('Generate a greeting'),
      client_roots: { method: 'roots/list' },
    },
    state: { kind: 'multiple-inputs' },
  };
}

function askTwice(call: Call): ToolReply {
  const color = acceptedField(call, 'step2', 'color');
  if (call.state?.['round'] === 2 && color !== undefined) {
    return text(`Multi-round complete for ${JSON.stringify(call.state['name'])} who likes ${color}`);
  }
  const name = acceptedField(call, 'step1', 'name');
  if (call.state?.['round'] === 1 && name !== undefined) {
    return {
      ...askField('step2', 'Step 2: What is your favorite color?', 'color'),
      state: { round: 2, name },
    };
  }
  return { ...askField('step1', 'Step 1: What is your name?', 'name'), state: { round: 1 } };
}

/** Asks only for what the client has declared. */
function askWhatIsPossible(call: Call): ToolReply {
  if (Object.keys(call.answers).length > 0) {
    return text(`capabilities-ok: received ${Object.keys(call.answers).join(',')}`);
  }
  const ask: Asked['ask'] = {};
  if (call.capabilities['elicitation']) Object.assign(ask, askField('elicit_input', 'A value', 'value').ask);
  if (call.capabilities['sampling']) ask['sample_input'] = sample('Sample request');
  if (Object.keys(ask).length === 0) return text('No supported capabilities declared');
  return { ask, state: { kind: 'capabilities-test' } };
}

/** Needs sampling; a client that did not declare it gets -32021 from the SDK (SEP-2575). */
function needSampling(call: Call): ToolReply {
  if (answerOf(call.answers, 'answer')) return text('Success');
  return { ask: { answer: sample('Reply with the single word: pong') } };
}

export const roundTools: readonly ReferenceTool[] = [
  roundTool('test_input_required_result_elicitation', 'Asks for a name.', elicitName),
  roundTool('test_input_required_result_sampling', 'Asks a model.', sampleCapital),
  roundTool('test_input_required_result_list_roots', 'Asks for roots.', listRoots),
  roundTool('test_input_required_result_request_state', 'Keeps state between rounds.', keepState),
  roundTool('test_input_required_result_tampered_state', 'Refuses changed state.', keepSealedState),
  roundTool('test_input_required_result_multiple_inputs', 'Asks three things at once.', askThree),
  roundTool('test_input_required_result_multi_round', 'Asks twice, one after the other.', askTwice),
  roundTool('test_input_required_result_capabilities', 'Asks what the client can answer.', askWhatIsPossible),
  roundTool('test_missing_capability', 'Needs a client that can sample.', needSampling),
];
