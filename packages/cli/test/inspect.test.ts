import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from '@remit/testkit';
import { afterAll, describe, expect, test, vi } from 'vitest';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'remit-inspect-'));
const remit = fileURLToPath(new URL('../bin/remit.mjs', import.meta.url));
const run = (...args: string[]) => runProcess([process.execPath, remit, 'inspect', ...args], { cwd: folder });
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('remit inspect', () => {
  test('says kind, span, place and confidence, and never the value', async () => {
    const path = file('lines.jsonl', '{"a":1}\n{"card":"4111 1111 1111 1111"}\n');
    const { code, stdout } = await run(path, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      findings: [{ kind: 'payment_card', start: 17, end: 36, confidence: 0.99, line: 2, column: 10 }],
    });
    const { stdout: text } = await run(path);
    expect(text).toMatch(/payment_card\s+2:10\s+17-36\s+0\.99/);
    expect(text).not.toContain('4111');
  });

  test('ends with 0 where nothing is found, with 2 for an unknown detector, with 3 for no file', async () => {
    const path = file('plain.txt', 'nothing to see');
    expect((await run(path)).code).toBe(0);
    expect((await run(path, '--detect', 'cards')).code).toBe(2);
    expect((await run(join(folder, 'none'))).code).toBe(3);
  });

  test('names and addresses only where somebody asks', async () => {
    const path = file('letter.txt', 'Dear Ms Jane Miller');
    expect((await run(path)).code).toBe(0);
    const { stdout } = await run(path, '--all', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ kind: 'person_name' }] });
  });
});
