/** The echo upstream in a process of its own; prints its URL. */
import { startEchoServer } from '@remit/testkit';

console.log((await startEchoServer()).url);
