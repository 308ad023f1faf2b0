/** The two ways to reach a Remit's API: over HTTP to the one that runs, or within this process. */
import { Agent, request } from 'undici';
import { cannot } from '../exit-code.ts';

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query. */
  path: string;
  headers: Record<string, string>;
  body?: string;
}

export interface ApiAnswer {
  status: number;
  text: string;
}

export interface Transport {
  send(request: ApiRequest): Promise<ApiAnswer>;
  /** The body of an answer that goes on, as it arrives. */
  stream(
    request: ApiRequest,
    signal: AbortSignal,
  ): Promise<{ status: number; body: AsyncIterable<Uint8Array> }>;
  /** The body of an answer that is long, but ends. */
  download(request: ApiRequest): Promise<{ status: number; body: AsyncIterable<Uint8Array> }>;
  close(): Promise<void>;
}

/** @throws CommandFault `remit_unreachable` where nothing answers at `base`. */
export function httpTransport(base: string): Transport {
  const dispatcher = new Agent();
  const open = async (call: ApiRequest, signal?: AbortSignal) => {
    try {
      return await request(new URL(call.path, base), {
        dispatcher,
        method: call.method,
        headers: call.headers,
        ...(call.body === undefined ? {} : { body: call.body }),
        ...(signal === undefined ? {} : { signal, bodyTimeout: 0 }),
      });
    } catch (error) {
      throw cannot(
        'remit_unreachable',
        `No Remit answers at ${base}: ${(error as Error).message}.`,
        'Start it with `remit up`, or name its data folder with --data.',
        error,
      );
    }
  };
  return {
    send: async (call) => {
      const { statusCode, body } = await open(call);
      return { status: statusCode, text: await body.text() };
    },
    stream: async (call, signal) => {
      const { statusCode, body } = await open(call, signal);
      return { status: statusCode, body };
    },
    download: async (call) => {
      const { statusCode, body } = await open(call);
      return { status: statusCode, body };
    },
    close: () => dispatcher.destroy(),
  };
}
