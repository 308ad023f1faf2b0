/** What Remit publishes, checked by a verifier that was written from the specifications alone, and by Remit's own. */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NewRecord } from '@remit/contracts';
import { openLedger, type Ledger } from '@remit/ledger';
import { readKey, verifyEvidence, verifyPublished, verifyReceipt } from '@remit/ledger/offline';
import { exported } from '../../packages/control/src/export/export.ts';
import { checkBundle, checkLog, checkProof } from './verifier.ts';

const time = '2026-03-03T14:32:15.000Z';
const records = 600;
let folder: string;
let ledger: Ledger;
let key: string;
const files = new Map<string, Buffer>();
const receipts: string[] = [];
let bundle: string;

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'remit-independent-'));
  ledger = await openLedger({
    folder: path.join(folder, 'data'),
    checkpoint_folder: path.join(folder, 'checkpoints'),
    origin: 'remit.example/log',
    source: 'test',
    clock: { now: () => Date.parse(time), monotonic: () => 0 },
    newId: (prefix) => `${prefix}_${randomUUID()}`,
    bounds: { checkpoint_interval_ms: 3_600_000, reserve_bytes: 4096 },
  });
  await ledger.append(Array.from({ length: records }, (_, number) => record(number)));
  await ledger.checkpoint();
  key = fs.readFileSync(path.join(folder, 'checkpoints', 'log.vkey'), 'utf8').trim();
  for (const name of publishedPaths(records)) files.set(name, Buffer.from((await ledger.file(name))!));
  for (const number of [0, 255, 256, 511, 512, 599]) receipts.push((await ledger.proof(`act_${number}`))!);
  bundle = await bundleOf('agent:support');
});
afterAll(async () => {
  await ledger.close();
  fs.rmSync(folder, { recursive: true });
});

function record(number: number): NewRecord {
  const meta = { agent: number % 2 === 0 ? 'support' : 'billing', decision: { effect: 'allow', ü: '€' } };
  const payload = number % 5 === 0 ? {} : { payload: { parameters: { note: `note ${number}` } } };
  return { phase: 'event', id: `act_${number}`, event: 'tool_invoke', time, meta, ...payload };
}

function publishedPaths(size: number): string[] {
  const partial = size % 256;
  const whole = Math.floor(size / 256);
  const tiles = [0, 'entries'].flatMap((level) => [
    ...Array.from({ length: whole }, (_, n) => `tile/${level}/${String(n).padStart(3, '0')}`),
    `tile/${level}/${String(whole).padStart(3, '0')}.p/${partial}`,
  ]);
  return ['checkpoint', ...tiles, `tile/1/000.p/${whole}`];
}

async function bundleOf(filter: string): Promise<string> {
  const { parseFilter } = await import('@remit/contracts');
  const query = { filter: parseFilter(filter, 0) };
  const parts: string[] = [];
  for await (const part of exported(ledger, { format: 'bundle', query, filter, made_at: time }))
    parts.push(part);
  return parts.join('');
}

const reading = (changed: ReadonlyMap<string, Buffer>) => (name: string) => changed.get(name);
const published = (changed: ReadonlyMap<string, Buffer>) =>
  verifyPublished((name) => Promise.resolve(changed.get(name)), { key });
const evidence = (text: string, given: string | undefined = key) =>
  verifyEvidence([Buffer.from(text)], given === undefined ? {} : { key: given });

function accepts(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at % bytes.length]! ^= 1 << (at % 8);
  return changed;
}

