/** Where commands print and ask. Data goes to stdout, everything said about it to stderr. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { wrongUse } from '../exit-code.ts';

const secret_length_max = 65_536;

export interface Terminal {
  /** One line of data. */
  print(line: string): void;
  /** Data of any length, as it comes, to stdout. */
  pass(data: AsyncIterable<Uint8Array>): Promise<void>;
  /** One line about what happens. */
  say(line: string): void;
  /** True where a person can be asked. */
  readonly interactive: boolean;
  /** True where stderr shows colours. */
  readonly color: boolean;
  ask(question: string): Promise<string>;
  /** A secret: typed without being shown, or piped into stdin. At most 64 kB, without the last line end. */
  readSecret(question: string): Promise<string>;
}

export function thisTerminal(env: Readonly<Record<string, string | undefined>>): Terminal {
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    pass: (data) => pipeline(data, process.stdout, { end: false }),
    say: (line) => void process.stderr.write(`${line}\n`),
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    color: process.stderr.isTTY === true && env['NO_COLOR'] === undefined,
    ask: (question) => ask(question, process.stderr),
    readSecret: (question) => (process.stdin.isTTY ? askUnseen(question) : readPiped()),
  };
}

async function ask(question: string, output: NodeJS.WritableStream): Promise<string> {
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}

async function askUnseen(question: string): Promise<string> {
  process.stderr.write(question);
  const answer = await ask('', new Writable({ write: (_chunk, _encoding, done) => done() }));
  process.stderr.write('\n');
  return answer;
}

async function readPiped(): Promise<string> {
  let text = '';
  for await (const part of process.stdin.setEncoding('utf8')) {
    text += String(part);
    if (text.length > secret_length_max) {
      throw wrongUse('secret_too_long', 'More than 64 kB came in on stdin.', 'Give the secret alone.');
    }
  }
  return text.replace(/\r?\n$/, '');
}
