/** The transport that a server's settings ask for. */
import { Fault } from '@remit/contracts';
import type { ServerSettings } from '@remit/policy';
import type { Credentials } from '../credentials.ts';
import type { UpstreamDependencies } from '../dependencies.ts';
import { childEnvironment } from '../environment.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import { SseTransport } from './sse.ts';
import { StdioTransport } from './stdio.ts';
import { StreamableHttpTransport } from './streamable-http.ts';
import type { Transport } from './transport.ts';

/** @throws Fault `upstream_settings` where the settings name neither a command nor a usable URL. */
export function createTransport(
  settings: ServerSettings,
  credentials: Credentials,
  dependencies: UpstreamDependencies,
): Transport {
  if (settings.command !== undefined) return stdio(settings, settings.command, credentials, dependencies);
  if (settings.url !== undefined) return http(settings, settings.url, credentials, dependencies);
  throw new Fault('upstream_settings', `the server \`${settings.name}\` has neither a command nor a url`);
}

function stdio(
  settings: ServerSettings,
  command: readonly string[],
  credentials: Credentials,
  dependencies: UpstreamDependencies,
): Transport {
  return new StdioTransport({
    ...dependencies,
    credentials,
    settings: () => ({
      command,
      cwd: dependencies.cwd,
      environment: childEnvironment(dependencies.environment, settings.env ?? {}, credentials),
    }),
  });
}

function http(
  { headers = {}, transport }: ServerSettings,
  url: string,
  credentials: Credentials,
  dependencies: UpstreamDependencies,
): Transport {
  const { bounds, logger, random } = dependencies;
  const endpoint = new HttpEndpoint({ url, headers, credentials, bounds });
  const needs = { endpoint, credentials, bounds, logger, random };
  return transport === 'sse' ? new SseTransport(needs) : new StreamableHttpTransport(needs);
}
