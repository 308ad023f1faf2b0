/** The MCP Inspector's command line lists and calls through Remit, over HTTP and stdio. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from '@remit/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGoverned } from './allow-all.ts';
import type { Governed } from './allow-all.ts';

const inspector = fileURLToPath(
  new URL(
    '../../node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
    import.meta.url,
  ),
);

let governed: Governed;
let targets: Record<string, string[]>;
beforeAll(async () => {
  governed = await startGoverned('stateless', 'http');
  const key = await governed.remit.key('tester');
  const http = [
    `${governed.remit.origin}/mcp`,
    '--transport',
    'http',
    '--header',
    `Authorization: Bearer ${key}`,
  ];
  targets = { http, stdio: await stdioTarget() };
});
afterAll(() => governed.stop());

/** As a settings file, which is how people give a command to the Inspector. */
async function stdioTarget(): Promise<string[]> {
  const endpoint = await governed.remit.endpoint('tester', 'stdio');
  if (endpoint.transport !== 'stdio') throw new Error('expected a command');
  const [command, ...args] = endpoint.command;
  const file = join(governed.remit.workspace, '..', 'inspector.json');
  await writeFile(file, JSON.stringify({ mcpServers: { remit: { command, args, env: endpoint.env } } }));
  return ['--config', file, '--server', 'remit'];
}

async function inspect(target: string, ...args: string[]): Promise<unknown> {
  const command = [process.execPath, inspector, '--cli', ...(targets[target] ?? []), ...args];
  const home = join(governed.remit.workspace, '..');
  const { code, stdout, stderr } = await runProcess(command, {
    env: { ...process.env, HOME: home },
    cwd: home,
  });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout);
}

describe.each(['http', 'stdio'])('over %s', (target) => {
  test('it lists tools, resources and prompts', async () => {
    expect(await inspect(target, '--method', 'tools/list')).toMatchObject({
      tools: expect.arrayContaining([expect.objectContaining({ name: 'test_structured_output' })]) as unknown,
    });
    expect(await inspect(target, '--method', 'resources/list')).toMatchObject({
      resources: expect.arrayContaining([expect.objectContaining({ uri: 'test://static-text' })]) as unknown,
    });
    expect(await inspect(target, '--method', 'prompts/list')).toMatchObject({
      prompts: expect.arrayContaining([expect.objectContaining({ name: 'test_simple_prompt' })]) as unknown,
    });
  });

  test('it calls a tool', async () => {
    const call = [
      '--method',
      'tools/call',
      '--tool-name',
      'test_structured_output',
      '--tool-arg',
      'city=Graz',
    ];
    expect(await inspect(target, ...call)).toMatchObject({
      structuredContent: { city: 'Graz', temperature_celsius: 21.5 },
    });
  });
});
