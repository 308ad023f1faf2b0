/** A process that appends until it is killed, and reports each acknowledgement to its parent. Arguments: folder, writers. */
import path from 'node:path';
import { openLedger } from '@remit/ledger';

const [folder = '', writers = '1'] = process.argv.slice(2);
let number = 0;
const ledger = await openLedger({
  folder: path.join(folder, 'data'),
  checkpoint_folder: path.join(folder, 'checkpoints'),
  origin: 'remit.example/log',
  source: 'local',
  clock: { now: () => Date.now(), monotonic: () => performance.now() },
  newId: (prefix) => `${prefix}_${process.pid}_${(number += 1)}`,
  bounds: { checkpoint_interval_ms: 100, reserve_bytes: 64 * 1024 },
});

async function write(): Promise<never> {
  for (;;) {
    number += 1;
    const id = `act_${process.pid}_${number}`;
    const time = new Date().toISOString();
    const meta = { agent: 'a', tool: 't' };
    await ledger.append([
      { phase: 'intent', id, event: 'tool_invoke', time, meta, payload: { parameters: { number } } },
    ]);
    process.send!(`intent ${id}`);
    await ledger.append([
      { phase: 'outcome', id, event: 'tool_invoke', time, meta: { ...meta, result: 'success' } },
    ]);
    process.send!(`outcome ${id}`);
  }
}

await Promise.all(Array.from({ length: Number(writers) }, write));
