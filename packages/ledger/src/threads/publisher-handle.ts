/** The publisher as the caller's thread sees it: in a thread of its own, or (for fault tests) in this one. */
import { Fault } from '@remit/contracts';
import type { LogClearing } from '../clearing/log-clearing.ts';
import { reasonOf, SyncFailure } from '../disk/sync-failure.ts';
import type { Publisher } from '../projection/publisher.ts';
import type { DurableEnd } from '../writer/port.ts';
import { unpackError } from './crossing-error.ts';
import { GrowthNotice } from './growth-notice.ts';
import { PublisherLoop, type PublisherEvents, type PublisherMethod } from './publisher-loop.ts';
import type { FromPublisher, PublisherThreadData, ToPublisher } from './publisher-thread.ts';
import { endOf, startThread } from './thread-start.ts';

type Calls = Publisher & LogClearing;
type Parameters_<Method extends PublisherMethod> = Parameters<Calls[Method]>;
type Answer<Method extends PublisherMethod> = ReturnType<Calls[Method]>;

export interface PublisherHandle {
  call<Method extends PublisherMethod>(
    method: Method,
    ...parameters: Parameters_<Method>
  ): Promise<Answer<Method>>;
  extend(end: DurableEnd): void;
  watch(watched: boolean): void;
  close(): Promise<void>;
}

interface OpenCall {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export async function startPublisherThread(
  data: PublisherThreadData,
  events: PublisherEvents,
): Promise<PublisherHandle> {
  const worker = await startThread('publisher', data);
  const calls = new Map<number, OpenCall>();
  let lastId = 0;
  let failure: Fault | undefined;
  const ended = endOf(worker);
  worker.on('message', (message: FromPublisher) => receive(message, calls, events));
  const refuseAll = (reason: string): void => {
    failure ??= new Fault('ledger_unavailable', reason);
    for (const call of calls.values()) call.reject(failure);
    calls.clear();
  };
  worker.on('error', (error) => {
    refuseAll(`the ledger's reader ended: ${reasonOf(error)}`);
    events.problem(failure!.message);
  });
  // Whoever asks too late would wait for ever.
  void ended.then(() => refuseAll('the ledger is closed'));
  const send = (message: ToPublisher): void => worker.postMessage(message);
  const notice = new GrowthNotice((end) => send({ type: 'extend', end }));
  return {
    async call(method, ...parameters) {
      if (failure !== undefined) throw failure;
      notice.tell();
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      lastId += 1;
      calls.set(lastId, { resolve, reject });
      send({ type: 'call', id: lastId, method, parameters });
      return (await promise) as never;
    },
    extend: (end) => notice.grew(end),
    watch(watched) {
      notice.watch(watched);
      send({ type: 'watch', watched });
    },
    async close() {
      notice.close();
      send({ type: 'close' });
      await ended;
    },
  };
}

function receive(message: FromPublisher, calls: Map<number, OpenCall>, events: PublisherEvents): void {
  if (message.type === 'tail') return events.tail(message.events);
  if (message.type === 'problem') return events.problem(message.reason);
  if (message.type !== 'answer' && message.type !== 'refusal') return;
  const call = calls.get(message.id);
  calls.delete(message.id);
  if (message.type === 'answer') return call?.resolve(message.value);
  const { error } = message;
  call?.reject(
    error.sync_failure ? new SyncFailure(error.place?.file ?? '', error.message) : unpackError(error),
  );
}

export function publisherHere(publisher: Publisher, events: PublisherEvents): PublisherHandle {
  const loop = new PublisherLoop(publisher, events);
  const notice = new GrowthNotice((end) => loop.extend(end));
  return {
    call: (method, ...parameters) => {
      notice.tell();
      const answer = new Promise((resolve) => resolve(loop.call(method, parameters)));
      return answer as Promise<never>;
    },
    extend: (end) => notice.grew(end),
    watch(watched) {
      notice.watch(watched);
      loop.watch(watched);
    },
    close() {
      notice.close();
      return Promise.resolve(loop.close());
    },
  };
}
