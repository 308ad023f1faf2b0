/** How both test agents reach a server, and what they say with a call: the SDKs name it alike. */
import type { CallOptions, Endpoint } from './agent.ts';

interface HttpTransport<Transport> {
  new (url: URL, options: { requestInit: { headers: Record<string, string> } }): Transport;
}

interface Transports<Transport> {
  stdio: new (parameters: { command: string; args: string[]; env?: Record<string, string> }) => Transport;
  sse: HttpTransport<Transport>;
  http: HttpTransport<Transport>;
}

export function transportTo<Transport>(endpoint: Endpoint, transports: Transports<Transport>): Transport {
  if (endpoint.transport === 'stdio') {
    const [command = '', ...args] = endpoint.command;
    return new transports.stdio({ command, args, ...(endpoint.env && { env: endpoint.env }) });
  }
  const options = { requestInit: { headers: endpoint.headers ?? {} } };
  return new transports[endpoint.transport](new URL(endpoint.url), options);
}

interface RequestOptions {
  signal?: AbortSignal;
  onprogress?: (progress: { progress: number }) => void;
}

export function requestOptions({ signal, onProgress }: CallOptions): RequestOptions {
  return {
    ...(signal && { signal }),
    ...(onProgress && { onprogress: ({ progress }) => onProgress(progress) }),
  };
}
