/** Program of a test: a Remit with one stdio server, whose process id it prints. */
import { createUpstream, createWatchdog } from '@remit/gateway';
import pino from 'pino';

const command = JSON.parse(process.argv[2] ?? '[]') as string[];
const server = createUpstream(
  { name: 'test', trust: 'internal', command },
  {
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    logger: pino({ level: 'silent' }),
    random: () => 0,
    credentials: () => undefined,
    environment: process.env,
    cwd: process.cwd(),
    client_info: { name: 'remit', version: '0' },
    watchdog: createWatchdog(),
  },
);
await server.ready(20_000);
process.stdout.write(`child ${server.listing?.instructions ?? 'none'}\n`);
