/** Payloads taken out of the log: gone from every byte, with every proof as it was. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { openLedger, type Clearing, type Ledger, type LedgerOptions } from '@remit/ledger';
import { readKey, verifyLedger, verifyReceipt } from '@remit/ledger/verify';
import { machineFileSystem } from '../src/disk/file-system.ts';
import { listSegments } from '../src/segment/segment-names.ts';
import { isNamed } from './payload-bytes.ts';
import { intent, optionsIn, outcome, temporaryFolder } from './support.ts';

const canary = 'canary-jo@example.com';

const erasure = (subject: string, more: Partial<Clearing> = {}): Clearing => ({
  event: 'erasure',
  query: { any: [{ subject }], holds: [] },
  meta: {},
  held: 'refuse',
  record_nothing: true,
  ...more,
});

function about(id: string, who: string) {
  return [
    intent(id, {
      payload: { parameters: { note: `call ${who}.` }, context: { conversation_id: `of-${id}` } },
    }),
    outcome(id, { payload: { output: { name: 'someone', phone: '555' } } }),
  ];
}

async function opened(folder: string, more: Partial<LedgerOptions> = {}): Promise<Ledger> {
  return openLedger({ ...optionsIn(folder), ...more });
}

function findings(folder: string) {
  const { folder: data, checkpoint_folder } = optionsIn(folder);
  return verifyLedger({ folder: data, checkpoint_folder }).findings;
}

/** Every row of the projections, to compare two ways to make them. */
function rowsIn(folder: string): unknown[] {
  const database = new DatabaseSync(path.join(folder, 'data', 'search.sqlite'), { readOnly: true });
  try {
    return [
      ...database.prepare('SELECT * FROM event ORDER BY key').all(),
      ...database
        .prepare(
          'SELECT blind, time, key FROM mark LEFT JOIN event_mark ON mark = id ORDER BY blind, time, key',
        )
        .all(),
    ];
  } finally {
    database.close();
  }
}

