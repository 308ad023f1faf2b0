/** The writer as the caller's thread sees it: in a thread of its own, or (for fault tests) in this one. */
import { reasonOf } from '../disk/sync-failure.ts';
import { AppendList } from '../writer/append-list.ts';
import type { AppendSink, WriterEvents, WriterSetup, WriterTools } from '../writer/port.ts';
import { Writer } from '../writer/writer.ts';
import { AppendRing, ringMemory } from './append-ring.ts';
import { endOf, startThread } from './thread-start.ts';
import type { FromWriter, WriterThreadData } from './writer-thread.ts';

export interface WriterHandle extends AppendSink {
  /** What is offered from now on goes into a new segment. */
  roll(): void;
  close(): Promise<void>;
}

export async function startWriterThread(
  data: Omit<WriterThreadData, 'ring'>,
  events: WriterEvents,
): Promise<WriterHandle> {
  const memory = ringMemory();
  const worker = await startThread('writer', { ...data, ring: memory });
  const ended = endOf(worker);
  worker.on('message', (message: FromWriter) => receive(message, events));
  // A thread that ends by itself has lost its state: what it held is neither acknowledged nor known.
  worker.on('error', (error) => events.failed(`the ledger's writer ended: ${reasonOf(error)}`));
  const ring = new AppendRing(memory, (bytes) => worker.postMessage(bytes, [bytes.buffer]));
  return {
    offer: (records, reserved) => ring.offer(records, reserved),
    publish: (more) => ring.publish(more),
    roll: () => ring.roll(),
    async close() {
      ring.close();
      await ended;
    },
  };
}

function receive(message: FromWriter, events: WriterEvents): void {
  if (message.type === 'durable') events.durable(message.appends, message.first_sequence, message.end);
  if (message.type === 'denied') events.denied(message.appends, message.reason, message.disk_full);
  if (message.type === 'failed') events.failed(message.reason);
}

export function writerHere(setup: WriterSetup, tools: Omit<WriterTools, 'source'>): WriterHandle {
  const list = new AppendList();
  const writer = new Writer(setup, { ...tools, source: list });
  return {
    offer: (records, reserved) => list.offer(records, reserved),
    publish(more) {
      list.publish(more);
      writer.run();
    },
    roll: () => list.roll(),
    close: () => Promise.resolve(writer.close()),
  };
}
