/**
 * The official example servers behind Remit, used by the official clients of both eras: what is
 * allowed works, what is refused says why, and what is denied of the data never arrives. The clients
 * check results, refusals included, against the output schemas that they were shown.
 */
import { access, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectSessionAgent, connectStatelessAgent } from '@remit/testkit';
import type { TestAgent, ToolAnswer } from '@remit/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRemit } from './remit.ts';
import type { RunningRemit } from './remit.ts';

function officialServer(name: string, ...args: string[]): string[] {
  const path = `../../node_modules/@modelcontextprotocol/server-${name}/dist/index.js`;
  return [process.execPath, fileURLToPath(new URL(path, import.meta.url)), ...args];
}

function workspace(files: string): object[] {
  const automatic = ['echo', 'get-sum', 'get-structured-content', 'get-env', 'trigger-elicitation-request'];
  return [
    {
      workspace: 'office',
      language: 1,
      mode: 'enforce',
      servers: {
        everything: { command: officialServer('everything', 'stdio'), trust: 'internal' },
        filesystem: { command: officialServer('filesystem', files), trust: 'internal' },
        memory: {
          command: officialServer('memory'),
          env: { MEMORY_FILE_PATH: join(files, 'memory.jsonl') },
          trust: 'internal',
        },
      },
    },
    {
      agent: 'clerk',
      access: {
        tools: {
          allow: ['everything/*', 'filesystem/*', 'memory/*'],
          deny: ['write_file', 'get-tiny-image'],
        },
        elicitation: { allow: ['*'] },
      },
      guardrails: {
        tier_1_automatic: [...automatic, 'read_text_file', 'create_entities', 'read_graph'],
        tier_3_approval: ['move_file'],
      },
    },
    {
      agent: 'reader',
      access: {
        tools: { allow: ['read_graph', 'create_entities', 'get-structured-content'] },
        data: { deny: ['observations', 'humidity'] },
      },
      guardrails: { tier_1_automatic: ['read_graph', 'create_entities', 'get-structured-content'] },
    },
  ];
}

function refusal(answer: ToolAnswer): unknown {
  const content = answer.structuredContent as { remit?: unknown } | undefined;
  return { isError: answer.isError, remit: content?.remit };
}

function textOf(block: ToolAnswer['content'][number] | undefined): string {
  return typeof block?.['text'] === 'string' ? block['text'] : '';
}

let files: string;
let remit: RunningRemit;
beforeAll(async () => {
  files = await realpath(await mkdtemp(join(tmpdir(), 'remit-files-')));
  await writeFile(join(files, 'note.txt'), 'a note');
  remit = await startRemit({ 'office.yaml': workspace(files) });
});
afterAll(async () => {
  await remit.stop();
  await rm(files, { recursive: true });
});

describe.each([
  { client: 'SDK v1', connect: connectSessionAgent },
  { client: 'SDK v2', connect: connectStatelessAgent },
])('the client of $client', ({ client, connect }) => {
  let clerk: TestAgent;
  let reader: TestAgent;
  beforeAll(async () => {
    clerk = await connect(await remit.endpoint('clerk', 'http'));
    reader = await connect(await remit.endpoint('reader', 'http'));
  });
  afterAll(async () => {
    await clerk.close();
    await reader.close();
  });

  test('sees the tools of all servers that it may use, and no others', async () => {
    const tools = await clerk.listTools();
    expect(tools).toEqual(expect.arrayContaining(['echo', 'read_text_file', 'move_file', 'read_graph']));
    expect(tools).not.toContain('write_file');
    expect((await reader.listTools()).toSorted()).toEqual([
      'create_entities',
      'get-structured-content',
      'read_graph',
    ]);
  });

  test('calls what is allowed', async () => {
    expect((await clerk.call('get-sum', { a: 2, b: 3 })).content).toEqual([
      { type: 'text', text: 'The sum of 2 and 3 is 5.' },
    ]);
    await clerk.listTools();
    const read = await clerk.call('read_text_file', { path: join(files, 'note.txt') });
    expect(read.structuredContent).toEqual({ content: 'a note' });
  });

  test('is refused with a reason that its schema check lets through, and nothing runs', async () => {
    await clerk.listTools();
    const path = join(files, `new-${client.replace(' ', '')}.txt`);
    const answer = await clerk.call('write_file', { path, content: 'x' });
    expect(refusal(answer)).toMatchObject({
      isError: true,
      remit: { code: 'denied_by_policy', effect: 'deny', rule: { file: 'office.yaml' } },
    });
    await expect(access(path)).rejects.toThrow();
  });

  test('is told to wait where a person has to agree, and nothing runs', async () => {
    await clerk.listTools();
    const destination = join(files, 'moved.txt');
    const answer = await clerk.call('move_file', { source: join(files, 'note.txt'), destination });
    expect(refusal(answer)).toMatchObject({
      isError: true,
      remit: { code: 'approval_pending', tier: 'approval', approval: { status: 'pending' } },
    });
    expect(await readFile(join(files, 'note.txt'), 'utf8')).toBe('a note');
  });

  test('never gets a denied field, and the redacted result passes its schema check', async () => {
    const secret = `secret of ${client}`;
    const entity = { name: client, entityType: 'person', observations: [secret] };
    await clerk.call('create_entities', { entities: [entity] });
    await reader.listTools();
    const graph = await reader.call('read_graph');
    expect(graph.isError ?? false).toBe(false);
    expect(graph.structuredContent).toMatchObject({
      entities: expect.arrayContaining([{ name: client, entityType: 'person' }]) as unknown,
    });
    expect(JSON.stringify(graph)).not.toContain(secret);
    const weather = await reader.call('get-structured-content', { location: 'New York' });
    expect(weather.structuredContent).toEqual({ temperature: 33, conditions: 'Cloudy' });
    expect(JSON.stringify(weather)).not.toContain('humidity');
  });

  test('may not send a denied field either', async () => {
    const entity = { name: 'x', entityType: 'person', observations: ['y'] };
    const answer = await reader.call('create_entities', { entities: [entity] });
    expect(refusal(answer)).toMatchObject({ isError: true });
    expect(await readFile(join(files, 'memory.jsonl'), 'utf8')).not.toContain('"name":"x"');
  });

  test('finds nothing of Remit in the environment of a server', async () => {
    const [env] = (await clerk.call('get-env')).content;
    const variables = Object.keys(JSON.parse(textOf(env)) as object);
    expect(variables).toContain('PATH');
    expect(variables.filter((name) => name.startsWith('REMIT_') || name === 'NO_COLOR')).toEqual([]);
  });

  test('is asked what the server asks', async () => {
    expect(await clerk.listTools()).toContain('trigger-elicitation-request');
    const answer = await clerk.call('trigger-elicitation-request');
    expect(answer.isError ?? false).toBe(false);
  });
});

test('the ledger knows what ran and what was refused', async () => {
  const search = await remit.run('audit', 'search', '--agent', 'clerk', '--tool', 'write_file', '--json');
  const events = search.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(events).not.toHaveLength(0);
  expect(events.every((event) => event['result'] === 'denied')).toBe(true);
  const verify = await remit.run('audit', 'verify');
  expect(verify).toMatchObject({ code: 0 });
});
