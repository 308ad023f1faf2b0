/** An upstream server in memory: what it lists and answers is the test's, what it was asked is kept. */
import type { JsonObject, ToolDefinition } from '@remit/contracts';
import type {
  Listing,
  Upstream,
  UpstreamAnswer,
  UpstreamEvent,
  UpstreamRequest,
} from '../../src/exchange.ts';

export type Behaviour = (request: UpstreamRequest) => Promise<UpstreamAnswer> | UpstreamAnswer;

export class FakeUpstream implements Upstream {
  readonly name: string;
  state: Upstream['state'] = 'ready';
  readonly problem = undefined;
  readonly restarts = 0;
  listing: Listing | undefined;
  /** Every request that was made of it, in order. */
  readonly asked: UpstreamRequest[] = [];
  readonly watching: string[] = [];
  /** By tool, prompt or resource; what has none echoes its parameters. */
  readonly behaviours = new Map<string, Behaviour>();
  #added = 0;
  readonly #listeners = new Set<(event: UpstreamEvent) => void>();

  constructor(name: string, listing: Partial<Listing>) {
    this.name = name;
    this.listing = {
      server_info: { name, version: '1.0.0' },
      capabilities: { tools: {} },
      protocol_version: '2026-07-28',
      tools: [],
      resources: [],
      resource_templates: [],
      prompts: [],
      ...listing,
    };
  }

  async request(request: UpstreamRequest): Promise<UpstreamAnswer> {
    this.asked.push(request);
    const { name, uri } = request.params;
    const called = [name, uri].find((value) => typeof value === 'string') ?? request.method;
    const behaviour = this.behaviours.get(called) ?? echo;
    return behaviour(request);
  }

  watch(uri: string): Promise<void> {
    this.watching.push(uri);
    return Promise.resolve();
  }

  unwatch(uri: string): Promise<void> {
    this.watching.splice(this.watching.indexOf(uri), 1);
    return Promise.resolve();
  }

  subscribe(listener: (event: UpstreamEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lists one more tool, resource or prompt, and says so. */
  change(list: 'tools' | 'resources' | 'prompts'): void {
    const name = `added-${++this.#added}`;
    const added = { tools: tool(name), resources: { uri: `added://${name}`, name }, prompts: { name } }[list];
    this.listing = { ...this.listing!, [list]: [...this.listing![list], added] };
    this.emit({ type: `${list}_changed` });
  }

  emit(event: UpstreamEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  ready(): Promise<boolean> {
    return Promise.resolve(true);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export function text(value: string, more: JsonObject = {}): UpstreamAnswer {
  return { kind: 'result', result: { content: [{ type: 'text', text: value }], ...more } };
}

function echo({ params }: UpstreamRequest): UpstreamAnswer {
  return text(JSON.stringify(params));
}

export function tool(name: string, more: Partial<ToolDefinition> = {}): ToolDefinition {
  return {
    name,
    description: `The tool ${name}.`,
    inputSchema: { type: 'object', properties: { value: { type: 'string' } } },
    annotations: { readOnlyHint: true },
    ...more,
  };
}
