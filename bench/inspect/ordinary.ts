/**
 * Ordinary tool results: files as file and repository tools give them (this checkout's dependencies, whose
 * versions the lockfile fixes), lists of tools, and tasks of customer service. None holds a live secret.
 */
import { globSync, readFileSync, statSync } from 'node:fs';
import { corpora } from './corpora.ts';

const FILES = 'node_modules/**/*.{md,json,js,mjs,cjs,ts,yml,yaml,txt,css,map}';
const BYTES_MAX = 64 * 1024;

/** At most `count` texts; the same ones on every run with the same dependencies. */
export function ordinaryResults(count: number): { name: string; text: string }[] {
  const root = new URL('../../', import.meta.url);
  const shared = globSync('{agents,tools}/*', { cwd: corpora.pathname }).toSorted();
  const results = shared.flatMap((name) =>
    readFileSync(new URL(name, corpora), 'utf8')
      .split('\n')
      .filter((line) => line.length > 40)
      .map((text) => ({ name, text })),
  );
  const files = globSync(FILES, { cwd: root.pathname }).toSorted();
  const step = Math.max(1, Math.floor(files.length / Math.max(1, count - results.length)));
  for (let index = 0; index < files.length && results.length < count; index += step) {
    const name = files[index]!;
    const { size } = statSync(new URL(name, root));
    if (size > 40)
      results.push({ name, text: readFileSync(new URL(name, root), 'utf8').slice(0, BYTES_MAX) });
  }
  return results.slice(0, count);
}
