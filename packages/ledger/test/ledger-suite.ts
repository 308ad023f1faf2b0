/** What every ledger has to do, whatever stands behind the port. */
import { auditEventSchema, type AuditEvent } from '@remit/contracts';
import { describe, expect, test } from 'vitest';
import type { Ledger, LedgerOptions } from '@remit/ledger';
import { readKey, verifyReceipt } from '@remit/ledger/verify';
import { hashLeaf } from '../src/merkle/hash.ts';
import fs from 'node:fs';
import path from 'node:path';
import { collect, intent, optionsIn, outcome, temporaryFolder, time } from './support.ts';

export function ledgerSuite(name: string, open: (options: LedgerOptions) => Promise<Ledger>): void {
  const opened = async (folder = temporaryFolder(), more: Partial<LedgerOptions> = {}): Promise<Ledger> =>
    open({ ...optionsIn(folder), ...more });

  describe(`a ledger ${name}`, () => {
    test('numbers records without gaps from 1, and its epoch rises with every process that writes', async () => {
      const folder = temporaryFolder();
      const first = await opened(folder);
      expect(await first.append([intent('act_1'), outcome('act_1')])).toEqual([
        { source: 'local', epoch: 1, sequence: 1 },
        { source: 'local', epoch: 1, sequence: 2 },
      ]);
      const [third] = await first.append([intent('act_2')]);
      expect(third).toEqual({ source: 'local', epoch: 1, sequence: 3 });
      await first.append([outcome('act_2')]);
      await first.close();
      await (await opened(folder)).close();
      const later = await opened(folder);
      expect(await later.append([intent('act_3')])).toEqual([{ source: 'local', epoch: 2, sequence: 1 }]);
      await later.close();
    });

    test('folds intent and outcome into one event in the published shape', async () => {
      const ledger = await opened();
      await ledger.append([intent('act_1')]);
      expect((await ledger.show('act_1'))?.result).toBeUndefined();
      await ledger.append([outcome('act_1')]);
      const { events } = await ledger.search({ limit: 10 });
      expect(events).toEqual([
        {
          timestamp: time,
          agent: 'customer-support',
          action: 'tool_invoke',
          tool: 'ticket-update',
          parameters: { ticket_id: 'TKT-12345', status: 'resolved' },
          context: { conversation_id: 'conv-789', customer_id: 'cust-456' },
          result: 'success',
          user: 'jo@example.com',
          output: { ok: true },
          server: 'desk',
          duration_ms: 12,
          id: 'act_1',
          ledger: {
            intent: { source: 'local', epoch: 1, sequence: 1, index: 0 },
            outcome: { source: 'local', epoch: 1, sequence: 2, index: 1 },
          },
        },
      ]);
      expect(Object.keys(events[0]!).slice(0, 7)).toEqual([
        'timestamp',
        'agent',
        'action',
        'tool',
        'parameters',
        'context',
        'result',
      ]);
      expect(auditEventSchema.parse(events[0])).toEqual(events[0]);
      expect(await ledger.show('act_none')).toBeUndefined();
      await ledger.close();
    });

    test('keeps small and large appends whole, also where they come faster than the disk takes them', async () => {
      const ledger = await opened();
      const lengths = Array.from({ length: 300 }, (_, number) => (number % 60 === 7 ? 2_000_000 : 30_000));
      const output = (number: number) => String.fromCharCode(97 + (number % 26)).repeat(lengths[number]!);
      await Promise.all(
        lengths.map((_, number) =>
          ledger.append([
            intent(`act_${number}`),
            outcome(`act_${number}`, { payload: { output: output(number) } }),
          ]),
        ),
      );
      for (const number of [0, 7, 8, 67, 299]) {
        expect(await ledger.show(`act_${number}`)).toMatchObject({ output: output(number) });
      }
      expect(ledger.status().size).toBe(600);
      await ledger.close();
    });

    test('every filter finds its events and no others', async () => {
      const ledger = await opened();
      for (let number = 0; number < 8; number += 1) {
        await ledger.append([
          {
            phase: 'event',
            id: `evt_${number}`,
            event: number === 7 ? 'login' : 'tool_invoke',
            time: `2026-03-03T14:00:0${number}.000Z`,
            meta: {
              agent: `agent-${number % 2}`,
              server: `server-${number % 3}`,
              tool: `tool-${number % 4}`,
              result: number === 3 ? 'denied' : 'success',
            },
            payload: { context: { conversation_id: `conv-${number % 5}` } },
          },
        ]);
      }
      const found = async (filter: object): Promise<string> =>
        (await ledger.search({ limit: 100, ...filter })).events.map(({ id }) => id.slice(4)).join('');
      expect(await found({})).toBe('76543210');
      expect(await found({ agent: 'agent-1' })).toBe('7531');
      expect(await found({ server: 'server-2' })).toBe('52');
      expect(await found({ tool: 'tool-3' })).toBe('73');
      expect(await found({ action: 'login' })).toBe('7');
      expect(await found({ result: 'denied' })).toBe('3');
      expect(await found({ conversation: 'conv-1' })).toBe('61');
      expect(await found({ conversation: 'conv-9' })).toBe('');
      expect(await found({ since: '2026-03-03T14:00:02Z', until: '2026-03-03T14:00:05Z' })).toBe('432');
      expect(await found({ agent: 'agent-0', conversation: 'conv-1', result: 'success' })).toBe('6');
      await ledger.close();
    });

    test('pages show every event once, also where many share a time', async () => {
      const ledger = await opened();
      await Promise.all(Array.from({ length: 57 }, (_, number) => ledger.append([intent(`act_${number}`)])));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await ledger.search({ limit: 10, ...(cursor !== undefined && { cursor }) });
        seen.push(...page.events.map(({ id }) => id));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(seen).toHaveLength(57);
      expect(new Set(seen).size).toBe(57);
      await ledger.close();
    });

    test('a query that makes no sense is refused, with what to write instead', async () => {
      const ledger = await opened();
      for (const wrong of [
        { limit: 0 },
        { limit: 1001 },
        { limit: 1.5 },
        { limit: 1, since: 'yesterday' },
        { limit: 1, cursor: 'x' },
      ]) {
        await expect(ledger.search(wrong), JSON.stringify(wrong)).rejects.toMatchObject({
          code: 'invalid_query',
        });
      }
      await ledger.close();
    });

    test('records come back in the order of the tree, payloads opened, filtered for folds', async () => {
      const ledger = await opened();
      const late = '2026-03-04T00:00:00.000Z';
      await ledger.append([intent('act_1'), outcome('act_1')]);
      await ledger.append([intent('act_2', { time: late })]);
      const all = await collect(ledger.records({}));
      expect(all.map(({ id, index }) => [id, index])).toEqual([
        ['act_1', 0],
        ['act_1', 1],
        ['act_2', 2],
      ]);
      expect(all[0]).toEqual({
        ...intent('act_1'),
        position: { source: 'local', epoch: 1, sequence: 1 },
        index: 0,
      });
      expect((await collect(ledger.records({ phases: ['outcome'] }))).map(({ index }) => index)).toEqual([1]);
      expect((await collect(ledger.records({ since: late }))).map(({ index }) => index)).toEqual([2]);
      expect((await collect(ledger.records({ from: 1 }))).map(({ index }) => index)).toEqual([1, 2]);
      expect(await collect(ledger.records({ from: 3 }))).toEqual([]);
      expect(await collect(ledger.records({ events: ['login'] }))).toEqual([]);
      await ledger.close();
    });

    test('records come in pages, so that a long log is folded in bounded memory', async () => {
      const ledger = await opened();
      const appends = Array.from({ length: 30 }, (_, batch) =>
        ledger.append(Array.from({ length: 100 }, (_item, number) => intent(`act_${batch}_${number}`))),
      );
      await Promise.all(appends);
      const indexes = (await collect(ledger.records({}))).map(({ index }) => index);
      expect(indexes).toEqual(Array.from({ length: 3000 }, (_, index) => index));
      await ledger.close();
    });

    test('records of kinds that are no actions are found among many others, in order and in pages', async () => {
      const ledger = await opened();
      const kinds = ['login', 'approval_requested', 'approval_granted'] as const;
      const batch = (from: number) =>
        Array.from({ length: 500 }, (_, number) => {
          const at = from + number;
          if (at % 2 === 1) return intent(`act_${at}`);
          const event = kinds[(at / 2) % 3]!;
          return { ...intent(`evt_${at}`), phase: 'event', event } as const;
        });
      for (let from = 0; from < 5000; from += 500) await ledger.append(batch(from));
      const events = ['approval_requested', 'approval_granted'] as const;
      const found = await collect(ledger.records({ events, from: 10 }));
      const expected = Array.from({ length: 5000 }, (_, at) => at).filter(
        (at) => at >= 10 && at % 2 === 0 && (at / 2) % 3 > 0,
      );
      expect(found.map(({ index }) => index)).toEqual(expected);
      expect(found[0]?.payload?.user).toBe('jo@example.com');
      expect(await collect(ledger.records({ events, since: '2026-03-04T00:00:00.000Z' }))).toEqual([]);
      await ledger.close();
    });

    test('an intent without an outcome is closed as unknown by the next start, once', async () => {
      const folder = temporaryFolder();
      const first = await opened(folder);
      await first.append([intent('act_1')]);
      await first.append([intent('act_2'), outcome('act_2')]);
      await first.close();
      const second = await opened(folder);
      const event = await second.show('act_1');
      expect(event).toMatchObject({ result: 'unknown', agent: 'customer-support', tool: 'ticket-update' });
      expect(event?.['reason']).toContain('epoch 1');
      expect(second.status().size).toBe(4);
      await second.append([intent('act_3')]);
      expect((await second.show('act_3'))?.result).toBeUndefined();
      await second.close();
      const third = await opened(folder);
      expect(third.status().size).toBe(6);
      await third.close();
    });

    test('listeners get an action with its intent and with its outcome, until they leave', async () => {
      const ledger = await opened();
      const events: AuditEvent[] = [];
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const end = ledger.subscribe((event) => {
        events.push(event);
        if (event.result !== undefined) resolve(undefined);
      });
      await ledger.append([intent('act_1')]);
      await ledger.append([outcome('act_1')]);
      await promise;
      end();
      await ledger.append([intent('act_2')]);
      await ledger.search({ limit: 1 });
      expect(new Set(events.map(({ id }) => id))).toEqual(new Set(['act_1']));
      expect(events.at(-1)).toMatchObject({ result: 'success', parameters: { ticket_id: 'TKT-12345' } });
      await ledger.close();
    });

    test('listeners hear also of what a search was quicker to make visible', async () => {
      const ledger = await opened();
      const heard = Promise.withResolvers<string>();
      ledger.subscribe(({ id }) => heard.resolve(id));
      await ledger.append([intent('act_1')]);
      await ledger.search({ limit: 1 });
      expect(await heard.promise).toBe('act_1');
      await ledger.close();
    });

    test('a receipt proves the record of an action to whoever has the verifier key', async () => {
      const folder = temporaryFolder();
      const ledger = await opened(folder);
      for (let number = 0; number < 20; number += 1)
        await ledger.append([intent(`act_${number}`), outcome(`act_${number}`)]);
      const key = readKey(fs.readFileSync(path.join(folder, 'checkpoints', 'log.vkey'), 'utf8').trim())!;
      for (const id of ['act_0', 'act_7', 'act_19']) {
        const receipt = (await ledger.proof(id))!;
        const { record, checkpoint } = verifyReceipt(receipt, key)!;
        expect(JSON.parse(Buffer.from(record).toString())).toMatchObject({
          record: { id, phase: 'outcome' },
        });
        expect(checkpoint.size).toBe(40);
      }
      expect(await ledger.proof('act_none')).toBeUndefined();
      await ledger.close();
    });

    test('a record that cannot be kept is refused and leaves nothing behind', async () => {
      const ledger = await opened();
      const refuse = (record: object, code: string) =>
        expect(ledger.append([intent('act_0'), intent('act_1', record)]), code).rejects.toMatchObject({
          code,
        });
      await refuse({ meta: { note: 'x'.repeat(70_000) } }, 'record_too_large');
      await refuse({ meta: { note: '\ud800' } }, 'record_invalid');
      await refuse({ time: 'today' }, 'record_invalid');
      await refuse({ payload: { output: 'x'.repeat(17 * 1024 * 1024) } }, 'payload_too_large');
      expect(ledger.status().size).toBe(0);
      await ledger.close();
    });

    test('a payload keeps whatever an upstream can answer', async () => {
      const ledger = await opened();
      const output = JSON.parse(
        '{"__proto__":{"x":1},"lone":"\\ud800","nul":"\\u0000","deep":[[[["é😀"]]]],"big":1e300}',
      ) as object;
      await ledger.append([intent('act_1', { payload: { output } })]);
      const [record] = await collect(ledger.records({}));
      expect(JSON.stringify(record?.payload?.output)).toBe(JSON.stringify(output));
      await ledger.close();
    });

    test('more waiting records than the queue takes are refused, the others are kept', async () => {
      const ledger = await opened(undefined, {
        bounds: { queue_records_max: 3, checkpoint_interval_ms: 3_600_000 },
      });
      const results = await Promise.allSettled(
        [1, 2, 3, 4].map((number) => ledger.append([intent(`act_${number}`)])),
      );
      expect(results.map(({ status }) => status)).toEqual([
        'fulfilled',
        'fulfilled',
        'fulfilled',
        'rejected',
      ]);
      expect(results[3]).toMatchObject({ reason: { code: 'ledger_unavailable' } });
      expect(await ledger.append([intent('act_5')])).toHaveLength(1);
      await ledger.close();
    });

    test('a closed ledger takes nothing more, and what was appended before is kept', async () => {
      const folder = temporaryFolder();
      const ledger = await opened(folder);
      const pending = ledger.append([intent('act_1')]);
      await ledger.close();
      expect(await pending).toHaveLength(1);
      await expect(ledger.append([intent('act_2')])).rejects.toMatchObject({ code: 'ledger_unavailable' });
      const again = await opened(folder);
      expect(await again.show('act_1')).toBeDefined();
      await again.close();
    });

    test('serves the log as static files from which the tree can be computed', async () => {
      const ledger = await opened();
      await Promise.all(Array.from({ length: 300 }, (_, number) => ledger.append([intent(`act_${number}`)])));
      const note = await ledger.checkpoint();
      expect(Buffer.from((await ledger.file('checkpoint'))!).toString()).toBe(note);
      expect(note.split('\n').slice(0, 2)).toEqual(['remit.example/log', '300']);
      expect(await ledger.file('tile/0/000')).toHaveLength(256 * 32);
      expect(await ledger.file('tile/0/001.p/44')).toHaveLength(44 * 32);
      expect(await ledger.file('tile/1/000.p/1')).toHaveLength(32);
      expect(await ledger.file('tile/0/001.p/45')).toBeUndefined();
      expect(await ledger.file('tile/0/001')).toBeUndefined();
      expect(await ledger.file('../keys.json')).toBeUndefined();
      const bundle = Buffer.from((await ledger.file('tile/entries/001.p/44'))!);
      const leaf = hashLeaf(bundle.subarray(2, 2 + bundle.readUInt16BE(0)));
      const tile = Buffer.from((await ledger.file('tile/0/001.p/44'))!);
      expect(tile.toString('latin1', 0, 32)).toBe(leaf);
      await ledger.close();
    });

    test('projections that are lost or damaged are made again from the log', async () => {
      const folder = temporaryFolder();
      const first = await opened(folder);
      await first.append([intent('act_1'), outcome('act_1')]);
      await first.close();
      const file = path.join(folder, 'data', 'search.sqlite');
      for (const damage of [
        () => fs.rmSync(file),
        () => fs.writeFileSync(file, 'not a database'),
        () => fs.truncateSync(file, 5000),
      ]) {
        damage();
        const again = await opened(folder);
        expect((await again.search({ limit: 10, conversation: 'conv-789' })).events).toHaveLength(1);
        expect(again.status().size).toBe(2);
        await again.close();
      }
    });
  });
}
