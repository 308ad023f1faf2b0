/** The upstream of the benchmarks: answers with the text that it got and does nothing else. */
import { bareServer } from './bare/server.ts';
import { serveBareHttp } from './bare/http.ts';
import type { BareHttp } from './bare/http.ts';

export const echoTool = {
  definition: {
    name: 'echo',
    description: 'Answers with the text that it got.',
    inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
    annotations: { readOnlyHint: true },
  },
  run: (args: Record<string, unknown>) => ({ content: [{ type: 'text', text: String(args['text']) }] }),
};

export function startEchoServer(port = 0): Promise<BareHttp> {
  return serveBareHttp(bareServer('echo', [echoTool]), port);
}
