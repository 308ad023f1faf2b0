/** The ledger's own offline verifier on a data folder: reads only, so it works while Remit runs, too. */
import { existsSync } from 'node:fs';
import { verifyLedger, type VerifyResult } from '@remit/ledger/verify';
import { cannot } from '../exit-code.ts';
import { keyFileOf, ledgerFolderOf } from '../data/layout.ts';

/** @throws CommandFault `no_ledger`. */
export function verifyFolder(data: string, checkpoints: string | undefined): VerifyResult {
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
