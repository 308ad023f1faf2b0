// Turns a file of retail tasks (JSON lines: user_id, actions: [{ name, kwargs }]) into a traces file for
// `remit replay --traces`. Usage: node traces.mjs TASKS > TRACES
import { createReadStream } from 'node:fs';
import { argv, stdout } from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** One run for each task: the calls that a correct agent makes for this customer, in their order. */
export async function* tracesOf(path) {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    number += 1;
    if (line === '') continue;
    const { user_id, actions } = JSON.parse(line);
    const calls = actions.map(({ name, kwargs }) => ({ tool: name, arguments: kwargs }));
    yield JSON.stringify({ run: `task-${number}`, agent: 'retail', user: user_id, calls });
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  for await (const line of tracesOf(argv[2])) stdout.write(`${line}\n`);
}
