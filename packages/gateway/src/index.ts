export * from './exchange.ts';
export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
export type { ListenerSettings } from './listener.ts';
export { Metrics, type Gauges } from './telemetry/metrics.ts';
export { relayStdio, type StdioRelayOptions } from './stdio-relay.ts';
export * from './upstream/index.ts';
