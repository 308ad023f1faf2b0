/** SIGINT and SIGTERM, for commands that go on until somebody ends them. */
export interface Stop extends Disposable {
  /** Aborted by the first signal, and when disposed of. */
  readonly signal: AbortSignal;
  /** Resolves with the first signal. */
  readonly stopped: Promise<void>;
}

/** `again` is called for every further signal: whoever asks twice wants no more waiting. */
export function untilStopped(again: () => void = () => undefined): Stop {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = (): void => {
    if (controller.signal.aborted) return again();
    controller.abort();
    resolve();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    signal: controller.signal,
    stopped: promise,
    [Symbol.dispose]: () => {
      process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
      controller.abort();
    },
  };
}
