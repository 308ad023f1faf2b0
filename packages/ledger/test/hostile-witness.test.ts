import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { openLedger, type FileSystem, type Ledger } from '@remit/ledger';
import { cosign, type Cosigner } from '../src/note/cosignature.ts';
import { machineFileSystem } from '../src/disk/file-system.ts';
import { emptyRoot } from '../src/merkle/hash.ts';
import { checkpointText, parseCheckpoint } from '../src/note/checkpoint.ts';
import {
  decodeVerifierKey,
  encodeVerifierKey,
  noteText,
  signatureTypes,
  splitNote,
} from '../src/note/signed-note.ts';
import { WitnessClient } from '../src/witness/witness-client.ts';
import { FaultyDisk } from './faulty-disk.ts';
import { intent, optionsIn, temporaryFolder } from './support.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Asked {
  old_size: number;
  note: string;
}
type Answer = (asked: Asked, response: ServerResponse, cosigner: Cosigner) => void;

/** A ledger with a witness that answers as it likes. */
async function asking(answer: Answer) {
  const { url, key } = await serving(answer);
  const text = `witness w ${key} ${url}\nquorum w\n`;
  const failures: unknown[] = [];
  const options = {
    ...optionsIn(temporaryFolder()),
    witness_policy: { text, file: 'policy' },
    failed: (fault: unknown) => failures.push(fault),
  };
  const open = async (bounds = {}, disk: FileSystem = machineFileSystem): Promise<Ledger> => {
    const ledger = await openLedger({
      ...options,
      bounds: { ...options.bounds, ...bounds },
      in_process: { disk, random: randomBytes },
    });
    closing.push(() => ledger.close());
    return ledger;
  };
  return { open, failures };
}

/** The same, and the client alone that asks it about a checkpoint of two records. */
async function asked(answer: Answer) {
  const { url, key } = await serving(answer);
  const client = new WitnessClient(url, [decodeVerifierKey(key)], (first, second) => {
    if (first > second) throw new RangeError('no tree is the beginning of a smaller one');
    return Promise.resolve([]);
  });
  const checkpoint = { origin: 'log.example', size: 2, root: emptyRoot };
  const text = checkpointText(checkpoint);
  return { client, cosigned: { text, checkpoint }, note: `${text}\n— log.example AAAAAAAA\n` };
}

async function serving(answer: Answer): Promise<{ url: string; key: string }> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const public_key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const type = signatureTypes.ed25519Cosignature;
  const cosigner: Cosigner = { name: 'w.example', type, signing: privateKey, public_key };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const [head] = body.split('\n\n', 1);
      answer(
        { old_size: Number(/^old (\d+)/.exec(body)![1]), note: body.slice(head!.length + 2) },
        response,
        cosigner,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, key: encodeVerifierKey('w.example', public_key, type) };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString();
  return body;
}

function linesAt(times: readonly number[], note: string, cosigner: Cosigner): string {
  const text = noteText(note)!;
  const cosigned = { text, checkpoint: parseCheckpoint(text)! };
  return times.map((time) => `${cosign(cosigned, cosigner, time)}\n`).join('');
}

/** The state of the witness once it was asked about the checkpoint that the ledger has now. */
async function answered(ledger: Ledger): Promise<ReturnType<Ledger['status']>['witnesses'][number]> {
  for (;;) {
    const { checkpoint, witnesses } = ledger.status();
    const witness = witnesses[0]!;
    if (witness.size === checkpoint?.size || witness.problem !== undefined) return witness;
    await turn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

describe('a witness that means harm', () => {
  test('cannot stop the log with more signatures than a note can have', async () => {
    const times = Array.from({ length: 100 }, (_, index) => 1_700_000_000 + index);
    const { open } = await asking(({ note }, response, cosigner) => {
      response.end(linesAt(times, note, cosigner));
    });
    const ledger = await open();
    await ledger.append([intent('act_1')]);
    await ledger.checkpoint();
    expect(await answered(ledger)).not.toHaveProperty('problem');
    const note = Buffer.from((await ledger.file('checkpoint'))!).toString();
    expect(splitNote(note)!.signatures.map(({ name }) => name)).toEqual(['remit.example/log', 'w.example']);
    await ledger.checkpoint();
    await ledger.append([intent('act_2')]);
  });

  test('is told apart from one that is away, as often as it says that it is ahead', async () => {
    const { client, cosigned, note } = await asked((_request, response) => {
      response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('1000\n');
    });
    for (let time = 0; time < 3; time += 1) {
      await expect(client.cosign(note, cosigned)).rejects.toMatchObject({ code: 'witness_ahead' });
    }
  });
});

describe('a witness of a ledger', () => {
  test('has one signature on a checkpoint, however often the ledger starts', async () => {
    let time = 1_700_000_000;
    const { open } = await asking(({ note }, response, cosigner) => {
      response.end(linesAt([(time += 1)], note, cosigner));
    });
    for (let start = 0; start < 4; start += 1) {
      const ledger = await open();
      if (start === 0) await ledger.append([intent('act_1')]);
      await ledger.checkpoint();
      await answered(ledger);
      const note = Buffer.from((await ledger.file('checkpoint'))!).toString();
      expect(splitNote(note)!.signatures).toHaveLength(2);
      await ledger.close();
    }
  });

  test('that was away is asked again, though nothing was appended since', async () => {
    let requests = 0;
    const { open } = await asking(({ note }, response, cosigner) => {
      requests += 1;
      if (requests === 1) response.writeHead(500).end();
      else response.end(linesAt([1_700_000_000], note, cosigner));
    });
    const ledger = await open({ checkpoint_interval_ms: 20 });
    await ledger.append([intent('act_1')]);
    await ledger.checkpoint();
    expect(await answered(ledger)).toMatchObject({ problem: { code: 'witness_failed' } });
    await until(() => ledger.status().witnessed === 1);
    expect(requests).toBe(2);
  });

  test('that cannot be kept on a full disk is said, until it can', async () => {
    const disk = new FaultyDisk();
    let time = 1_700_000_000;
    const { open } = await asking(({ note }, response, cosigner) => {
      if (time === 1_700_000_000) disk.faults = [{ operation: 'write', code: 'ENOSPC', where: /checkpoint/ }];
      response.end(linesAt([(time += 1)], note, cosigner));
    });
    const ledger = await open({}, disk);
    await ledger.append([intent('act_1')]);
    await ledger.checkpoint();
    await until(() => ledger.status().problem?.includes('cosignatures cannot be kept') === true);
    disk.faults = [];
    await ledger.append([intent('act_2')]);
    await ledger.checkpoint();
    await until(() => ledger.status().problem === undefined);
  });

  test('that cannot be made durable ends the ledger', async () => {
    const disk = new FaultyDisk();
    const { open, failures } = await asking(({ note }, response, cosigner) => {
      disk.faults = [{ operation: 'sync', code: 'EIO', where: /checkpoint/ }];
      response.end(linesAt([1_700_000_000], note, cosigner));
    });
    const ledger = await open({}, disk);
    await ledger.append([intent('act_1')]);
    await ledger.checkpoint();
    await until(() => failures.length > 0);
    expect(ledger.status().writable).toBe(false);
  });
});
