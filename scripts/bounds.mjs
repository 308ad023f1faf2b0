// Writes docs/bounds.md from packages/contracts/src/bounds.ts: `node scripts/bounds.mjs`.
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const source = readFileSync(new URL('packages/contracts/src/bounds.ts', root), 'utf8');
const rows = [];
let comment = '';
for (const line of source.slice(source.indexOf('export const bounds')).split('\n')) {
  const told = /^\s+\/?\*\*?\s?(.*?)(?:\s?\*\/)?$/.exec(line);
  const entry = /^\s+(\w+): ([^,]+),$/.exec(line);
  if (told && !entry) comment = `${comment} ${told[1]}`.trim();
  if (entry) {
    const value = Function(`return ${entry[2]}`)();
    rows.push(`| \`${entry[1]}\` | ${value.toLocaleString('en-US')} | ${comment} |`);
    comment = '';
  }
  if (line.startsWith('}')) break;
}
const head = `# Bounds

Every size, depth, time and queue that Remit bounds, with its default. The table is made from
\`packages/contracts/src/bounds.ts\` by \`node scripts/bounds.mjs\`; a test keeps the two alike. Names end
in their unit. A row without words shares those of the row above it.

| bound | default | what it bounds |
| --- | --- | --- |
`;
writeFileSync(new URL('docs/bounds.md', root), `${head}${rows.join('\n')}\n`);
