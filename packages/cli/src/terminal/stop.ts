/** SIGINT and SIGTERM as an abort signal, for commands that go on until somebody ends them. */
export interface Stop extends Disposable {
  readonly signal: AbortSignal;
}

export function untilStopped(): Stop {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  process.once('SIGINT', abort).once('SIGTERM', abort);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.removeListener('SIGINT', abort).removeListener('SIGTERM', abort);
      abort();
    },
  };
}