describe('a published log', () => {
  test('is accepted by the independent verifier and by Remit’s own', async () => {
    expect(checkLog(reading(files), key).entries).toHaveLength(records);
    expect(await published(files)).toMatchObject({ ok: true, complete: true, records, size: records });
  });

  test('with one bit changed in any of its files is refused by both', async () => {
    const names = [...files.keys()];
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (pick, at) => {
        const name = names[pick % names.length]!;
        const changed = new Map(files).set(name, flipped(files.get(name)!, at));
        expect(
          accepts(() => checkLog(reading(changed), key)),
          name,
        ).toBe(false);
        expect((await published(changed)).ok, name).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  test('with a tile torn off or missing is refused by both, which say which', async () => {
    for (const name of files.keys()) {
      if (name === 'checkpoint') continue;
      const torn = new Map(files).set(name, files.get(name)!.subarray(0, -7));
      const missing = new Map(files);
      missing.delete(name);
      for (const changed of [torn, missing]) {
        expect(
          accepts(() => checkLog(reading(changed), key)),
          name,
        ).toBe(false);
        const { findings } = await published(changed);
        expect(findings.map(({ place }) => place).join(), name).toContain(name);
      }
    }
  });

  test('is compared with checkpoints that were kept', async () => {
    const note = files.get('checkpoint')!.toString();
    const options = { key, kept: [{ note, place: 'kept' }] };
    expect((await verifyPublished(async (name) => files.get(name), options)).ok).toBe(true);
  });
});

describe('receipts', () => {
  test('are accepted by both', () => {
    for (const receipt of receipts) {
      const { index, entry } = checkProof(receipt, key);
      const verified = verifyReceipt(receipt, readKey(key)!);
      expect(verified?.index).toBe(index);
      expect(Buffer.from(verified!.record)).toEqual(entry);
    }
  });

  test('with any byte changed are refused by both', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...receipts),
        fc.nat(),
        fc.integer({ min: 1, max: 127 }),
        (receipt, at, mask) => {
          const place = at % receipt.length;
          const character = receipt.charCodeAt(place);
          fc.pre(character < 128);
          const changed =
            receipt.slice(0, place) + String.fromCharCode(character ^ mask) + receipt.slice(place + 1);
          expect(verifyReceipt(changed, readKey(key)!), `${place}`).toBeUndefined();
        },
      ),
      { numRuns: 500 },
    );
  });

  test('made of pieces of others are refused by both', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(receipts, { minLength: 2, maxLength: 2 }),
        fc.nat(),
        ([one, other], cut) => {
          const lines = (one ?? '').split('\n');
          const foreign = (other ?? '').split('\n');
          const at = 1 + (cut % 4);
          const mixed = [...lines.slice(0, at), ...foreign.slice(at)].join('\n');
          fc.pre(!receipts.includes(mixed));
          return verifyReceipt(mixed, readKey(key)!) === undefined && !accepts(() => checkProof(mixed, key));
        },
      ),
    );
  });
});

describe('an evidence bundle', () => {
  test('is accepted by both, and says what it holds', async () => {
    expect(checkBundle(bundle, key)).toBe(records / 2);
    expect(await evidence(bundle)).toMatchObject({
      ok: true,
      records: records / 2,
      size: records,
      payloads_checked: 240,
      complete: false,
      key_given: true,
    });
    expect(await verifyEvidence([Buffer.from(bundle)])).toMatchObject({ ok: true, key_given: false });
  });

  test('of everything is known to be complete', async () => {
    expect(await evidence(await bundleOf(''))).toMatchObject({ ok: true, records, complete: true });
  });

  test('is read in parts of any size', async () => {
    const bytes = Buffer.from(bundle);
    const parts = Array.from({ length: Math.ceil(bytes.length / 777) }, (_, at) =>
      bytes.subarray(at * 777, at * 777 + 777),
    );
    expect((await verifyEvidence(parts, { key })).ok).toBe(true);
  });

  test('with a record, proof or payload changed, left out, added or cut off is refused by both', async () => {
    const lines = bundle.split('\n');
    const changed: Record<string, string[]> = {
      'a record': lines.with(3, lines[3]!.replace('support', 'suppert')),
      'a record with its place': lines.with(3, lines[3]!.replace(/"index":\d+/, '"index":1')),
      'a payload': lines.with(2, lines[2]!.replace(/"payload":"..../, '"payload":"AAAA')),
      'a proof': lines.with(2, lines[2]!.replace(/"proof":\["..../, '"proof":["AAAA')),
      'left out': lines.toSpliced(4, 1),
      'the end': lines.slice(0, -2).concat(''),
      'half a line': [lines.slice(0, 9).join('\n').slice(0, -5)],
      'a checkpoint': lines.with(0, lines[0]!.replace(`\\n${records}\\n`, `\\n${records + 1}\\n`)),
    };
    for (const [what, text] of Object.entries(changed)) {
      expect(text.join('\n'), what).not.toBe(bundle);
      expect((await evidence(text.join('\n'))).ok, what).toBe(false);
      expect(
        accepts(() => checkBundle(text.join('\n'), key)),
        what,
      ).toBe(false);
    }
    const doubled = lines.toSpliced(4, 0, lines[4]!);
    const counted = doubled.with(-2, JSON.stringify({ records: records / 2 + 1 }));
    expect((await evidence(counted.join('\n'))).findings).toMatchObject([{ code: 'record_reordered' }]);
  });

  test('signed by another log is refused where the key is known apart', async () => {
    const other = key.replace(/^[^+]+/, 'other.example/log');
    expect(await evidence(bundle, other)).toMatchObject({ ok: false });
  });
});
