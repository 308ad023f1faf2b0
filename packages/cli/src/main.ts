import { thisMachine } from './machine.ts';
import { run } from './run.ts';
import { thisTerminal } from './terminal/terminal.ts';

const machine = thisMachine();
process.exitCode = await run(process.argv.slice(2), machine, thisTerminal(machine.env));
