import type { JsonObject } from '@remit/contracts';
import { stringArgument } from '../string-argument.ts';
import type { BareTool } from '../bare/server.ts';
import type { RecordingStore } from './store.ts';

/**
 * One tool, `record`: writes its row first, then does what `then` says. `die` ends the process
 * without an answer, `hang` never answers, `fail` answers with an error.
 */
export function recordingTools(store: RecordingStore): BareTool[] {
  return [{ definition, run: (args) => record(store, args) }];
}

const definition: BareTool['definition'] = {
  name: 'record',
  description: 'Writes down that it was called.',
  inputSchema: {
    type: 'object',
    properties: {
      marker: { type: 'string' },
      amount: { type: 'number' },
      then: { type: 'string', enum: ['answer', 'fail', 'die', 'hang'] },
    },
    required: ['marker'],
  },
  annotations: { readOnlyHint: false, destructiveHint: false },
};

async function record(store: RecordingStore, args: JsonObject): Promise<JsonObject> {
  const marker = stringArgument(args, 'marker');
  store.insert({ marker, tool: 'record', time: new Date().toISOString(), arguments: JSON.stringify(args) });
  if (args['then'] === 'die') process.exit(1);
  if (args['then'] === 'hang') return new Promise(() => undefined);
  const isError = args['then'] === 'fail';
  return { content: [{ type: 'text', text: `recorded ${marker}` }], isError };
}
