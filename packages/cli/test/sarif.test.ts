/** `remit check --sarif`, held against the schema of SARIF 2.1.0. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { findingCodes } from '@remit/policy';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { shop, workbench, type Workbench } from './workbench.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const require = createRequire(import.meta.url);

interface Region {
  startLine: number;
  startColumn: number;
  endColumn: number;
}

interface Result {
  ruleId: string;
  ruleIndex: number;
  level: string;
  message: { text: string };
  locations?: { physicalLocation: { artifactLocation: { uri: string }; region?: Region } }[];
  fixes?: {
    artifactChanges: {
      artifactLocation: { uri: string };
      replacements: { deletedRegion: Region; insertedContent: { text: string } }[];
    }[];
  }[];
}

interface Log {
  runs: {
    tool: { driver: { rules: { id: string; shortDescription: { text: string } }[] } };
    results: Result[];
  }[];
}

/** A wrong name, a wrong key in quotes, a wrong argument in a condition, a note, a warning. */
const wrong = `agent: wrong
access:
  tools:
    allow: [recrd, "*"]
    "dney": [record]
---
role: idle
`;

let bench: Workbench;
let valid: ValidateFunction;
let log: Log;

beforeAll(async () => {
  bench = await workbench(shop);
  await bench.remit(['tools', 'pull']);
  bench.write('deep/wrong file.yaml', wrong);
  const { code, stdout } = await bench.remit(['check', '--sarif']);
  expect(code).toBe(1);
  log = JSON.parse(stdout) as Log;
  valid = validator();
});
afterAll(() => bench.remove());

/** Of its draft the schema uses nothing that later ones read otherwise, but for the name of its `id`. */
function validator(): ValidateFunction {
  const path = require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  const { $schema, id, ...schema } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  expect([$schema, id]).toEqual([
    'http://json-schema.org/draft-04/schema#',
    expect.stringContaining('sarif-2.1.0'),
  ]);
  expect(JSON.stringify(schema)).not.toMatch(/"exclusiveM|"\$id"/);
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  return ajv.compile(schema);
}

/** The lines as somebody who applies all fixes would have them. */
function fixed(text: string, results: readonly Result[]): string {
  const lines = text.split('\n');
  const changes = results.flatMap(({ fixes = [] }) => fixes[0]?.artifactChanges[0]?.replacements ?? []);
  for (const { deletedRegion, insertedContent } of changes) {
    const { startLine, startColumn, endColumn } = deletedRegion;
    const line = lines[startLine - 1]!;
    lines[startLine - 1] = line.slice(0, startColumn - 1) + insertedContent.text + line.slice(endColumn - 1);
  }
  return lines.join('\n');
}

const find = (code: string): Result => log.runs[0]!.results.find(({ ruleId }) => ruleId === code)!;

test('follows the schema of the standard, which refuses what does not', () => {
  expect(valid(log) || valid.errors).toBe(true);
  expect(valid({ ...log, runs: [{ ...log.runs[0]!, results: [{ ruleId: 'x' }] }] })).toBe(false);
});

test('follows it with no findings as well, and where a lock cannot be read', async () => {
  const other = await workbench(shop);
  try {
    other.write('tools.lock', '{');
    const { stdout } = await other.remit(['check', '--sarif', '--offline']);
    const read = JSON.parse(stdout) as Log;
    expect(read.runs[0]!.results.map(({ ruleId }) => ruleId)).toEqual(['invalid_lock']);
    expect(valid(read) || valid.errors).toBe(true);
  } finally {
    await other.remove();
  }
});

test('says of each rule what it is about, once', () => {
  const { rules } = log.runs[0]!.tool.driver;
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const { id, shortDescription } of rules)
    expect(shortDescription.text).toBe(findingCodes[id as keyof typeof findingCodes]);
  for (const { ruleId, ruleIndex } of log.runs[0]!.results) expect(rules[ruleIndex]?.id).toBe(ruleId);
});

test('names the file from where the command runs, and marks exactly the text that is meant', () => {
  expect(find('unknown_name')).toMatchObject({
    level: 'error',
    message: { text: expect.stringContaining('did you mean `desk/record`?') as string },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'deep/wrong%20file.yaml' },
          region: { startLine: 4, startColumn: 13, endColumn: 18 },
        },
      },
    ],
  });
  expect(find('unused_role').level).toBe('note');
});

test('offers what was probably meant as a fix, which mends the file', () => {
  expect(find('unknown_key').fixes).toHaveLength(1);
  expect(find('unused_role').fixes).toBeUndefined();
  const mended = fixed(wrong, log.runs[0]!.results);
  expect(mended).toContain('allow: [desk/record, "*"]\n    "deny": [record]');
});

test('is printed where the first lock cannot be written for what is wrong, too', async () => {
  const other = await workbench(shop);
  try {
    other.write('wrong.yaml', 'agent: a\nacces: {}\n');
    const { code, stdout } = await other.remit(['check', '--sarif']);
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as Log).runs[0]!.results.map(({ ruleId }) => ruleId)).toContain('unknown_key');
  } finally {
    await other.remove();
  }
});
