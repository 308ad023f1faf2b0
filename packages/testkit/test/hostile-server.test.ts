/** The hostile servers are good enough to be connected to, and bad from the first call. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { hostileCommand, hostileHttpWays, hostileWays, startHostileServer } from '@remit/testkit';
import { expect, test } from 'vitest';

test.each(hostileWays.filter((way) => way !== 'mute'))(
  'on stdio it lists its tool before it goes %s',
  async (way) => {
    const [program, ...args] = hostileCommand(way);
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new StdioClientTransport({ command: program, args }));
    expect((await client.listTools()).tools).toHaveLength(1);
    await client.close();
  },
);

test.each(hostileHttpWays)('on HTTP it lists its tool before it goes %s', async (way) => {
  const server = await startHostileServer(way);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
  expect((await client.listTools()).tools).toHaveLength(1);
  await client.close();
  await server.close();
});

test('a way that does not exist is an error', async () => {
  await expect(startHostileServer('kind')).rejects.toThrow('no hostile way `kind`');
});
