// The npm scripts of this checkout. Runs on the Node that the machine has (18 or later), installs what
// is missing, and hands over to the Node 24 that the root devDependency `node` brings.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const node24 = path.join(root, 'node_modules/.bin/node');
const fromSource = ['--conditions=remit-source', '--disable-warning=ExperimentalWarning'];
const remit = path.join(root, 'packages/cli/bin/remit.mjs');

const scripts = {
  start: (args) => (build('packages/cli'), hand(over([remit, 'up', ...withDemoWorkspace(args)]))),
  build: () => build(),
  test: (args) => (build(), test(args)),
  'test:long': (args) => (build(), test(['--config', 'vitest.long.config.ts', ...args])),
  check: () => (build(), check()),
  bench: (args) => (build(), hand(over([...fromSource, 'bench/main.ts', ...args]))),
  demo: (args) => (build('packages/cli'), hand(over(['examples/support-desk/demo.mjs', ...args]))),
};

const [name, ...args] = process.argv.slice(2);
if (!Object.hasOwn(scripts, name ?? '')) fail(2, `usage: run.mjs ${Object.keys(scripts).join('|')}`);
install();
scripts[name](args);

/** `npm ci`, when nothing is installed yet or the lockfile is newer than what is. */
function install() {
  const stamp = path.join(root, 'node_modules/.package-lock.json');
  const lockfile = path.join(root, 'package-lock.json');
  const current =
    existsSync(stamp) && existsSync(node24) && statSync(stamp).mtimeMs >= statSync(lockfile).mtimeMs;
  if (current) return;
  console.error('Installing dependencies (once) …');
  run('npm', ['ci', '--include=dev', '--loglevel=error', '--ignore-scripts=false'], {
    shell: process.platform === 'win32',
  });
  if (!existsSync(node24))
    fail(3, 'npm ci brought no Node 24 (node_modules/.bin/node); run `npm rebuild node`');
}

/** The command and what it needs; without `projects` the tests and benchmarks, too. */
function build(...projects) {
  run(node24, ['node_modules/typescript/bin/tsc', '-b', ...projects]);
}

/** Everything that a change has to pass, cheapest first. */
function check() {
  run(node24, ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.']);
  run(node24, ['node_modules/eslint/bin/eslint.js', '.']);
  run(node24, ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', 'packages', '--config']);
  run(node24, ['node_modules/knip/bin/knip.js']);
  test([]);
}

/** Runs vitest and closes with the line `N passed, N failed[, N skipped]`. */
function test(args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'remit-test-'));
  const report = path.join(folder, 'report.json');
  const { status } = spawnSync(
    node24,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...args,
    ],
    { cwd: root, stdio: 'inherit', env: environment() },
  );
  if (!existsSync(report)) fail(1, 'the tests did not report; see above');
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  rmSync(folder, { recursive: true });
  const skipped = numPendingTests + numTodoTests;
  console.log(
    `\n${numPassedTests} passed, ${numFailedTests} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  );
  // A suite that fails to load has no failed test, but `success` is false.
  process.exit(status === 0 && success ? 0 : 1);
}

function withDemoWorkspace(args) {
  const chosen = args.some((argument) => argument === '--workspace' || argument.startsWith('--workspace='));
  return chosen ? args : ['--workspace', path.join(root, 'examples/support-desk'), ...args];
}

function over(args) {
  return spawn(node24, args, { cwd: root, stdio: 'inherit', env: environment() });
}

/**
 * Passes signals on and ends as the child ends. A signal to `npm start` itself ends the shell between npm
 * and this script without a word, so losing that parent counts as SIGTERM.
 */
function hand(child) {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: environment(),
    ...options,
  });
  if (error) fail(3, `cannot run ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Node 24 first on the path, for everything that starts `node` itself. */
function environment() {
  const bin = path.join(root, 'node_modules/.bin');
  return { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` };
}

function fail(code, message) {
  console.error(message);
  process.exit(code);
}
