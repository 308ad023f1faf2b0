import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLedger } from '@remit/ledger';
import { machineFileSystem } from '../src/disk/file-system.ts';
import { ledgerSuite } from './ledger-suite.ts';
import { intent, optionsIn, temporaryFolder } from './support.ts';

ledgerSuite('with its writer in a thread', openLedger);
ledgerSuite('in one thread', (options) =>
  openLedger({ ...options, in_process: { disk: machineFileSystem, random: randomBytes } }),
);

describe('the data folder', () => {
  test('holds no identifier of a person outside sealed payloads, and the keys are for their owner only', async () => {
    const folder = temporaryFolder();
    const ledger = await openLedger(optionsIn(folder));
    await ledger.append([intent('act_1')]);
    await ledger.search({ limit: 1 });
    await ledger.close();
    const data = path.join(folder, 'data');
    for (const name of fs.readdirSync(data, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(data, name);
      if (name === 'ledger.lock' || fs.statSync(file).isDirectory()) continue;
      const bytes = fs.readFileSync(file);
      for (const identifier of ['jo@example.com', 'cust-456', 'conv-789', 'TKT-12345']) {
        expect(bytes.includes(identifier), `${identifier} in ${name}`).toBe(false);
      }
    }
    expect(fs.statSync(path.join(data, 'keys.json')).mode & 0o777).toBe(0o600);
    expect(fs.statSync(data).mode & 0o777).toBe(0o700);
  });

  test('a key file that others can read, is damaged, or is missing beside records stops the start', async () => {
    const folder = temporaryFolder();
    const options = optionsIn(folder);
    const key = path.join(folder, 'secrets', 'keys.json');
    const ledger = await openLedger({ ...options, key_file: key });
    await ledger.append([intent('act_1')]);
    await ledger.close();
    const start = () => openLedger({ ...options, key_file: key });
    fs.chmodSync(key, 0o644);
    await expect(start()).rejects.toMatchObject({ code: 'key_file_open' });
    fs.chmodSync(key, 0o600);
    const content = fs.readFileSync(key, 'utf8');
    fs.writeFileSync(key, content.replace('"version": 1', '"version": 2'));
    await expect(start()).rejects.toMatchObject({ code: 'key_file_damaged' });
    fs.rmSync(key);
    await expect(start()).rejects.toMatchObject({ code: 'key_file_missing' });
    fs.writeFileSync(key, content, { mode: 0o600 });
    await (await start()).close();
  });

  test('the event loop turns while an append waits for the disk', async () => {
    const ledger = await openLedger(optionsIn(temporaryFolder()));
    let turns = 0;
    let open = true;
    const turn = (): void => {
      turns += 1;
      if (open) setImmediate(turn);
    };
    const append = ledger.append([intent('act_1')]);
    turn();
    await append;
    open = false;
    expect(turns).toBeGreaterThan(1);
    await ledger.close();
  });

  test('a log of another origin is not continued', async () => {
    const options = optionsIn(temporaryFolder());
    const ledger = await openLedger(options);
    await ledger.append([intent('act_1')]);
    await ledger.close();
    await expect(openLedger({ ...options, origin: 'other.example/log' })).rejects.toMatchObject({
      code: 'ledger_foreign',
    });
    await expect(openLedger({ ...options, origin: 'with space' })).rejects.toMatchObject({
      code: 'options_invalid',
    });
  });
});