describe('payloads that are taken out', () => {
  test('an erasure takes out the whole action, with the answer that names nobody, and leaves the others', async () => {
    const folder = temporaryFolder();
    const ledger = await opened(folder);
    await ledger.append([...about('act_1', canary), ...about('act_2', 'somebody-else@example.com')]);
    const proof = await ledger.proof('act_1');
    const cleared = await ledger.payloads.clear(erasure(canary));
    expect(cleared).toMatchObject({ payloads: 2, held: 0 });
    const event = await ledger.show('act_1');
    expect(event).toMatchObject({ agent: 'customer-support', result: 'success', id: 'act_1' });
    expect(event).not.toHaveProperty('parameters');
    expect(event).not.toHaveProperty('output');
    expect((await ledger.show('act_2'))?.parameters).toEqual({ note: 'call somebody-else@example.com.' });
    expect(await ledger.show(cleared.events[0]!)).toMatchObject({
      action: 'erasure',
      cleared: '0-1',
      records: 2,
    });
    expect((await ledger.search({ limit: 10, conversation: 'of-act_1' })).events).toEqual([]);
    await ledger.close();
    expect(isNamed(folder, canary)).toBe(false);
    expect(isNamed(folder, 'somebody-else@example.com')).toBe(true);
    expect(findings(folder)).toEqual([]);
    // A receipt from before the erasure is as good as ever.
    const key = fs.readFileSync(path.join(folder, 'checkpoints', 'log.vkey'), 'utf8').trim();
    expect(verifyReceipt(proof!, readKey(key)!)?.checkpoint.size).toBe(4);
  });

  test('rows that an erasure changed are those that are made anew from the log', async () => {
    const folder = temporaryFolder();
    const ledger = await opened(folder);
    await ledger.append([...about('act_1', canary), ...about('act_2', 'else')]);
    await ledger.payloads.clear(erasure(canary));
    await ledger.close();
    const rows = rowsIn(folder);
    fs.rmSync(path.join(folder, 'data', 'search.sqlite'));
    await (await opened(folder)).close();
    expect(rowsIn(folder)).toEqual(rows);
  });

  test('what is appended while an erasure runs is neither lost nor left out', async () => {
    const folder = temporaryFolder();
    const ledger = await opened(folder);
    await ledger.append(about('act_0', canary));
    let [number, isOver] = [0, false];
    const writer = async (): Promise<void> => {
      while (!isOver && number < 600) await ledger.append(about(`act_${(number += 1)}`, 'else'));
    };
    const writing = [writer(), writer(), writer()];
    for (let round = 0; round < 3; round += 1) {
      await ledger.append(about(`about_${round}`, canary));
      await ledger.payloads.clear(erasure(canary));
    }
    isOver = true;
    await Promise.all(writing);
    expect((await ledger.show(`act_${number}`))?.parameters).toEqual({ note: 'call else.' });
    await ledger.close();
    expect(isNamed(folder, canary)).toBe(false);
    expect(findings(folder)).toEqual([]);
  });

  test('a hold stops an erasure, which says so, and a retention goes around it', async () => {
    const ledger = await opened(temporaryFolder());
    await ledger.append([...about('act_1', canary), ...about('act_2', canary)]);
    const holds = [{ id: 'hold_1', selector: { conversation: 'of-act_1' } }];
    const query = { any: [{ subject: canary }], holds };
    await expect(ledger.payloads.clear(erasure(canary, { query }))).rejects.toMatchObject({
      code: 'payloads_held',
      message: expect.stringContaining('hold_1') as string,
    });
    const retention = { ...erasure(canary), query, event: 'retention', held: 'skip' } as const;
    expect(await ledger.payloads.clear(retention)).toMatchObject({ payloads: 2, held: 2 });
    expect((await ledger.show('act_1'))?.output).toEqual({ name: 'someone', phone: '555' });
    expect(await ledger.show('act_2')).not.toHaveProperty('parameters');
    await ledger.close();
  });

  test('payloads that are gone without an event are a finding, and so are those that an event says are gone', async () => {
    const folder = temporaryFolder();
    const ledger = await opened(folder);
    await ledger.append(about('act_1', canary));
    await ledger.checkpoint();
    const before = path.join(folder, 'before');
    fs.cpSync(path.join(folder, 'data', 'segments'), before, { recursive: true });
    await ledger.payloads.clear(erasure(canary));
    await ledger.close();
    const segments = path.join(folder, 'data', 'segments');
    const [first = ''] = fs.readdirSync(before);
    const erased = fs.readFileSync(path.join(segments, first));
    fs.copyFileSync(path.join(before, first), path.join(segments, first));
    const kept = findings(folder).filter(({ code }) => code === 'payload_kept');
    expect(kept.map(({ place }) => place.split(', ').at(-1))).toEqual(['record 0', 'record 1']);
    // The log without the event that explains it.
    for (const { name } of listSegments(path.join(folder, 'data')).slice(1))
      fs.rmSync(path.join(segments, name));
    fs.writeFileSync(path.join(segments, first), erased);
    const unexplained = findings(folder).filter(({ code }) => code === 'payload_missing');
    expect(unexplained.map(({ place }) => place.split(', ').at(-1))).toEqual(['record 0', 'record 1']);
  });

  test('a start carries out what a crash has left undone', async () => {
    const folder = temporaryFolder();
    const ledger = await opened(folder);
    await ledger.append(about('act_1', canary));
    const copy = path.join(folder, 'copy');
    fs.cpSync(path.join(folder, 'data', 'segments'), copy, { recursive: true });
    await ledger.payloads.clear(erasure(canary));
    await ledger.close();
    const [first = ''] = fs.readdirSync(copy);
    const data = path.join(folder, 'data');
    fs.copyFileSync(path.join(copy, first), path.join(data, 'segments', first));
    fs.rmSync(path.join(data, 'cleared'));
    expect(isNamed(folder, canary)).toBe(true);
    await (await opened(folder)).close();
    expect(isNamed(folder, canary)).toBe(false);
    expect(findings(folder)).toEqual([]);
  });

  test('a segment whose second name a crash has left is not taken for the old one', async () => {
    const folder = temporaryFolder();
    const ledger = await opened(folder);
    await ledger.append(about('act_1', canary));
    await ledger.close();
    const segments = path.join(folder, 'data', 'segments');
    const [name = ''] = fs.readdirSync(segments);
    fs.linkSync(path.join(segments, name), path.join(segments, `${name}.old`));
    await (await opened(folder)).close();
    expect(fs.readdirSync(segments)).toEqual([name]);
    expect(findings(folder)).toEqual([]);
  });

  test('a copy from before an erasure is erased again by the list that is kept apart', async () => {
    const folder = temporaryFolder();
    const ledger = await opened(folder);
    await ledger.append([...about('act_1', canary), ...about('act_2', 'else')]);
    await ledger.close();
    const { folder: data, checkpoint_folder } = optionsIn(folder);
    fs.cpSync(data, path.join(folder, 'backup'), { recursive: true });
    const again = await opened(folder);
    await again.payloads.clear(erasure(canary));
    await again.close();
    fs.rmSync(data, { recursive: true });
    fs.renameSync(path.join(folder, 'backup'), data);
    // Whoever restores an older state says so by taking the later checkpoint away; the list stays.
    fs.rmSync(path.join(checkpoint_folder, 'checkpoint'));
    expect(isNamed(folder, canary)).toBe(true);
    const restored = await opened(folder);
    await restored.append(about('act_3', 'else'));
    const { events } = await restored.search({ limit: 10, action: 'erasure' });
    expect(events).toMatchObject([{ replayed: true, cleared: '0-1' }]);
    await restored.close();
    await (await opened(folder)).close();
    expect(isNamed(folder, canary)).toBe(false);
    expect(isNamed(folder, 'else')).toBe(true);
    expect(findings(folder)).toEqual([]);
  });

  test('neither identifier nor segment key is anywhere in the folders afterwards', async () => {
    const folder = temporaryFolder();
    const drawn: Buffer[] = [];
    const random = (length: number): Buffer => {
      const bytes = randomBytes(length);
      drawn.push(bytes);
      return bytes;
    };
    const ledger = await opened(folder, { in_process: { disk: machineFileSystem, random } });
    await ledger.append(about('act_1', canary));
    // The salt of the first segment: whoever has it and the workspace key has the segment's key.
    const salt = JSON.parse(
      /\{.*?\}/.exec(
        fs.readFileSync(
          path.join(folder, 'data/segments', fs.readdirSync(path.join(folder, 'data/segments'))[0]!),
          'latin1',
        ),
      )![0],
    ) as { salt: string };
    await ledger.checkpoint();
    await ledger.payloads.clear(erasure(canary));
    const needles = [canary, Buffer.from(canary).toString('base64'), salt.salt];
    const everywhere = (): string[] =>
      fs
        .readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map((name) => path.join(folder, name))
        .filter(
          (file) =>
            fs.statSync(file).isFile() && needles.some((needle) => fs.readFileSync(file).includes(needle)),
        );
    expect(everywhere()).toEqual([]);
    await ledger.close();
    expect(everywhere()).toEqual([]);
    expect(drawn.length).toBeGreaterThan(0);
  });
});
