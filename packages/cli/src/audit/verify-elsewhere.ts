/** Verifies what left the data folder: evidence bundles, and logs as they are published. */
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { verifyEvidence, verifyPublished, type OfflineResult } from '@remit/ledger/offline';
import { cannot, wrongUse } from '../exit-code.ts';
import { fetched, type KeptCheckpoint } from './verify.ts';

export interface Keys {
  /** Of the log, known apart. */
  key: string | undefined;
  witness_keys: readonly string[];
}

/** A key as it is written, or the file that holds it. */
export function keyText(given: string, folder: string): string {
  const file = resolve(folder, given);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : given.trim();
}

/** @throws CommandFault `no_bundle`. */
export async function verifyBundle(file: string, { key, witness_keys }: Keys): Promise<OfflineResult> {
  if (!existsSync(file)) throw cannot('no_bundle', `There is no file ${file}.`, 'Name an evidence bundle.');
  return verifyEvidence(createReadStream(file), { witness_keys, ...(key !== undefined && { key }) });
}

/** `place` is a URL, or a folder that holds the published files. @throws CommandFault `key_missing`, `log_unreachable`. */
export async function verifyLogAt(
  place: string,
  folder: string,
  { key, witness_keys }: Keys,
  kept: readonly KeptCheckpoint[],
  token: string | undefined,
): Promise<OfflineResult> {
  if (key === undefined) {
    throw wrongUse(
      'key_missing',
      'A published log is checked with a key that you have from elsewhere.',
      'Name it with --key: the file `log.vkey`, or what stands in it.',
    );
  }
  const protocol = URL.parse(place)?.protocol;
  const isRemote = protocol === 'http:' || protocol === 'https:';
  const read = isRemote ? overHttp(place, token) : inFolder(resolve(folder, place));
  return verifyPublished(read, { key, witness_keys, kept });
}

function inFolder(folder: string) {
  return (path: string) => {
    const file = join(folder, path);
    return Promise.resolve(existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined);
  };
}

/** Tiles and bundles of at most 256 records of 64 KiB. */
const fileBytesMax = 20 * 1024 * 1024;

function overHttp(url: string, token: string | undefined) {
  const base = url.replace(/\/+$/, '');
  return async (path: string) => {
    try {
      return await fetched(`${base}/${path}`, fileBytesMax, token);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw cannot('log_unreachable', `${base}/${path} cannot be read: ${reason}`, 'Try again.', cause);
    }
  };
}

/** What was found, for people. */
export function describeOffline(result: OfflineResult): string[] {
  const { ok, records, size, payloads_checked, findings_total, complete, cosigned_by } = result;
  const of = complete ? `all ${size} records` : `${records} of ${size} records`;
  const heading = ok
    ? `verified: ${of} of ${result.origin}, ${payloads_checked} payloads opened`
    : `NOT VERIFIED: ${findings_total} findings in ${records} records`;
  return [
    heading,
    `root ${result.root}`,
    ...cosigned_by.map((key) => `cosigned by ${key}`),
    ...(result.key_given
      ? []
      : ['the key came with the file: compare it with one that you have from elsewhere']),
    ...(result.key === undefined ? [] : [`key ${result.key}`]),
    ...result.findings.map(({ code, message, place }) => `${code}: ${message} (${place})`),
  ];
}
