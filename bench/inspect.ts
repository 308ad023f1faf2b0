/** Inspection of results against parsing the same bytes (performance.md, row "inspect"), and what the detectors find. */
import type { DataRules, JsonObject } from '@remit/contracts';
import { redactResult, usualDetectors } from '@remit/inspect';
import { benchDetection } from './inspect/detection.ts';
import { benchWorstCases } from './inspect/worst-cases.ts';
import { interleave, median } from './measure.ts';
import type { BenchRow } from './row.ts';

const fieldRules: DataRules = { denied: ['ssn', 'creditcard', 'passwordhash'], labels: {} };
/** With every detector that needs no asking for; the e-mail address of each record is found by one. */
const detectorRules: DataRules = {
  ...fieldRules,
  detected: Object.fromEntries(usualDetectors.map((name) => [name, { label: name }])),
};
const sizes = [
  { name: '1 kB', bytes: 1_000, repetitions: 2_000 },
  { name: '100 kB', bytes: 100_000, repetitions: 20 },
  { name: '10 MB', bytes: 10_000_000, repetitions: 1 },
];
const ROUNDS = 11;
const RATIO_MAX = 3;

export async function benchInspect(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { name, bytes, repetitions } of sizes) {
    const { text, records } = customers(bytes);
    const shapes = {
      [`JSON text, ${name}`]: { content: [{ type: 'text', text }] },
      [`structured content, ${name}`]: { content: [], structuredContent: { records } },
    };
    for (const [shape, result] of Object.entries(shapes)) {
      rows.push(
        await compare(`fields of ${shape}`, text, () => redactResult(fieldRules, result), repetitions),
      );
      rows.push(
        await compare(`detect in ${shape}`, text, () => redactResult(detectorRules, result), repetitions),
      );
    }
  }
  return [...rows, ...benchDetection(), ...(await benchWorstCases())];
}

async function compare(
  name: string,
  text: string,
  redact: () => unknown,
  repetitions: number,
): Promise<BenchRow> {
  const times = await interleave(
    {
      ours: () => microseconds(repetitions, redact),
      parse: () => microseconds(repetitions, () => JSON.parse(text) as unknown),
    },
    ROUNDS,
  );
  const ours = median(times.ours);
  const parse = median(times.parse);
  const ratio = ours / parse;
  return {
    name,
    unit: 'µs',
    ours,
    peers: { 'JSON.parse': parse },
    ratio,
    target: `≤ ${RATIO_MAX}× JSON.parse`,
    pass: ratio <= RATIO_MAX,
  };
}

/** Records of about `bytes` of JSON, with denied fields, inner JSON text and escapes. */
function customers(bytes: number): { text: string; records: JsonObject[] } {
  const records: JsonObject[] = [];
  for (let length = 0; length < bytes; length += JSON.stringify(records.at(-1)).length) {
    records.push(customer(records.length));
  }
  return { text: JSON.stringify(records), records };
}

function customer(index: number): JsonObject {
  return {
    customer_id: `C-${index}`,
    name: `Customer ${index}`,
    email: `customer${index}@example.com`,
    ssn: '078-05-1120',
    credit_card: '4111111111111111',
    note: 'called about "late" delivery\nwill call again',
    address: { street: '1 Main Street', city: 'Springfield', zip: 12345, tags: ['home', 'billing'] },
    ...(index % 50 === 0 ? { raw: JSON.stringify({ ssn: '078-05-1120', source: 'import' }) } : {}),
    orders: index,
    active: true,
  };
}

function microseconds(repetitions: number, run: () => unknown): number {
  const start = process.hrtime.bigint();
  for (let repetition = 0; repetition < repetitions; repetition++) run();
  return Number(process.hrtime.bigint() - start) / 1000 / repetitions;
}
