/** A Remit that serves: listeners opened, announced, and closed again when it is told to stop. */
import type { Logger } from 'pino';
import { ApiClient } from './client/api-client.ts';
import type { Context } from './context.ts';
import { takeDataFolder } from './data/data-folder.ts';
import { removeListener, writeListener } from './data/listener-file.ts';
import { openEmbedded, remit, type Embedded } from './embedded.ts';
import { endProcess } from './end-process.ts';
import { cannot, exitCodes } from './exit-code.ts';
import { recordStart, recordStop } from './lifecycle.ts';
import { processLog } from './log.ts';
import type { UpSettings } from './settings.ts';
import { startTelemetry } from './telemetry.ts';
import { printable } from './terminal/printable.ts';
import { describeStanding } from './terminal/standing.ts';
import { untilStopped } from './terminal/stop.ts';
import { watchWorkspace } from './workspace/watch.ts';

/** Base URLs of the listeners, without a path. */
interface Addresses {
  agents: string;
  console: string;
}

/** Resolves when it has stopped cleanly. @throws Fault where it cannot start. */
export async function serve(context: Context, settings: UpSettings): Promise<void> {
  const { machine, terminal } = context;
  const log = processLog(terminal, settings.log_level);
  using stop = untilStopped(() => process.exit(exitCodes.no));
  const endTelemetry = startTelemetry(machine.env);
  const embedded = await openEmbedded({
    ...settings,
    machine,
    folder: takeDataFolder(settings.data),
    log,
    servers: true,
    first_lock: !settings.offline,
    failed: endProcess(log),
  });
  try {
    await recordStart(embedded.core.ledger, machine, embedded.policy.current());
    await embedded.policy.begin(remit);
    announce(context, settings, embedded, await listen(embedded, settings));
    await announcePolicy(context, embedded);
    const watching = followChanges(settings.workspace, embedded, log);
    await stop.stopped;
    watching[Symbol.dispose]();
    log.info('stopping: open calls may end, new ones are refused');
    await embedded.data.close();
    await recordStop(embedded.core.ledger, machine, log);
  } finally {
    removeListener(settings.data);
    await embedded.close();
    await endTelemetry();
  }
}

async function listen(embedded: Embedded, { host, port, console_port }: UpSettings): Promise<Addresses> {
  const shown = shownHost(host);
  const agents = new URL(await embedded.data.listen(host, port));
  await listenForPeople(embedded, host, console_port);
  const address = embedded.control.server.address();
  const people = typeof address === 'object' && address !== null ? address.port : console_port;
  return { agents: `http://${shown}:${agents.port}`, console: `http://${shown}:${people}` };
}

async function listenForPeople(embedded: Embedded, host: string, port: number): Promise<void> {
  try {
    await embedded.control.listen({ host, port });
  } catch (error) {
    throw cannot(
      'cannot_listen',
      `Cannot listen on ${host}:${port}: ${(error as Error).message}.`,
      'Choose another port with --console-port (0 is any free one), or another --host.',
      error,
    );
  }
}

/** How this machine itself reaches a listener: one on all addresses through loopback. */
function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** A changed file is a candidate: it comes into force if it passes its check, where nobody has to agree to it. */
function followChanges(workspace: string, embedded: Embedded, log: Logger): Disposable {
  const failed = (error: unknown): void => log.warn({ error }, 'changes of policy files may go unseen');
  const changed = (): void => {
    const before = embedded.policy.current().version;
    embedded.policy.documentsChanged(remit).then(({ diagnostics }) => {
      const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
      const { version } = embedded.policy.current();
      const documents = embedded.policy.documents();
      if (documents === undefined)
        log.warn({ errors }, 'the changed policy does not pass its check; the one before stays');
      else if (documents !== version)
        log.warn(
          { documents, in_force: version },
          'the changed policy is not in force: see `remit policies list`',
        );
      else if (version !== before) log.info({ version }, 'the changed policy is active');
    }, failed);
  };
  try {
    return watchWorkspace(workspace, changed, failed);
  } catch (error) {
    failed(error);
    return { [Symbol.dispose]: () => undefined };
  }
}

/** Where the documents are not what is in force, nobody should have to find that out. */
async function announcePolicy({ terminal }: Context, embedded: Embedded): Promise<void> {
  const api = new ApiClient(embedded.transport, embedded.operator_token);
  for (const line of describeStanding(await api.call('showPolicy'))) terminal.say(printable(line));
}

function announce(context: Context, settings: UpSettings, embedded: Embedded, addresses: Addresses): void {
  const { machine, terminal } = context;
  writeListener(settings.data, {
    version: 1,
    pid: machine.pid,
    ...addresses,
    operator_token: embedded.operator_token,
    started_at: new Date(machine.clock.now()).toISOString(),
  });
  terminal.print(`ready · agents ${addresses.agents}/mcp · console ${addresses.console}`);
  const agent = embedded.policy.current().agents.keys().next().value ?? 'NAME';
  const hints = [
    `For an MCP client (KEY: remit agents token ${agent} --workspace ${settings.workspace}):`,
    '  "remit": {',
    `    "type": "http", "url": "${addresses.agents}/mcp", "headers": { "Authorization": "Bearer KEY" }`,
    '  }',
  ];
  for (const hint of hints) terminal.say(hint);
}
