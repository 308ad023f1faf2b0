/** Thread entry: the writer, so that neither sealing nor waiting for the disk holds up the gateway. */
import { randomFillSync } from 'node:crypto';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { machineFileSystem } from '../disk/file-system.ts';
import { Reserve } from '../disk/reserve.ts';
import { readKeyFile } from '../keys/key-file.ts';
import type { Batch } from '../writer/batch.ts';
import type { DurableEnd, WriterSetup } from '../writer/port.ts';
import { Writer } from '../writer/writer.ts';
import { packError, type CrossingError } from './crossing-error.ts';

export interface WriterThreadData {
  setup: WriterSetup;
  key_file: string;
  reserve_bytes: number;
}

export type ToWriter = { type: 'append'; batch: Batch } | { type: 'close' };

export type FromWriter =
  | { type: 'started' }
  | { type: 'not_started'; error: CrossingError }
  | { type: 'durable'; appends: number; first_sequence: number; end: DurableEnd; waits: boolean }
  | { type: 'denied'; appends: number; reason: string; disk_full: boolean }
  | { type: 'failed'; reason: string };

const port = parentPort!;
const send = (message: FromWriter): void => port.postMessage(message);

function start(): Writer {
  const { setup, key_file, reserve_bytes } = workerData as WriterThreadData;
  const keys = readKeyFile(key_file);
  const writer = new Writer(setup, {
    disk: machineFileSystem,
    reserve: new Reserve(machineFileSystem, setup.folder, reserve_bytes),
    random: (length) => randomFillSync(Buffer.allocUnsafeSlow(length)),
    // eslint-disable-next-line no-restricted-syntax -- a clock cannot cross threads, and decides nothing but when to commit
    monotonic: () => performance.now(),
    arrived: () => receiveAll(writer),
    payloadKey: (salt) => keys.derive('payload keys', salt),
    events: {
      durable: (appends, first_sequence, end, waits) =>
        send({ type: 'durable', appends, first_sequence, end, waits }),
      denied: (appends, reason, disk_full) => send({ type: 'denied', appends, reason, disk_full }),
      failed: (reason) => send({ type: 'failed', reason }),
    },
  });
  return writer;
}

/** What lies in the port already, without going back to the event loop for it. */
function receiveAll(writer: Writer): void {
  let got = receiveMessageOnPort(port);
  while (got !== undefined) {
    receive(writer, got.message as ToWriter);
    got = receiveMessageOnPort(port);
  }
}

function receive(writer: Writer, message: ToWriter): void {
  if (message.type === 'append') return writer.submit(message.batch);
  writer.close();
  port.close();
}

try {
  const writer = start();
  port.on('message', (message: ToWriter) => receive(writer, message));
  send({ type: 'started' });
} catch (error) {
  send({ type: 'not_started', error: packError(error) });
}
