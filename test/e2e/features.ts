/**
 * What an agent does with the reference server, feature by feature: the rows of the era matrix. Each
 * leaves the server as it found it, because cells share servers.
 */
import { waitFor } from '@remit/testkit';
import type { TestAgent, ToolAnswer } from '@remit/testkit';
import { expect } from 'vitest';

const watched = 'test://watched-resource';

function textOf(answer: ToolAnswer): string {
  const [first] = answer.content;
  return typeof first?.['text'] === 'string' ? first['text'] : JSON.stringify(answer);
}

async function seen(agent: TestAgent, change: string, from: number): Promise<void> {
  await waitFor(() => agent.changes.slice(from).includes(change), { what: change });
}

async function tools(agent: TestAgent): Promise<void> {
  expect(await agent.listTools()).toContain('test_simple_text');
  expect(textOf(await agent.call('test_simple_text'))).toBe('This is a simple text response for testing.');
  expect(textOf(await agent.call('test_echo', { nested: { list: [1, 'two', null] } }))).toBe(
    '{"nested":{"list":[1,"two",null]}}',
  );
  const { content } = await agent.call('test_multiple_content_types');
  expect(content.map((block) => block['type'])).toEqual(['text', 'image', 'resource']);
}

async function structuredOutput(agent: TestAgent): Promise<void> {
  await agent.listTools(); // the clients check results only against schemas that they have seen
  const { structuredContent } = await agent.call('test_structured_output', { city: 'Graz' });
  expect(structuredContent).toEqual({ city: 'Graz', temperature_celsius: 21.5 });
}

/** `x-mcp-header`: the new client sends the argument as a header too, and every hop checks it. */
async function mirroredArguments(agent: TestAgent): Promise<void> {
  await agent.listTools();
  for (const region of ['eu-west', 'Zürich', ' padded ']) {
    expect(textOf(await agent.call('test_x_mcp_header', { region }))).toBe(`region=${region}`);
  }
}

async function failures(agent: TestAgent): Promise<void> {
  const answer = await agent.call('test_error_handling');
  expect(answer.isError).toBe(true);
  expect(textOf(answer)).toContain('intentionally returns an error');
  await expect(agent.call('no_such_tool')).rejects.toMatchObject({ code: -32602 });
}

async function resources(agent: TestAgent): Promise<void> {
  expect(await agent.listResources()).toContain('test://static-text');
  expect(await agent.listTemplates()).toEqual(['test://template/{id}/data']);
  const [text] = await agent.read('test://static-text');
  expect(text).toMatchObject({ text: 'This is the content of the static text resource.' });
  const [image] = await agent.read('test://static-binary');
  expect(image).toMatchObject({ mimeType: 'image/png', blob: expect.any(String) as string });
  const [templated] = await agent.read('test://template/42/data');
  expect(templated?.['text']).toContain('"id":"42"');
  await expect(agent.read('test://nowhere')).rejects.toThrow();
}

async function prompts(agent: TestAgent): Promise<void> {
  expect(await agent.listPrompts()).toContain('test_prompt_with_arguments');
  const [message] = await agent.getPrompt('test_prompt_with_arguments', { arg1: 'one', arg2: 'two' });
  expect(JSON.stringify(message)).toContain("arg1='one', arg2='two'");
}

async function completion(agent: TestAgent): Promise<void> {
  expect(await agent.complete('test_prompt_with_arguments', 'arg1', 'pa')).toEqual(['paris', 'parma']);
}

async function elicitation(agent: TestAgent): Promise<void> {
  const answer = await agent.call('test_elicitation', { message: 'Which colour?' });
  expect(textOf(answer)).toBe('User response: action="accept", content={"response":"blue"}');
}

/** New servers ask in rounds, old ones one question after the other; clients see either in their own way. */
async function severalRounds(agent: TestAgent): Promise<void> {
  const twice = await agent.call('test_input_required_result_multi_round');
  expect(textOf(twice)).toBe('Multi-round complete for "blue" who likes blue');
  const three = await agent.call('test_input_required_result_multiple_inputs');
  expect(textOf(three)).toBe('Name: blue; Greeting: Paris; Roots: 1');
  const [message] = await agent.getPrompt('test_input_required_result_prompt');
  expect(JSON.stringify(message)).toContain('Prompt with context: blue');
}

