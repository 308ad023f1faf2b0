import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@remit/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { shop, workbench, type Workbench } from './workbench.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bench: Workbench;
beforeEach(async () => {
  bench = await workbench(shop);
});
afterEach(() => bench.remove());

/** Starts a witness of this workbench's log; its policy lines. */
async function witness(): Promise<string[]> {
  const key = join(bench.data, 'ledger', 'log.vkey');
  const folder = join(bench.path, 'witness');
  const running = bench.start(
    'witness',
    '--data',
    folder,
    '--name',
    'w.example/1',
    '--log',
    key,
    '--port',
    '0',
  );
  await running.output(/^ready · witness http:\S+$/m);
  return running.stdout.split('\n').filter((line) => line.startsWith('witness '));
}

/** With Ed25519, for cosignatures. */
const witnessKey = 'w.example/2+96c3fd7a+BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

describe('remit witness', () => {
  test('cosigns the checkpoints of a running Remit, with the lines that it prints as the policy', async () => {
    // The first command makes the log, and with it the key that the witness has to know.
    await bench.remit(['agents', 'list']);
    const lines = await witness();
    expect(lines).toHaveLength(2);
    const names = lines.map((line) => line.split(' ')[1]);
    const policy = join(bench.path, 'policy');
    writeFileSync(policy, [...lines, `group all all ${names.join(' ')}`, 'quorum all', ''].join('\n'));
    const checkpoints = join(bench.path, 'apart');
    mkdirSync(checkpoints);
    await bench.up('--witnesses', policy, '--checkpoints', checkpoints);
    const file = join(checkpoints, 'checkpoint');
    const cosigned = () =>
      existsSync(file) && readFileSync(file, 'utf8').match(/— w\.example\/1 /g)?.length === 2;
    await waitFor(cosigned, { what: 'a checkpoint with two cosignatures', timeout_ms: 60_000 });
    const report = await bench.remit(['doctor']);
    expect(report.stdout).toMatch(/ok +witness w1-ed25519: It has cosigned \d+ of \d+ records\./);
    expect(report.stdout).toMatch(/ok +witness w1-ml-dsa-44: /);
  });

  test.each([
    [['--name', 'with space', '--log', 'x+y'], 'verifier_key_invalid'],
    [['--name', 'w.example/1'], "required option '--log <key>'"],
    [['--name', 'w.example/1', '--log', 'no-such-file'], 'verifier_key_invalid'],
    [['--name', 'w.example/1', '--log', witnessKey], 'is that of a witness, not of a log'],
  ])('with %s says what is wrong and ends', async (args, said) => {
    const ended = await bench.start('witness', '--data', join(bench.path, 'w'), ...args).exited;
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(said);
  });

  test('up refuses a witness policy that cannot be used, before anything is served', async () => {
    const policy = join(bench.path, 'policy');
    writeFileSync(policy, 'witness a not-a-key\nquorum a\n');
    const ended = await bench.spawn(['up', '--port', '0', '--console-port', '0', '--witnesses', policy]);
    expect(ended.stderr).toContain('this is not the key of a witness');
    expect(ended.stderr).toContain('policy:1');
    expect(ended.code).not.toBe(0);
  });
});
