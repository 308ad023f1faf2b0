/** `npm run bench [-- NAME[=SIZE]…]`: prints the table and writes the numbers to `bench/results/NAME.json`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { BenchRow } from './row.ts';

const benches: Record<string, (size?: number) => Promise<BenchRow[]>> = {
  decide: async () => (await import('./decide.ts')).benchDecide(),
  classify: async () => (await import('./classify.ts')).benchClassify(),
  ledger: async () => (await import('./ledger.ts')).benchLedger(),
  inspect: async () => (await import('./inspect.ts')).benchInspect(),
  verify: async () => (await import('./verify.ts')).benchVerify(),
  growth: async (size) => (await import('./growth.ts')).benchGrowth(size),
  call: async () => (await import('./call.ts')).benchCall(),
};

const sizes = new Map(process.argv.slice(2).map(sized));
const chosen = [...sizes.keys()];
const unknown = chosen.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`no benchmark called ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}

const folder = new URL('results/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const name of chosen.length > 0 ? chosen : Object.keys(benches)) {
  const rows = await benches[name]!(sizes.get(name));
  print(name, rows);
  const machine = { node: process.version, cores: cpus().length, processor: cpus()[0]?.model };
  const text = JSON.stringify({ name, measured_at: new Date().toISOString(), machine, rows }, null, 2);
  writeFileSync(new URL(`${name}.json`, folder), `${text}\n`);
}

function sized(argument: string): [name: string, size: number | undefined] {
  const [name = '', size] = argument.split('=');
  return [name, size === undefined ? undefined : Number(size)];
}

function print(name: string, rows: BenchRow[]): void {
  console.log(`\n## ${name}\n`);
  console.log('| what | unit | Remit | against | ratio | target | |');
  console.log('| --- | --- | ---: | --- | ---: | --- | --- |');
  for (const row of rows) {
    const peers = Object.entries(row.peers).map(([peer, value]) => `${peer} ${figure(value)}`);
    const ratio = row.ratio === undefined ? '' : figure(row.ratio);
    const verdict = row.pass === undefined ? '' : row.pass ? 'reached' : 'missed';
    const cells = [row.name, row.unit, figure(row.ours), peers.join('; '), ratio, row.target ?? '', verdict];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

function figure(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}
