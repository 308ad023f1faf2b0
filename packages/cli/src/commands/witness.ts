/** `remit witness`: cosigns the checkpoints of other logs, from a machine and folder of its own. */
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Fault } from '@remit/contracts';
import {
  decodeVerifierKey,
  openWitnessFolder,
  signatureTypes,
  Witness,
  witnessServer,
  type VerifierKey,
} from '@remit/ledger/witness';
import { collect, type Context } from '../context.ts';
import { CommandFault, exitCodes, wrongUse } from '../exit-code.ts';
import { readPort } from '../settings.ts';
import { untilStopped } from '../terminal/stop.ts';
import { addCommand } from './command.ts';

interface Options {
  data: string;
  name: string;
  log: string[];
  host: string;
  port: string;
}

export function registerWitness(program: Command, context: Context): void {
  addCommand(program, 'witness', {
    does: 'cosign the checkpoints of logs (C2SP tlog-witness), so that no log can be rewritten unseen',
    examples: ['remit witness --data ~/witness --name witness.example/w1 --log log.vkey'],
    note:
      'Prints the lines that a witness policy needs (C2SP tlog-policy; `remit up --witnesses FILE`).\n' +
      'Run it where whoever administers the log cannot write.',
  })
    .requiredOption('--data <dir>', 'folder for its keys and the last checkpoint of each log')
    .requiredOption('--name <name>', 'its name in its signatures, for good: a URL without scheme')
    .requiredOption(
      '--log <key>',
      "a log's verifier key, or a file with it (`log.vkey`); repeat for more",
      collect,
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on (0 is any free one)', '4750')
    .action((options: Options) => witness(context, options));
}

async function witness(context: Context, options: Options): Promise<void> {
  const { machine, terminal } = context;
  const logs = options.log.map((log) => logKey(resolve(machine.folder, log), log));
  const folder = openWitnessFolder(resolve(machine.folder, options.data), options.name);
  try {
    using stop = untilStopped(() => process.exit(exitCodes.no));
    const server = witnessServer(new Witness(logs, folder.cosigners, folder, machine.clock), (error) => {
      // What it cosigned may not be on disk, and a witness that forgets can be made to cosign a fork.
      terminal.say(`the witness cannot keep what it cosigns: ${String(error)}`);
      process.exit(exitCodes.cannot);
    });
    await listen(server, options);
    const { port } = server.address() as AddressInfo;
    const url = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
    folder.verifier_keys.forEach((key, index) => terminal.print(`witness ${lineName(index)} ${key} ${url}`));
    terminal.print(`ready · witness ${url}`);
    await stop.stopped;
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  } finally {
    folder.close();
  }
}

/** In a policy file every key is a witness with a name; who operates several renames them. */
function lineName(index: number): string {
  return `w1-${['ed25519', 'ml-dsa-44'][index]}`;
}

function logKey(file: string, given: string): VerifierKey {
  const remedy = 'Give the file `log.vkey` of the log, or the key in it.';
  try {
    const key = decodeVerifierKey(existsSync(file) ? readFileSync(file, 'utf8') : given);
    if (key.type === signatureTypes.ed25519) return key;
    throw wrongUse(
      'verifier_key_invalid',
      `The key of ${key.name} is that of a witness, not of a log.`,
      remedy,
    );
  } catch (error) {
    if (!(error instanceof Fault) || error instanceof CommandFault) throw error;
    throw wrongUse(error.code, error.message, remedy);
  }
}

async function listen(server: ReturnType<typeof witnessServer>, { host, port }: Options): Promise<void> {
  const { promise, resolve: done, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(readPort('--port', port), host, done);
  await promise;
}
