/**
 * Finds out which era a server speaks: `server/discover` first, the handshake of the older era if the
 * answer is anything but a modern one (2026-07-28, basic/versioning "Backward Compatibility",
 * transports/stdio and transports/streamable-http "Backward Compatibility").
 */
import { Fault, isJsonObject } from '@remit/contracts';
import type { JsonObject } from '@remit/contracts';
import type { RpcError, UpstreamAnswer } from '../../exchange.ts';
import { legacy_versions, modern_version } from './era.ts';
import type { Era, EraDependencies, Introduction } from './era.ts';
import { openSession } from './session.ts';
import { discover, StatelessEra } from './stateless.ts';

export type EraName = 'stateless' | 'session';

/** `-32020` to `-32022`: only servers of the modern era answer with these (basic/index "Error Codes"). */
const modern_errors = { first: -32022, last: -32020 };

export interface Negotiated {
  name: EraName;
  era: Era;
}

/**
 * @param remembered what the server spoke when it was last connected: the other era is not tried.
 * @throws Fault `upstream_handshake_failed`, `upstream_unauthorized`, or `upstream_closed_at_probe`
 *   where a process ended because of the probe: then it is an old one that wants the handshake first.
 */
export async function negotiate(
  dependencies: EraDependencies,
  remembered: EraName | undefined,
  signal: AbortSignal,
): Promise<Negotiated> {
  const negotiated = await choose(dependencies, remembered, signal);
  await negotiated.era.attach();
  return negotiated;
}

async function choose(
  dependencies: EraDependencies,
  remembered: EraName | undefined,
  signal: AbortSignal,
): Promise<Negotiated> {
  if (remembered === 'session') return await legacy(dependencies, signal);
  const probe = discover(dependencies, signal);
  const early = await within(probe, dependencies.bounds.upstream_probe_ms);
  if (early === undefined) return await raceWithHandshake(probe, dependencies, signal);
  if (early.kind === 'result' && 'supportedVersions' in early.result)
    return modern(early.result, dependencies);
  refuseFallback(early, dependencies);
  return await legacy(dependencies, signal);
}

/** A server that is silent so far may be an old one that ignores the probe, or only slow to start. */
async function raceWithHandshake(
  probe: Promise<UpstreamAnswer>,
  dependencies: EraDependencies,
  signal: AbortSignal,
): Promise<Negotiated> {
  const discovered = probe.then((answer) => {
    if (answer.kind === 'result') return modern(answer.result, dependencies);
    throw new Fault('upstream_handshake_failed', 'the server did not answer server/discover');
  });
  try {
    return await Promise.any([discovered, legacy(dependencies, signal)]);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors.at(-1) : error;
  }
}

/** Any answer but these leads to the handshake, whatever its code (stdio "Backward Compatibility"). */
function refuseFallback(answer: UpstreamAnswer, { connection }: EraDependencies): void {
  if (answer.kind === 'error') refuseUnknownModern(answer.error);
  if (answer.kind !== 'failed') return;
  if (answer.reason === 'unauthorized') throw new Fault('upstream_unauthorized', answer.message);
  if (answer.reason === 'closed' && connection.transport.shared) {
    throw new Fault('upstream_closed_at_probe', answer.message);
  }
  if (answer.reason === 'cancelled' || !answer.sent)
    throw new Fault('upstream_handshake_failed', answer.message);
}

async function legacy(dependencies: EraDependencies, signal: AbortSignal): Promise<Negotiated> {
  return { name: 'session', era: await openSession(dependencies, signal) };
}

function modern(result: JsonObject, dependencies: EraDependencies): Negotiated {
  const versions = result['supportedVersions'];
  if (!Array.isArray(versions) || !versions.includes(modern_version)) throw noCommonVersion();
  return { name: 'stateless', era: new StatelessEra(readIntroduction(result), dependencies) };
}

/** A modern server that speaks neither our modern version nor any older one is not asked for a handshake. */
function refuseUnknownModern(error: RpcError): void {
  if (error.code < modern_errors.first || error.code > modern_errors.last) return;
  const supported = isJsonObject(error.data) ? error.data['supported'] : undefined;
  const common = Array.isArray(supported) && legacy_versions.some((version) => supported.includes(version));
  if (!common) throw noCommonVersion();
}

function noCommonVersion(): Fault {
  return new Fault('upstream_handshake_failed', 'the server speaks no protocol version that Remit knows', {
    remedy: `it has to speak ${modern_version} or one of ${legacy_versions.join(', ')}`,
  });
}

function readIntroduction(result: JsonObject): Introduction {
  const { capabilities, instructions, _meta } = result;
  const info = isJsonObject(_meta) ? _meta['io.modelcontextprotocol/serverInfo'] : undefined;
  return {
    protocol_version: modern_version,
    capabilities: isJsonObject(capabilities) ? capabilities : {},
    server_info: isJsonObject(info) ? info : {},
    ...(typeof instructions === 'string' && { instructions }),
  };
}

/** The answer if it comes in time. */
async function within(answer: Promise<UpstreamAnswer>, wait_ms: number): Promise<UpstreamAnswer | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), wait_ms);
  });
  const first = await Promise.race([answer, late]);
  clearTimeout(timer);
  return first;
}
