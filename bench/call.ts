/**
 * "governed call" of performance.md: identify, decide, inspect, two durable records, echo tool; against
 * the same upstream direct, behind a bare node:http reverse proxy, and behind npm `mcp-proxy`.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { steady, throughput, type Endpoint } from './call/load.ts';
import { startSides } from './call/sides.ts';
import { interleave, median, quantile } from './measure.ts';
import type { BenchRow } from './row.ts';

const rounds = 7;
/** Enough for the compilers to have settled on every side. */
const warmRounds = 2;
const connections = 64;
const round_ms = 3000;
const steady_calls_per_s = 1000;

export async function benchCall(): Promise<BenchRow[]> {
  const sides = await startSides();
  try {
    const { direct, proxy, remit, mcpProxy } = sides;
    const sync_ms = syncTimes(sides.folder);
    const run = (endpoint: Endpoint) => () => throughput(endpoint, connections, round_ms);
    const all = { direct: run(direct), proxy: run(proxy), remit: run(remit), mcpProxy: run(mcpProxy) };
    await interleave(all, warmRounds);
    const calls = await interleave(all, rounds);
    const p99 = await interleave({ proxy: () => steadyP99(proxy), remit: () => steadyP99(remit) }, rounds);
    return [...throughputRows(calls), steadyRow(p99, quantile(sync_ms, 0.99))];
  } finally {
    sides.stop();
  }
}

function throughputRows(calls: Record<'direct' | 'proxy' | 'remit' | 'mcpProxy', number[]>): BenchRow[] {
  const ours = median(calls.remit);
  const overProxy = medianRatio(calls.remit, calls.proxy);
  const overMcpProxy = medianRatio(calls.remit, calls.mcpProxy);
  const name = `governed call, ${connections} callers`;
  const unit = 'calls/s';
  return [
    {
      name,
      unit,
      ours,
      peers: { direct: median(calls.direct) },
      ratio: medianRatio(calls.remit, calls.direct),
    },
    {
      name,
      unit,
      ours,
      peers: { 'bare proxy': median(calls.proxy) },
      ratio: overProxy,
      target: '≥ 0.60 of the bare proxy',
      pass: overProxy >= 0.6,
    },
    {
      name,
      unit,
      ours,
      peers: { 'mcp-proxy': median(calls.mcpProxy) },
      ratio: overMcpProxy,
      target: '≥ 2 × mcp-proxy',
      pass: overMcpProxy >= 2,
    },
  ];
}

function steadyRow(p99: Record<'proxy' | 'remit', number[]>, sync_p99_ms: number): BenchRow {
  const ours = median(p99.remit);
  const proxy = median(p99.proxy);
  const added_ms = median(p99.remit.map((value, round) => value - p99.proxy[round]!));
  const allowed_ms = 3 + 2 * sync_p99_ms;
  return {
    name: `p99 at ${steady_calls_per_s} calls/s`,
    unit: 'ms',
    ours,
    peers: { 'bare proxy': proxy, 'added, median of rounds': added_ms, 'one sync p99': sync_p99_ms },
    ratio: medianRatio(p99.remit, p99.proxy),
    target: `at most ${allowed_ms.toFixed(2)} ms (3 ms + two syncs) over the proxy`,
    pass: added_ms <= allowed_ms,
  };
}

/** Of the ratios within each round, whose sides ran next to each other: a noisy round does not count for more. */
function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((value, round) => value / theirs[round]!));
}

async function steadyP99(endpoint: Endpoint): Promise<number> {
  return quantile(await steady(endpoint, steady_calls_per_s, round_ms), 0.99);
}

/** Milliseconds of 200 writes with fdatasync, on the disk that holds the ledger. */
function syncTimes(folder: string): number[] {
  const file = openSync(path.join(folder, 'sync'), 'w');
  const bytes = Buffer.alloc(1200, 'x');
  const times = Array.from({ length: 200 }, () => {
    const started = performance.now();
    writeSync(file, bytes);
    fdatasyncSync(file);
    return performance.now() - started;
  });
  closeSync(file);
  return times;
}
