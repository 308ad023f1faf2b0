/**
 * An MCP server that behaves until it is called, and then in one bad way:
 * `node --conditions=remit-source stdio.ts WAY` (see `hostileWays`).
 */
import { createInterface } from 'node:readline';
import { isJsonObject } from '@remit/contracts';
import type { JsonValue } from '@remit/contracts';
import { bareServer } from '../bare/server.ts';
import { echoTool } from '../echo.ts';
import { misbehave } from './ways.ts';

const way = process.argv[2] ?? '';
const answering = bareServer('hostile', [echoTool]);
const write = (line: string): boolean => process.stdout.write(`${line}\n`);

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const message = JSON.parse(line) as JsonValue;
    if (isJsonObject(message) && (message['method'] === 'tools/call' || way === 'mute')) {
      misbehave(way, message['id'] ?? null, write);
      return;
    }
    void Promise.resolve(answering(message)).then((answer) => answer && write(JSON.stringify(answer)));
  })
  .on('close', () => process.exit(0));
