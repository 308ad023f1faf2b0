/** The bare reverse proxy in a process of its own; takes the target's origin, prints its own. */
import { startReverseProxy } from '@remit/testkit';

console.log((await startReverseProxy({ target: process.argv[2]! })).origin);