async function urlElicitation(agent: TestAgent): Promise<void> {
  expect(textOf(await agent.call('test_elicitation_url'))).toContain('action="accept"');
}

async function sampling(agent: TestAgent): Promise<void> {
  const answer = await agent.call('test_sampling', { prompt: 'Capital of France?' });
  expect(textOf(answer)).toBe('LLM response: Paris');
}

async function roots(agent: TestAgent): Promise<void> {
  expect(textOf(await agent.call('test_roots'))).toBe('Roots: "file:///work"');
}

async function progress(agent: TestAgent): Promise<void> {
  const steps: number[] = [];
  await agent.call('test_tool_with_progress', {}, { onProgress: (step) => steps.push(step) });
  expect(steps).toEqual([0, 50, 100]);
}

async function logging(agent: TestAgent): Promise<void> {
  await agent.wantLogs();
  await agent.call('test_tool_with_logging');
  await waitFor(() => agent.logs.includes('Tool execution completed'), { what: 'the last log message' });
  expect(agent.logs).toContain('Tool execution started');
}

let markers = 0;

async function cancellation(agent: TestAgent): Promise<void> {
  const controller = new AbortController();
  const marker = `cancelled-${String((markers += 1))}-${String(process.pid)}`;
  const slow = agent.call(
    'test_slow',
    { marker },
    {
      signal: controller.signal,
      onProgress: () => controller.abort('enough'),
    },
  );
  await expect(slow).rejects.toThrow('enough');
  await waitFor(async () => cancelledMarkers(await agent.call('test_observations')).includes(marker), {
    what: `the cancellation of ${marker}`,
  });
}

function cancelledMarkers(answer: ToolAnswer): string[] {
  const { cancelled } = answer.structuredContent as { cancelled: string[] };
  return cancelled;
}

/**
 * One entry of each list vanishes, and comes back. Agents are told of each change once, so that the first
 * list after the notification is the new one.
 */
async function listChanged(agent: TestAgent): Promise<void> {
  await agent.watch(watched);
  expect(await changeableEntries(agent)).toEqual([true, true, true]);
  await changeLists(agent);
  expect(await changeableEntries(agent)).toEqual([false, false, false]);
  await changeLists(agent);
  expect(await changeableEntries(agent)).toEqual([true, true, true]);
}

async function changeLists(agent: TestAgent): Promise<void> {
  const from = agent.changes.length;
  for (const list of ['tool', 'prompt', 'resource']) await agent.call(`test_trigger_${list}_change`);
  for (const list of ['tools', 'prompts', 'resources']) {
    await seen(agent, `notifications/${list}/list_changed`, from);
  }
}

async function changeableEntries(agent: TestAgent): Promise<boolean[]> {
  return [
    (await agent.listTools()).includes('test_changeable_tool'),
    (await agent.listPrompts()).includes('test_changeable_prompt'),
    (await agent.listResources()).includes('test://changeable'),
  ];
}

async function resourceUpdates(agent: TestAgent): Promise<void> {
  await agent.watch(watched);
  const from = agent.changes.length;
  const version = textOf(await agent.call('test_update_resource', { uri: watched }));
  await seen(agent, `notifications/resources/updated ${watched}`, from);
  const [contents] = await agent.read(watched);
  expect(contents?.['text']).toBe(`Watched resource, ${version}`);
}

type Feature = [name: string, run: (agent: TestAgent) => Promise<void>];

/**
 * Runs before all the others. After a cancellation, on a channel that all agents share, log messages
 * name no call and could be the cancelled one's: for `upstream_call_ms` they reach no other agent.
 */
export const firstFeatures: Feature[] = [['logging', logging]];

/** Agents share servers, so that each after the first runs these after another's cancellation. */
export const features: Feature[] = [
  ['tools', tools],
  ['structured output', structuredOutput],
  ['mirrored arguments', mirroredArguments],
  ['failures', failures],
  ['resources', resources],
  ['resource updates', resourceUpdates],
  ['prompts', prompts],
  ['completion', completion],
  ['elicitation', elicitation],
  ['elicitation by URL', urlElicitation],
  ['elicitation in several rounds', severalRounds],
  ['sampling', sampling],
  ['roots', roots],
  ['progress', progress],
  ['cancellation', cancellation],
  ['changes of lists', listChanged],
];
