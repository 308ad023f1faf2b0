/** Thread entry: the writer, so that neither sealing nor waiting for the disk holds up the gateway. */
import { randomFillSync } from 'node:crypto';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { machineFileSystem } from '../disk/file-system.ts';
import { Reserve } from '../disk/reserve.ts';
import { readKeyFile } from '../keys/key-file.ts';
import type { DurableEnd, WriterSetup } from '../writer/port.ts';
import { Writer } from '../writer/writer.ts';
import { AppendRingSource, type RingMemory } from './append-ring.ts';
import { packError, type CrossingError } from './crossing-error.ts';

export interface WriterThreadData {
  setup: WriterSetup;
  key_file: string;
  reserve_bytes: number;
  ring: RingMemory;
}

export type FromWriter =
  | { type: 'started' }
  | { type: 'not_started'; error: CrossingError }
  | { type: 'durable'; appends: number; first_sequence: number; end: DurableEnd }
  | { type: 'denied'; appends: number; reason: string; disk_full: boolean }
  | { type: 'failed'; reason: string };

const port = parentPort!;
const send = (message: FromWriter): void => port.postMessage(message);

function start(source: AppendRingSource, { setup, key_file, reserve_bytes }: WriterThreadData): Writer {
  const keys = readKeyFile(key_file);
  return new Writer(setup, {
    disk: machineFileSystem,
    reserve: new Reserve(machineFileSystem, setup.folder, reserve_bytes),
    random: (length) => randomFillSync(Buffer.allocUnsafeSlow(length)),
    source,
    payloadKey: keys.payloadKey,
    events: {
      durable: (appends, first_sequence, end) => send({ type: 'durable', appends, first_sequence, end }),
      denied: (appends, reason, disk_full) => send({ type: 'denied', appends, reason, disk_full }),
      failed: (reason) => send({ type: 'failed', reason }),
    },
  });
}

/** The bytes of a large append, which lie in the port before the ring says that there is one. */
function largeAppend(): Uint8Array {
  const received = receiveMessageOnPort(port);
  if (received === undefined) throw new Error('an append is missing between the threads');
  return received.message as Uint8Array;
}

/** This thread has nothing to do but to write, so it sleeps where it waits, without an event loop. */
function serve(writer: Writer, source: AppendRingSource): void {
  while (!source.closed) {
    const { wakings } = source;
    writer.run();
    source.sleep(wakings);
  }
  writer.close();
  port.close();
}

function main(data: WriterThreadData): void {
  let source: AppendRingSource;
  let writer: Writer;
  try {
    source = new AppendRingSource(data.ring, largeAppend);
    writer = start(source, data);
  } catch (error) {
    return send({ type: 'not_started', error: packError(error) });
  }
  send({ type: 'started' });
  serve(writer, source);
}

main(workerData as WriterThreadData);
