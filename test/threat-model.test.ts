/** Each threat names the tests that would go red; this sees that they are there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/threat-model.md'), 'utf8');
const rows = page
  .slice(page.indexOf('## Threats'), page.indexOf('## Known gaps'))
  .split('\n')
  .filter((line) => /^\| (?!threat |-)/.test(line))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\|/, '').trim()));

it('names threats', () => {
  expect(rows.length).toBeGreaterThan(20);
});

it.each(rows)('%s', (_threat, _answer, tests = '') => {
  const named = tests.match(/[\w/-]+\.test\.ts/g) ?? [];
  expect(named).not.toEqual([]);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
