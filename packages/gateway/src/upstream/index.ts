/** The gateway's side towards upstream servers. */
export { createUpstream } from './upstream.ts';
export type { CountedUpstream, UpstreamOptions } from './upstream.ts';
export { createUpstreams } from './upstreams.ts';
export type { Upstreams, UpstreamsOptions } from './upstreams.ts';
export type { UpstreamCounts } from './counts.ts';
export { createWatchdog } from './transport/watchdog.ts';
export type { Watchdog } from './transport/watchdog.ts';
