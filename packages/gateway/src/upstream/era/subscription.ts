/**
 * `subscriptions/listen` (2026-07-28, basic/patterns/subscriptions): one stream for the changes of all
 * lists and of the watched resources, opened again when it ends.
 */
import { isJsonObject } from '@remit/contracts';
import type { JsonObject } from '@remit/contracts';
import type { Notification, UpstreamAnswer } from '../../exchange.ts';
import { Backoff } from '../backoff.ts';
import type { Call } from '../call.ts';
import { offeredLists } from './era.ts';
import type { EraDependencies, Introduction, ListKind } from './era.ts';
import { passChange } from './notification.ts';
import { requestHeaders } from './request-headers.ts';

/** As long as a timer can be set for: a stream that lives longer is opened anew. */
const listening_ms = 2 ** 31 - 1;

const filters: Readonly<Record<ListKind, string>> = {
  tools: 'toolsListChanged',
  resources: 'resourcesListChanged',
  prompts: 'promptsListChanged',
};

export class Subscription {
  readonly #introduction: Introduction;
  readonly #dependencies: EraDependencies;
  readonly #meta: () => JsonObject;
  readonly #backoff: Backoff;
  readonly #watched = new Set<string>();
  /** Ends the stream that is open. */
  #ending: AbortController | undefined;
  #stream_id: number | undefined;
  #acknowledged: (() => void) | undefined;
  #retry: NodeJS.Timeout | undefined;
  #streams = 0;
  #state: 'new' | 'on' | 'off' = 'new';

  constructor(introduction: Introduction, dependencies: EraDependencies, meta: () => JsonObject) {
    this.#introduction = introduction;
    this.#dependencies = dependencies;
    this.#meta = meta;
    const { restart_delay_first_ms, restart_delay_max_ms } = dependencies.bounds;
    this.#backoff = new Backoff(restart_delay_first_ms, restart_delay_max_ms, dependencies.random);
  }

  start(watched: ReadonlySet<string>): void {
    for (const uri of watched) this.#watched.add(uri);
    this.#state = 'on';
    void this.#open();
  }

  /** Resolves when the server has acknowledged the stream that includes the resource, or refused. */
  async watch(uri: string): Promise<void> {
    this.#watched.add(uri);
    await this.#open();
  }

  async unwatch(uri: string): Promise<void> {
    this.#watched.delete(uri);
    await this.#open();
  }

  /** True where the notification was one of this stream; those of others are dropped with it. */
  receive(notification: Notification, call: Call | undefined): boolean {
    if (this.#tearsDown(notification)) return true;
    const id =
      subscriptionId(notification) ?? (call?.method === 'subscriptions/listen' ? call.id : undefined);
    if (id === undefined) return false;
    if (id !== this.#stream_id) return true;
    if (notification.method === 'notifications/subscriptions/acknowledged') this.#acknowledge();
    else passChange(notification, this.#dependencies.events);
    return true;
  }

  close(): void {
    this.#state = 'off';
    clearTimeout(this.#retry);
    this.#ending?.abort();
    this.#acknowledged?.();
  }

  /** The filter cannot be changed: a new stream replaces the old one. */
  async #open(): Promise<void> {
    const notifications = this.#filter();
    if (this.#state !== 'on') return;
    clearTimeout(this.#retry);
    this.#ending?.abort();
    this.#acknowledged?.();
    if (Object.keys(notifications).length === 0) return;
    const ending = new AbortController();
    this.#ending = ending;
    await new Promise<void>((resolve) => {
      this.#acknowledged = resolve;
      void this.#listen(notifications, ending.signal).then((answer) => this.#ended(answer, ending.signal));
    });
  }

  #listen(notifications: JsonObject, signal: AbortSignal): Promise<UpstreamAnswer> {
    const params = (id: number): JsonObject => {
      this.#stream_id = id;
      return { _meta: this.#meta(), notifications };
    };
    const headers = requestHeaders('subscriptions/listen', {});
    const times = { idle_ms: listening_ms, total_ms: listening_ms };
    return this.#dependencies.connection.call('subscriptions/listen', params, { ...times, signal, headers });
  }

  /** A server ends the stream by cancelling our request (basic/patterns/cancellation). */
  #tearsDown({ method, params }: Notification): boolean {
    if (method !== 'notifications/cancelled' || params?.['requestId'] !== this.#stream_id) return false;
    this.#ending?.abort();
    this.#openLater();
    return true;
  }

  #acknowledge(): void {
    this.#backoff.reset();
    this.#acknowledged?.();
    this.#streams += 1;
    // What changed while no stream was open was told to nobody.
    if (this.#streams > 1)
      for (const kind of offeredLists(this.#introduction)) this.#dependencies.events.listChanged(kind);
  }

  #ended(answer: UpstreamAnswer, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#acknowledged?.();
    if (this.#state !== 'on') return;
    if (answer.kind === 'error') {
      this.#dependencies.logger.warn({ code: answer.error.code }, 'the server refused to send changes');
      return;
    }
    this.#openLater();
  }

  #openLater(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#open(), this.#backoff.next());
  }

  #filter(): JsonObject {
    const filter: JsonObject = {};
    for (const kind of offeredLists(this.#introduction)) {
      if (declares(this.#introduction.capabilities[kind], 'listChanged')) filter[filters[kind]] = true;
    }
    if (this.#watched.size > 0) filter['resourceSubscriptions'] = [...this.#watched];
    return filter;
  }
}

function subscriptionId({ params }: Notification): number | undefined {
  const id = isJsonObject(params?.['_meta'])
    ? params['_meta']['io.modelcontextprotocol/subscriptionId']
    : undefined;
  return typeof id === 'number' ? id : undefined;
}

function declares(capability: unknown, name: string): boolean {
  return isJsonObject(capability) && capability[name] === true;
}
