import { connectSessionAgent, connectStatelessAgent, startEchoServer } from '@remit/testkit';
import { expect, test } from 'vitest';

test.each([
  { era: 'session', connect: connectSessionAgent },
  { era: 'stateless', connect: connectStatelessAgent },
])('the echo server answers the official client of the $era era', async ({ connect }) => {
  const server = await startEchoServer();
  const agent = await connect({ transport: 'http', url: server.url });
  expect(await agent.listTools()).toEqual(['echo']);
  const { content } = await agent.call('echo', { text: 'hello' });
  expect(content).toEqual([{ type: 'text', text: 'hello' }]);
  await agent.close();
  await server.close();
});
