/** The API of a Remit in this very process: the same guards, no network. */
import type { createControl } from '@remit/control';
import { cannot } from '../exit-code.ts';
import type { Transport } from './transport.ts';

type Control = ReturnType<typeof createControl>;

export function injectTransport(control: Control, close: () => Promise<void>): Transport {
  return {
    send: async (call) => {
      const { statusCode, payload } = await control.inject({
        method: call.method,
        url: call.path,
        headers: { host: 'localhost', ...call.headers },
        ...(call.body === undefined ? {} : { payload: call.body }),
      });
      return { status: statusCode, text: payload };
    },
    stream: () =>
      Promise.reject(
        cannot(
          'no_remit_runs',
          'No Remit runs, so nothing comes.',
          'Start it with `remit up`, then follow it.',
        ),
      ),
    download: async ({ method, path, headers }) => {
      const response = await control.inject({
        method,
        url: path,
        headers: { host: 'localhost', ...headers },
        payloadAsStream: true,
      });
      return { status: response.statusCode, body: response.stream() };
    },
    close,
  };
}
