/** The offline entry in a real browser: the same receipts, bundles and published logs get the same verdicts. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openLedger } from '@remit/ledger';
import type * as Offline from '@remit/ledger/offline';
import { intent, optionsIn, outcome, temporaryFolder } from './support.ts';

const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (browser === undefined) console.log('skipped: no Chromium here (Debian: apt-get install -y chromium)');

const emptyPage = `<!doctype html><script type="module">
  import * as offline from '/offline.js';
  globalThis.offline = offline;
</script>`;

/** The entry and all that it needs as one script; fails where something only Node has is imported. */
async function bundled(): Promise<string> {
  const missing: string[] = [];
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['remit-source'] },
    plugins: [
      {
        name: 'no-node',
        enforce: 'pre',
        resolveId: (source) => void (source.startsWith('node:') && missing.push(source)),
      },
    ],
    build: {
      write: false,
      lib: { entry: path.resolve(import.meta.dirname, '../src/offline/index.ts'), formats: ['es'] },
    },
  });
  expect(missing).toEqual([]);
  const [output] = [result].flat();
  if (output === undefined || !('output' in output)) throw new Error('nothing was built');
  return output.output[0].code;
}

async function servedLog() {
  const folder = temporaryFolder();
  const ledger = await openLedger(optionsIn(folder));
  onTestFinished(() => ledger.close());
  for (let number = 0; number < 150; number += 1) {
    await ledger.append([intent(`act_${number}`), outcome(`act_${number}`)]);
  }
  await ledger.checkpoint();
  const key = readFileSync(path.join(folder, 'checkpoints', 'log.vkey'), 'utf8').trim();
  return { ledger, key };
}

describe.skipIf(browser === undefined)('in a browser', () => {
  test('receipts and published logs are checked as they are here, and tampered ones refused', async () => {
    const script = await bundled();
    const { ledger, key } = await servedLog();
    const receipt = (await ledger.proof('act_77'))!;
    const server = createServer((request, response) => {
      const name = (request.url ?? '').slice(1);
      if (name === '' || name === 'offline.js') {
        response.setHeader('content-type', name === '' ? 'text/html' : 'text/javascript');
        return void response.end(name === '' ? emptyPage : script);
      }
      ledger.file(name).then(
        (bytes) => response.writeHead(bytes === undefined ? 404 : 200).end(bytes),
        () => response.writeHead(500).end(),
      );
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const running = await chromium.launch({ executablePath: browser!, args: ['--no-sandbox'] });
    onTestFinished(() => running.close());
    const page = await running.newPage();
    await page.goto(url);
    await page.waitForFunction(() => 'offline' in globalThis);
    const verdicts = await page.evaluate(
      async ({ key, receipt }) => {
        const { offline } = globalThis as unknown as { offline: typeof Offline };
        const logKey = offline.readKey(key)!;
        const read = async (name: string) => {
          const response = await fetch(`/${name}`);
          return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
        };
        const torn = async (name: string) => (await read(name))?.slice(name === 'checkpoint' ? 0 : 1);
        return {
          receipt: offline.verifyReceipt(receipt, logKey)?.checkpoint.size,
          changed: offline.verifyReceipt(receipt.replace('index 155', 'index 154'), logKey)?.index,
          log: await offline.verifyPublished(read, { key }),
          torn: (await offline.verifyPublished(torn, { key })).ok,
        };
      },
      { key, receipt },
    );
    expect(receipt).toContain('index 155');
    expect(verdicts.receipt).toBe(300);
    expect(verdicts.changed).toBeUndefined();
    expect(verdicts.log).toMatchObject({ ok: true, complete: true, records: 300, findings: [] });
    expect(verdicts.torn).toBe(false);
  });
});
