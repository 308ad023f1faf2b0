import { expect, test } from 'vitest';
import { everything, toolCall, upstream } from './fixture.ts';

test('a stdio server is connected, listed and called', async () => {
  const server = upstream({ command: [process.execPath, everything, 'stdio'] });
  expect(await server.ready(20_000)).toBe(true);
  expect(server.listing?.protocol_version).toBe('2025-11-25');
  expect(server.listing?.tools.map((tool) => tool.name)).toContain('echo');
  expect(server.listing?.prompts.length).toBeGreaterThan(0);
  expect(await server.request(toolCall('echo', { message: 'hello' }))).toEqual({
    kind: 'result',
    result: { content: [{ type: 'text', text: 'Echo: hello' }] },
  });
});
