/** The ledger's own offline verifier on a data folder: reads only, so it works while Remit runs, too. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { verifyLedger, type VerifyResult } from '@remit/ledger/verify';
import { cannot } from '../exit-code.ts';
import { keyFileOf, ledgerFolderOf } from '../data/layout.ts';

export interface KeptCheckpoint {
  note: string;
  place: string;
}

const checkpointBytesMax = 1024 * 1024;
const fetch_ms = 10_000;

/** A checkpoint from a file, or from whoever keeps one at a URL. @throws CommandFault `no_checkpoint`. */
export async function keptCheckpoint(place: string, folder: string): Promise<KeptCheckpoint> {
  try {
    const protocol = URL.parse(place)?.protocol;
    const isRemote = protocol === 'http:' || protocol === 'https:';
    if (!isRemote) return { note: readFileSync(resolve(folder, place), 'utf8'), place };
    const bytes = await fetched(place, checkpointBytesMax);
    if (bytes === undefined) throw new Error('it answers with status 404');
    const note = Buffer.from(bytes).toString();
    return { note, place };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw cannot('no_checkpoint', `${place} gives no checkpoint: ${reason}`, 'Name a file or a URL.', cause);
  }
}

/** Undefined where the server says that there is nothing. @throws for every other answer, and a body over `bytesMax`. */
export async function fetched(
  url: string,
  bytesMax: number,
  token?: string,
): Promise<Uint8Array | undefined> {
  const response = await fetch(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(fetch_ms),
    ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
  });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`it answers with status ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error(`it is longer than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws CommandFault `no_ledger`. */
export function verifyFolder(
  data: string,
  checkpoints: string | undefined,
  kept: readonly KeptCheckpoint[],
): VerifyResult {
  const folder = ledgerFolderOf(data);
  if (!existsSync(folder)) {
    throw cannot(
      'no_ledger',
      `${data} holds no ledger.`,
      'Name the data folder with --data, or its workspace with --workspace.',
    );
  }
  return verifyLedger({
    folder,
    key_file: keyFileOf(data),
    kept,
    ...(checkpoints === undefined ? {} : { checkpoint_folder: checkpoints }),
  });
}

/** What was found, for people. */
export function describeVerification(result: VerifyResult): string[] {
  const heading = result.ok
    ? `verified: ${result.size} records, ${result.signed_size} of them signed, ${result.payloads_checked} payloads opened`
    : `NOT VERIFIED: ${result.findings_total} findings in ${result.size} records`;
  return [
    heading,
    `root ${result.root}`,
    ...result.findings.map(({ code, message, place }) => `${code}: ${message} (${place})`),
  ];
}
