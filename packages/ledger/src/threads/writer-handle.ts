/** The writer as the caller's thread sees it: in a thread of its own, or (for fault tests) in this one. */
import { once } from 'node:events';
import { reasonOf } from '../disk/sync-failure.ts';
import type { Batch } from '../writer/batch.ts';
import type { WriterEvents, WriterSetup, WriterTools } from '../writer/port.ts';
import { Writer } from '../writer/writer.ts';
import { startThread } from './thread-start.ts';
import type { FromWriter, ToWriter, WriterThreadData } from './writer-thread.ts';

export interface WriterHandle {
  submit(batch: Batch): void;
  close(): Promise<void>;
}

export async function startWriterThread(data: WriterThreadData, events: WriterEvents): Promise<WriterHandle> {
  const worker = await startThread('writer', data);
  worker.on('message', (message: FromWriter) => receive(message, events));
  // A thread that ends by itself has lost its state: what it held is neither acknowledged nor known.
  worker.on('error', (error) => events.failed(`the ledger's writer ended: ${reasonOf(error)}`));
  const send = (message: ToWriter, moved: ArrayBuffer[] = []): void => worker.postMessage(message, moved);
  return {
    submit: (batch) => send({ type: 'append', batch }, [batch.bytes.buffer]),
    async close() {
      const exit = once(worker, 'exit');
      send({ type: 'close' });
      await exit;
    },
  };
}

function receive(message: FromWriter, events: WriterEvents): void {
  if (message.type === 'durable')
    events.durable(message.appends, message.first_sequence, message.end, message.waits);
  if (message.type === 'denied') events.denied(message.appends, message.reason, message.disk_full);
  if (message.type === 'failed') events.failed(message.reason);
}

export function writerHere(setup: WriterSetup, tools: WriterTools): WriterHandle {
  const writer = new Writer(setup, tools);
  return {
    submit: (batch) => writer.submit(batch),
    close: () => Promise.resolve(writer.close()),
  };
}
