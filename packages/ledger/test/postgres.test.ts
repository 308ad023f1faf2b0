/** The log in PostgreSQL: what every ledger does, and what only a server can do to it. */
import fs from 'node:fs';
import path from 'node:path';
import { openLedger, type Ledger, type LedgerOptions } from '@remit/ledger';
import { verifyLedger } from '@remit/ledger/verify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledgerSuite } from './ledger-suite.ts';
import { PostgresServer, postgresPrograms } from './postgres-server.ts';
import { collect, intent, optionsIn, outcome, temporaryFolder } from './support.ts';

const programs = postgresPrograms();

describe.skipIf(programs === undefined)('with a server', () => {
  let server: PostgresServer;
  const urls = new Map<string, string>();

  beforeAll(async () => {
    server = new PostgresServer(programs!);
    await server.start();
  });
  afterAll(() => server.remove());

  /** Each folder has a place of its own in the database. */
  async function open(options: LedgerOptions): Promise<Ledger> {
    const url = urls.get(options.folder) ?? (await server.freshUrl());
    urls.set(options.folder, url);
    return openLedger({ ...options, postgres: url });
  }

  ledgerSuite('in PostgreSQL', open);

  describe('a ledger in PostgreSQL', () => {
    test('is whole without its folder, which is made anew, in time for the first search', async () => {
      const options = optionsIn(temporaryFolder());
      const key_file = path.join(temporaryFolder(), 'keys.json');
      const first = await open({ ...options, key_file });
      for (let number = 0; number < 200; number += 1)
        await first.append([intent(`act_${number}`), outcome(`act_${number}`)]);
      const receipt = await first.proof('act_7');
      await first.close();
      fs.rmSync(options.folder, { recursive: true });
      const again = await open({ ...options, key_file });
      expect((await again.search({ limit: 1000, conversation: 'conv-789' })).events).toHaveLength(200);
      expect(await again.proof('act_7')).toBe(receipt);
      await again.close();
      const { checkpoint_folder } = options;
      expect(verifyLedger({ folder: options.folder, key_file, checkpoint_folder })).toMatchObject({
        ok: true,
        size: 400,
      });
    });

    test('a log that a folder has kept so far moves to an empty database, as it is', async () => {
      const options = optionsIn(temporaryFolder());
      const embedded = await openLedger({
        ...options,
        bounds: { ...options.bounds, segment_bytes_max: 4096 },
      });
      for (let number = 0; number < 40; number += 1) await embedded.append([intent(`act_${number}`)]);
      await embedded.close();
      const moved = await open(options);
      // Intents without an outcome are closed by the next start, wherever it finds them.
      expect(moved.status().size).toBe(80);
      await moved.close();
      fs.rmSync(path.join(options.folder, 'segments'), { recursive: true });
      const again = await open(options);
      expect(await collect(again.records({ phases: ['intent'] }))).toHaveLength(40);
      await again.close();
    });

    test('the folder alone is not written to once the log lies in a database', async () => {
      const options = optionsIn(temporaryFolder());
      await (await open(options)).close();
      await expect(openLedger(options)).rejects.toMatchObject({ code: 'ledger_elsewhere' });
    });

    test('a second writer is refused, whatever folder it has', async () => {
      const options = optionsIn(temporaryFolder());
      const first = await open(options);
      const elsewhere = optionsIn(temporaryFolder());
      urls.set(elsewhere.folder, urls.get(options.folder)!);
      await expect(open(elsewhere)).rejects.toMatchObject({ code: 'ledger_locked' });
      await first.close();
    });

    test('a writer that another one has taken over from cannot commit, and ends', async () => {
      const options = optionsIn(temporaryFolder());
      const failed = Promise.withResolvers<string>();
      const ledger = await open({ ...options, failed: ({ message }) => failed.resolve(message) });
      await ledger.append([intent('act_1')]);
      await server.query('UPDATE remit_log SET fence = fence + 1', urls.get(options.folder));
      await expect(ledger.append([intent('act_2')])).rejects.toMatchObject({ code: 'ledger_unavailable' });
      expect(await failed.promise).toContain('taken over');
      expect(await server.query('SELECT size::int FROM remit_log', urls.get(options.folder))).toEqual([
        { size: 1 },
      ]);
      await ledger.close();
    });

    test('groups that were changed in the database stop the start', async () => {
      const options = optionsIn(temporaryFolder());
      const ledger = await open(options);
      await ledger.append([intent('act_1'), outcome('act_1')]);
      await ledger.close();
      fs.rmSync(path.join(options.folder, 'segments'), { recursive: true });
      await server.query('UPDATE remit_group SET frame = set_byte(frame, 80, 7)', urls.get(options.folder));
      await expect(open(options)).rejects.toMatchObject({ code: 'ledger_damaged' });
    });

    test('a database that is older than its folder is refused', async () => {
      const options = optionsIn(temporaryFolder());
      const ledger = await open(options);
      await ledger.append([intent('act_1'), outcome('act_1')]);
      await ledger.close();
      const url = urls.get(options.folder)!;
      await server.query(
        'DELETE FROM remit_group; DELETE FROM remit_segment; UPDATE remit_log SET size = 0',
        url,
      );
      await expect(open(options)).rejects.toMatchObject({ code: 'ledger_rolled_back' });
    });

    test('what is taken out of the log is taken out of the database, too', async () => {
      const options = optionsIn(temporaryFolder());
      const ledger = await open(options);
      await ledger.append([intent('act_1'), outcome('act_1')]);
      const any = [{ subject: 'jo@example.com' }];
      const { payloads } = await ledger.payloads.clear({
        event: 'erasure',
        query: { any, holds: [] },
        meta: {},
        held: 'refuse',
        record_nothing: true,
      });
      expect(payloads).toBeGreaterThan(0);
      await ledger.close();
      fs.rmSync(path.join(options.folder, 'segments'), { recursive: true });
      const again = await open(options);
      expect((await again.show('act_1'))?.user).toBeUndefined();
      await again.close();
    });

    test.each(['SIGINT', 'SIGQUIT'] as const)(
      'a server that stops (%s) and starts under load loses nothing that was acknowledged; appends are refused, then taken again',
      async (signal) => {
        const options = optionsIn(temporaryFolder());
        const ledger = await open(options);
        const acknowledged: string[] = [];
        const refused: unknown[] = [];
        let [next, over] = [0, false];
        const writer = async (): Promise<void> => {
          while (!over) {
            const id = `act_${(next += 1)}`;
            await ledger.append([intent(id), outcome(id)]).then(
              () => acknowledged.push(id),
              (error: unknown) => refused.push(error),
            );
            await new Promise(setImmediate);
          }
        };
        const writers = Array.from({ length: 8 }, writer);
        while (acknowledged.length < 50) await new Promise(setImmediate);
        await server.stop(signal);
        while (refused.length < 5) await new Promise(setImmediate);
        const before = acknowledged.length;
        await server.start();
        while (acknowledged.length < before + 50) await new Promise(setImmediate);
        over = true;
        await Promise.all(writers);
        expect(refused).toContainEqual(expect.objectContaining({ code: 'ledger_unavailable' }));
        await ledger.close();
        fs.rmSync(path.join(options.folder, 'segments'), { recursive: true });
        const again = await open(options);
        const kept = new Set((await collect(again.records({ phases: ['outcome'] }))).map(({ id }) => id));
        expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
        await again.close();
      },
    );
  });
});
