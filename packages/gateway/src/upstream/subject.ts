import type { UpstreamRequest } from '../exchange.ts';

/** What a request is for, as far as it matters to whether it asks: a tool, a prompt, or a method. */
export function subjectOf({ method, params }: UpstreamRequest): string {
  const { name } = params;
  return typeof name === 'string' ? `${method} ${name}` : method;
}
