/** Backups: made beside calls, refused where a byte is not as it was, and never quietly older than what was signed. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shop, workbench, type Workbench } from './workbench.ts';

let bench: Workbench;
let checkpoints: string;
let file: string;
beforeEach(async () => {
  bench = await workbench(shop);
  checkpoints = join(bench.path, 'checkpoints');
  file = join(bench.path, 'backup.remit');
});
afterEach(() => bench.remove());

const apart = (): Record<string, string> => ({ REMIT_CHECKPOINTS: checkpoints });

/** Another command on the same workspace, which records something. */
async function recorded(): Promise<void> {
  expect((await bench.remit(['people', 'add', `person-${Math.random()}`, '--groups', 'viewers'])).code).toBe(
    0,
  );
}

async function made(): Promise<void> {
  expect(await bench.remit(['backup', file])).toMatchObject({ code: 0 });
}

/** As on a new machine: the data folder is gone, keys and checkpoints were kept apart. */
function lost(): { keys: string } {
  const keys = join(bench.path, 'keys');
  mkdirSync(keys);
  for (const name of readdirSync(join(bench.data, 'keys')))
    copyFileSync(join(bench.data, 'keys', name), join(keys, name));
  rmSync(bench.data, { recursive: true });
  return { keys };
}

const restore = (...more: string[]) => bench.remit(['backup', '--restore', file, ...more], apart());

describe('a backup', () => {
  test('brings back the policy in force, whatever the documents are then', async () => {
    const running = await bench.up('--offline');
    const kept = readdirSync(join(bench.data, 'policies'));
    expect(kept).toHaveLength(1);
    await made();
    await running.process.stop();
    const { keys } = lost();
    expect(await restore('--keys', keys)).toMatchObject({ code: 0 });
    expect(readdirSync(join(bench.data, 'policies'))).toEqual(kept);
  });

  test('is made while Remit runs, for its user alone, without keys, and is recorded', async () => {
    await bench.up('--offline');
    const { code, stdout } = await bench.remit(['backup', file, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ file, bytes: statSync(file).size });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { workspace_key } = JSON.parse(readFileSync(join(bench.data, 'keys', 'ledger.json'), 'utf8')) as {
      workspace_key: string;
    };
    const bytes = readFileSync(file);
    expect(bytes.includes(workspace_key)).toBe(false);
    expect(bytes.includes(Buffer.from(workspace_key, 'base64'))).toBe(false);
    expect(bytes.includes(readFileSync(join(bench.data, 'keys', 'credentials.key')))).toBe(false);
    const { stdout: events } = await bench.remit(['audit', 'search', 'action:backup_made', '--json']);
    const { digest } = JSON.parse(stdout) as { digest: string };
    expect(JSON.parse(events)).toMatchObject({ action: 'backup_made', digest, by: 'operator' });
    expect(readdirSync(bench.path).filter((name) => name.includes('draft'))).toEqual([]);
  });

  test('never takes the place of another file', async () => {
    writeFileSync(file, 'mine');
    const { code, stderr } = await bench.remit(['backup', file]);
    expect(code).toBe(1);
    expect(stderr).toContain('backup_exists');
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('goes into an empty folder, verified, with agents, people and events as they were', async () => {
    await recorded();
    await bench.remit(['agents', 'token', 'support', '--json']);
    const before = (await bench.remit(['people', 'list', '--json'])).stdout;
    await made();
    const { keys } = lost();
    const { code, stdout } = await restore('--keys', keys, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, checked_with: 'keys', missing: 0 });
    expect(statSync(bench.data).mode & 0o777).toBe(0o700);
    expect((await bench.remit(['people', 'list', '--json'])).stdout).toBe(before);
    const { stdout: events } = await bench.remit(['audit', 'search', '--json']);
    expect(events).toContain('"ledger_restored"');
    expect(events).toContain('"agent_key_issued"');
    expect((await bench.remit(['audit', 'verify'])).code).toBe(0);
  });

  test('is not restored over anything', async () => {
    await made();
    const { code, stderr } = await restore();
    expect(code).toBe(3);
    expect(stderr).toContain('data_folder_not_empty');
  });

  test('that is torn anywhere, changed anywhere or signed by another log is refused, and nothing stays', async () => {
    await recorded();
    await made();
    const whole = readFileSync(file);
    const { keys } = lost();
    for (const at of [0, 511, 700, Math.floor(whole.length / 3), whole.length - 1536, whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, at));
      expect((await restore('--keys', keys)).stderr, `torn at ${at}`).toContain('backup_damaged');
    }
    for (const at of [
      3,
      130,
      600,
      5000,
      Math.floor(whole.length / 2),
      whole.length - 1200,
      whole.length - 5,
    ]) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1;
      writeFileSync(file, changed);
      expect((await restore('--keys', keys)).stderr, `changed at ${at}`).toContain('backup_damaged');
    }
    writeFileSync(file, Buffer.concat([whole, Buffer.alloc(512)]));
    expect((await restore('--keys', keys)).stderr).toContain('backup_damaged');
    expect(existsSync(bench.data)).toBe(false);
    expect(existsSync(`${bench.data}.restoring`)).toBe(false);

    const other = await workbench(shop);
    await other.remit(['backup', join(other.path, 'other.remit')]);
    copyFileSync(join(other.path, 'other.remit'), file);
    expect((await restore('--keys', keys)).stderr).toContain('not signed by this log');
    await other.remove();
  });
});

describe('a restored log that is older than what was signed', () => {
  async function older(): Promise<void> {
    const first = await bench.up('--offline', '--checkpoints', checkpoints);
    await made();
    await recorded();
    await first.process.stop();
    const { keys } = lost();
    const { code, stderr } = await restore('--keys', keys);
    expect(code).toBe(0);
    expect(stderr).toMatch(/\d+ records that were signed later are missing/);
  }

  test('stays closed and says so, until the operator gives the missing records up, which is recorded', async () => {
    await older();
    const refused = await bench.spawn(['up', '--offline', '--checkpoints', checkpoints]);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('ledger_rolled_back');
    expect(refused.stderr).toContain('--accept-loss');
    const accepted = await bench.remit(['backup', '--accept-loss', '--json'], apart());
    expect(accepted.code).toBe(0);
    const { size, lost_size, set_aside } = JSON.parse(accepted.stdout) as Record<string, number | string>;
    expect(lost_size).toBeGreaterThan(size as number);
    expect(existsSync(set_aside as string)).toBe(true);
    await bench.up('--offline', '--checkpoints', checkpoints);
    const { stdout } = await bench.remit(['audit', 'search', 'action:ledger_restored', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      lost_size,
      lost_records: (lost_size as number) - (size as number),
    });
  });

  test('that was not restored cannot be given up', async () => {
    await recorded();
    const { code, stderr } = await bench.remit(['backup', '--accept-loss'], apart());
    expect(code).toBe(3);
    expect(stderr).toContain('not_restored');
  });
});
