/** Thread entry: the publisher. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { machineFileSystem } from '../disk/file-system.ts';
import { readKeyFile } from '../keys/key-file.ts';
import { Publisher, type PublisherSetup } from '../projection/publisher.ts';
import type { DurableEnd } from '../writer/port.ts';
import { packError, type CrossingError } from './crossing-error.ts';
import { PublisherLoop, type PublisherMethod } from './publisher-loop.ts';
import type { AuditEvent } from '@remit/contracts';

export interface PublisherThreadData {
  setup: PublisherSetup;
  key_file: string;
}

export type ToPublisher =
  | { type: 'call'; id: number; method: PublisherMethod; parameters: unknown[] }
  | { type: 'extend'; end: DurableEnd }
  | { type: 'watch'; watched: boolean }
  | { type: 'close' };

export type FromPublisher =
  | { type: 'started' }
  | { type: 'not_started'; error: CrossingError }
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'refusal'; id: number; error: CrossingError }
  | { type: 'tail'; events: AuditEvent[] }
  | { type: 'problem'; reason: string | undefined };

const port = parentPort!;
const send = (message: FromPublisher): void => port.postMessage(message);

function start(): PublisherLoop {
  const { setup, key_file } = workerData as PublisherThreadData;
  return new PublisherLoop(new Publisher(setup, readKeyFile(key_file), machineFileSystem, randomBytes), {
    tail: (events) => send({ type: 'tail', events }),
    problem: (reason) => send({ type: 'problem', reason }),
  });
}

function answer(loop: PublisherLoop, { id, method, parameters }: ToPublisher & { type: 'call' }): void {
  try {
    send({ type: 'answer', id, value: loop.call(method, parameters) });
  } catch (error) {
    send({ type: 'refusal', id, error: packError(error) });
  }
}

function receive(loop: PublisherLoop, message: ToPublisher): void {
  if (message.type === 'call') return answer(loop, message);
  if (message.type === 'extend') return loop.extend(message.end);
  if (message.type === 'watch') return loop.watch(message.watched);
  loop.close();
  port.close();
}

/**
 * Where there are fewer processors than work, appends go first. On Linux a priority belongs to a
 * thread; where it belongs to the process nothing is changed.
 */
function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    const thread = Number(path.basename(fs.readlinkSync('/proc/thread-self')));
    os.setPriority(thread, os.constants.priority.PRIORITY_LOW);
  } catch {
    // A sandbox may have no /proc and allow no priorities: then all threads are alike, which is slower and no fault.
  }
}

try {
  giveWay();
  const loop = start();
  port.on('message', (message: ToPublisher) => receive(loop, message));
  send({ type: 'started' });
} catch (error) {
  send({ type: 'not_started', error: packError(error) });
}
