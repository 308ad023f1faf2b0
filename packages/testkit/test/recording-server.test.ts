import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { executions, recordingCommand, startRecordingServer, temporaryFolder } from '@remit/testkit';
import { expect, test } from 'vitest';

test('every executed call has its row, over HTTP and stdio alike', async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/calls.db`;
  const server = await startRecordingServer(file);
  const [program, ...args] = recordingCommand(file);
  const transports = [
    new StreamableHTTPClientTransport(new URL(server.url)),
    new StdioClientTransport({ command: program, args }),
  ];
  for (const transport of transports) {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(transport);
    await client.callTool({ name: 'record', arguments: { marker: 'both' } });
    await client.close();
  }
  await server.close();
  expect(executions(file)).toEqual(new Map([['both', 2]]));
});

test('a call that ends its server is recorded all the same', async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/calls.db`;
  const [program, ...args] = recordingCommand(file);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StdioClientTransport({ command: program, args }));
  await expect(
    client.callTool({ name: 'record', arguments: { marker: 'last', then: 'die' } }),
  ).rejects.toThrow();
  await client.close();
  expect(executions(file)).toEqual(new Map([['last', 1]]));
});
