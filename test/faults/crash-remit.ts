/**
 * `remit up` that kills itself with SIGKILL at a named point of the journey: `CRASH_AT=POINT:N`, at the
 * N-th time the point is reached. Everything else is the embedded shape as it is.
 */
import type { NewRecord } from '@remit/contracts';
import { parseArgs } from 'node:util';
import { takeDataFolder } from '../../packages/cli/src/data/data-folder.ts';
import { writeListener } from '../../packages/cli/src/data/listener-file.ts';
import { openEmbedded, remit } from '../../packages/cli/src/embedded.ts';
import { thisMachine } from '../../packages/cli/src/machine.ts';
import { pino } from 'pino';

const { values } = parseArgs({
  options: {
    workspace: { type: 'string', default: '' },
    data: { type: 'string', default: '' },
    port: { type: 'string' },
    'console-port': { type: 'string' },
  },
});

const [point = '', turn = '1'] = (process.env['CRASH_AT'] ?? '').split(':');
let reached = 0;
function pass(name: string): void {
  if (name === point && ++reached === Number(turn)) process.kill(process.pid, 'SIGKILL');
}

const machine = thisMachine();
const embedded = await openEmbedded({
  machine,
  workspace: values.workspace,
  folder: takeDataFolder(values.data),
  log: pino({ level: 'silent' }),
  servers: true,
  first_lock: true,
  failed: () => process.exit(3),
});

const { ledger } = embedded.core;
const append = ledger.append.bind(ledger);
ledger.append = async (records) => {
  const phase = toolCallPhase(records);
  if (records.some(({ event }) => event === 'policy_activated')) {
    pass('before-activation');
    const positions = await append(records);
    pass('after-activation');
    return positions;
  }
  if (phase === undefined) return append(records);
  pass(phase === 'intent' ? 'before-intent' : 'before-outcome');
  const positions = await append(records);
  pass(phase === 'intent' ? 'after-intent' : 'before-answer');
  return positions;
};

function toolCallPhase(records: readonly NewRecord[]): 'intent' | 'outcome' | undefined {
  for (const { phase, event } of records) {
    if (event === 'tool_invoke' && phase !== 'event') return phase;
  }
  return undefined;
}

await embedded.policy.begin(remit);
const agents = await embedded.data.listen('127.0.0.1', 0);
const people = await embedded.control.listen({ host: '127.0.0.1', port: 0 });
writeListener(values.data, {
  version: 1,
  pid: machine.pid,
  agents,
  console: people,
  operator_token: embedded.operator_token,
  started_at: new Date().toISOString(),
});
console.log(`ready · agents ${agents}/mcp · console ${people}`);
