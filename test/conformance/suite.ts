/** Runs the official conformance suite (npm `@modelcontextprotocol/conformance`) and reads its results. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess, temporaryFolder } from '@remit/testkit';
import { z } from 'zod';

/** What to run: a revision's frozen requirements, or for revisions without them all that applies to it. */
const suites = {
  '2026-07-28': ['--requirements', '2026-07-28'],
  '2025-11-25': ['--requirements', '2025-11-25'],
  '2025-06-18': ['--spec-version', '2025-06-18', '--suite', 'active'],
  '2025-03-26': ['--spec-version', '2025-03-26', '--suite', 'active'],
} as const;

export type Revision = keyof typeof suites;

/** From worst to best; a check that occurs more than once counts with its worst. */
const statuses = ['FAILURE', 'WARNING', 'SKIPPED', 'SUCCESS'] as const;
type Status = (typeof statuses)[number];

export interface Check {
  status: Status;
  message: string;
}

/** `scenario:check` → how it ended. */
export type Results = Map<string, Check>;

const checksSchema = z.array(
  z.object({ id: z.string(), status: z.enum([...statuses, 'INFO']), errorMessage: z.string().optional() }),
);

const program = fileURLToPath(
  new URL('../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url),
);

/** @throws Error where the suite wrote no results; failed checks are results */
export async function runSuite(revision: Revision, url: string): Promise<Results> {
  await using folder = await temporaryFolder();
  const command = [process.execPath, program, 'server', '--url', url, ...suites[revision]];
  const { stdout, stderr } = await runProcess([...command, '--output-dir', folder.path], {
    cwd: folder.path,
  });
  const results = await readResults(folder.path);
  if (results.size === 0) throw new Error(`the suite wrote no results\n${stdout}\n${stderr}`);
  return results;
}

/** Runs one scenario of the suite's clients' side: `client` is started with the URL of the suite's server. */
export async function runClientScenario(
  revision: Revision,
  scenario: string,
  client: readonly string[],
): Promise<Results> {
  await using folder = await temporaryFolder();
  const command = [
    process.execPath,
    program,
    'client',
    '--command',
    client.join(' '),
    '--scenario',
    scenario,
  ];
  const { stdout, stderr } = await runProcess(
    [...command, '--spec-version', revision, '--output-dir', folder.path],
    { cwd: folder.path },
  );
  const results = await readResults(folder.path);
  if (results.size === 0) throw new Error(`the suite wrote no results\n${stdout}\n${stderr}`);
  return results;
}

/** One folder a scenario: `server-SCENARIO-TIME/checks.json`; of clients without the first word. */
async function readResults(folder: string): Promise<Results> {
  const results: Results = new Map();
  for (const name of await readdir(folder)) {
    const scenario = /^(?:server-)?(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(name)?.[1];
    if (scenario === undefined) continue;
    const text = await readFile(join(folder, name, 'checks.json'), 'utf8');
    for (const { id, status, errorMessage = '' } of checksSchema.parse(JSON.parse(text))) {
      if (status !== 'INFO') keepWorst(results, `${scenario}:${id}`, { status, message: errorMessage });
    }
  }
  return results;
}

function keepWorst(results: Results, key: string, check: Check): void {
  const before = results.get(key);
  if (!before || rank(check.status) < rank(before.status)) results.set(key, check);
}

function rank(status: Status): number {
  return statuses.indexOf(status);
}

export interface Regression {
  check: string;
  direct: Check;
  /** Absent where the check did not run. */
  through: Check | undefined;
}

/** Checks that are worse on the second side, or missing there; sorted. */
export function regressions(direct: Results, through: Results): Regression[] {
  return [...direct]
    .map(([check, before]) => ({ check, direct: before, through: through.get(check) }))
    .filter((each) => each.direct.status !== 'FAILURE')
    .filter((each) => !each.through || rank(each.through.status) < rank(each.direct.status))
    .toSorted((a, b) => (a.check < b.check ? -1 : 1));
}

export function failures(results: Results): string[] {
  return [...results].filter(([, check]) => check.status === 'FAILURE').map(([key]) => key);
}
