/**
 * The HTTP address of a server. undici moves the bytes: no pipelining, no retries, no redirects, and
 * a bounded pool. A second, small pool keeps connections free for cancelling and answering while all
 * the others wait.
 */
import { Fault } from '@remit/contracts';
import type { Bounds } from '@remit/contracts';
import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import type { Credentials } from '../credentials.ts';

export type Headers = Record<string, string>;

export interface HttpRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Path and query; the address of the server where absent. */
  path?: string;
  headers: Headers;
  body?: string;
}

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Takes a response as it comes. */
export interface ResponseReader {
  head(status: number, headers: ResponseHeaders): void;
  data(chunk: Buffer): void;
  end(): void;
  /** `sent: false`: the request had not been given to a socket. */
  failed(error: NodeJS.ErrnoException, sent: boolean): void;
}

/** Headers that settings must not touch: they belong to HTTP or to the protocol. */
const reserved =
  /^(?:host|connection|content-length|content-type|transfer-encoding|upgrade|accept|mcp-.*|last-event-id)$/i;

/** RFC 9110, section 5.6.2: a token. */
const field_name = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What may stand in a header value (RFC 9110, section 5.5). */
const field_value = /^[\t\x20-\x7e\x80-\xff]*$/;

export interface EndpointSettings {
  url: string;
  headers: Readonly<Record<string, string>>;
  credentials: Credentials;
  bounds: Bounds;
}

export class HttpEndpoint {
  readonly url: URL;
  readonly #settings: EndpointSettings;
  readonly #requests: Pool;
  readonly #control: Pool;

  /** @throws Fault `upstream_settings`. */
  constructor(settings: EndpointSettings) {
    this.#settings = settings;
    this.url = readUrl(settings.url);
    refuseHeaders(settings.headers);
    this.#requests = this.#pool(settings.bounds.upstream_connections_max);
    this.#control = this.#pool(settings.bounds.upstream_control_connections_max);
  }

  /** The headers of the settings, with credentials put in now. @throws Fault `credential_missing`, `credential_invalid`. */
  headers(): Headers {
    const headers: Headers = {};
    for (const [name, template] of Object.entries(this.#settings.headers)) {
      const value = this.#settings.credentials.resolve(template);
      if (!field_value.test(value)) {
        throw new Fault(
          'credential_invalid',
          `the value of the header \`${name}\` has characters that HTTP forbids`,
        );
      }
      headers[name.toLowerCase()] = value;
    }
    return headers;
  }

  /** Sends a request, once. `control` requests never wait for ordinary ones. */
  send(request: HttpRequest, reader: ResponseReader, control = false): HttpExchange {
    const exchange = new HttpExchange(reader);
    const { method, headers, body = null, path = this.url.pathname + this.url.search } = request;
    const pool = control ? this.#control : this.#requests;
    pool.dispatch(
      { method, path, headers, body, idempotent: false, headersTimeout: 0, bodyTimeout: 0 },
      exchange,
    );
    return exchange;
  }

  async close(): Promise<void> {
    await Promise.all([this.#requests.destroy(), this.#control.destroy()]);
  }

  #pool(connections: number): Pool {
    const { bounds } = this.#settings;
    return new Pool(this.url.origin, {
      connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: bounds.upstream_keep_alive_ms,
      keepAliveMaxTimeout: bounds.upstream_keep_alive_ms,
      connect: { timeout: bounds.upstream_connect_ms },
    });
  }
}

/** One HTTP request and its response. */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly #reader: ResponseReader;
  #controller: Dispatcher.DispatchController | undefined;
  #aborted = false;
  #over = false;

  constructor(reader: ResponseReader) {
    this.#reader = reader;
  }

  /** Whether a byte of the request may have left. */
  get sent(): boolean {
    return this.#controller !== undefined;
  }

  /** Nothing is read any more; a request that still waits for a connection is never sent. */
  abort(): void {
    if (this.#over) return;
    this.#aborted = true;
    this.#over = true;
    this.#controller?.abort(new Error('aborted'));
  }

  /** undici calls this immediately before it writes; a second time would mean that it writes again. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#aborted || this.#controller !== undefined) controller.abort(new Error('aborted'));
    else this.#controller = controller;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (!this.#over && status >= 200) this.#reader.head(status, headers);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#over) this.#reader.data(chunk);
  }

  onResponseEnd(): void {
    if (this.#over) return;
    this.#over = true;
    this.#reader.end();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#reader.failed(error, this.sent);
  }
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Fault('upstream_settings', `the url of the server is not an http or https address`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Fault('upstream_settings', 'the url of the server holds a user or password', {
      remedy: 'put `Authorization: Basic secret:NAME` into its `headers`',
    });
  }
  return url;
}

function refuseHeaders(headers: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(headers)) {
    if (reserved.test(name)) {
      throw new Fault('upstream_settings', `the header \`${name}\` is set by Remit itself`, {
        remedy: 'remove it from the server’s `headers`',
      });
    }
    if (!field_name.test(name)) {
      throw new Fault('upstream_settings', `the header ${JSON.stringify(name)} has a name that HTTP forbids`);
    }
  }
}
