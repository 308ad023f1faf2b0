// `npm run demo`: a scripted day at the support desk, with Remit between the agents and the tools.
// `--keep` leaves the data folder behind, to look around in with `remit audit`.
import { fileURLToPath } from 'node:url';
import { playDay } from './demo/day.mjs';
import { printer } from './demo/printer.mjs';

// Told to stop, it takes the Remit that it started with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

const remit = [process.execPath, fileURLToPath(new URL('../../packages/cli/bin/remit.mjs', import.meta.url))];
const { wentAsTold } = await playDay({
  remit,
  print: printer(console.log),
  keep: process.argv.includes('--keep'),
});
process.exitCode = wentAsTold ? 0 : 1;
