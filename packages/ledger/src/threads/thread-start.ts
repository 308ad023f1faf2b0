/** Starts a thread from source or from build output, whichever this module itself came from. */
import { Worker } from 'node:worker_threads';
import { unpackError, type CrossingError } from './crossing-error.ts';

type Started = { type: 'started' } | { type: 'not_started'; error: CrossingError } | { type: string };

/** Resolves when the thread has ended, however it ends; to be called while it runs. */
export function endOf(worker: Worker): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  worker.once('exit', () => resolve(undefined));
  return promise;
}

/** Resolves when the thread is ready. @throws Fault: the one that its start met. */
export async function startThread(name: 'writer' | 'publisher', workerData: unknown): Promise<Worker> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./${name}-thread.${extension}`, import.meta.url), { workerData, name });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  worker.once('error', reject);
  worker.once('message', (message: Started) => {
    if ('error' in message) reject(unpackError(message.error));
    else resolve(undefined);
  });
  try {
    await promise;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  worker.off('error', reject);
  return worker;
}
