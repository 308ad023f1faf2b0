/**
 * Recomputes everything from the bytes in a data folder and compares it with the checkpoints that
 * were published. Trusts nothing in the folder but the verifier key, and that only where no other is
 * given: one kept apart is worth more.
 */
import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '@remit/contracts';
import { readKeyFile, type WorkspaceKeys } from '../keys/key-file.ts';
import { ClearedCheck } from './cleared-check.ts';
import type { VerifyOptions } from './options.ts';
import { readPublished, type PublishedCheckpoint } from './published.ts';
import { Findings, type Finding } from './findings.ts';
import { ProjectionCheck } from './projection-check.ts';
import { SegmentCheck } from './segment-check.ts';
import { listSegments, segmentPath } from '../segment/segment-names.ts';
import { VerifiedTree } from './tree.ts';

export interface VerifyResult {
  ok: boolean;
  /** Records found. */
  size: number;
  /** Root of the tree over them, base64. */
  root: string;
  /** Records that the best checkpoint vouches for. */
  signed_size: number;
  payloads_checked: number;
  findings: Finding[];
  /** More than `findings` lists where there are very many. */
  findings_total: number;
}

/** Reads only; may run beside a Remit that has the folder open, and then sees it as it stands. */
export function verifyLedger(options: VerifyOptions): VerifyResult {
  const findings = new Findings();
  const keys = openKeys(options, findings);
  const published = readPublished(options, keys, findings);
  const projection = new ProjectionCheck(options.folder, keys, published.origin, findings);
  const tree = new VerifiedTree();
  const cleared = new ClearedCheck(findings);
  const check = new SegmentCheck(published.origin, tree, keys, projection, findings, cleared, (size) => {
    for (const checkpoint of published.checkpoints) compare(checkpoint, size, tree, findings);
  });
  try {
    for (const { name } of segmentsOf(options.folder, findings)) {
      check.run(segmentPath(options.folder, name));
    }
    projection.finish(tree.size);
    cleared.finish(options.folder);
  } finally {
    projection.close();
  }
  judgeSizes(published.checkpoints, tree.size, findings);
  checkReserve(options.folder, findings);
  return {
    ok: findings.count === 0,
    size: tree.size,
    root: tree.root().toString('base64'),
    signed_size: Math.max(0, ...published.checkpoints.map(({ size }) => size)),
    payloads_checked: check.payloads_checked,
    findings: findings.list,
    findings_total: findings.count,
  };
}

function openKeys({ folder, key_file }: VerifyOptions, findings: Findings): WorkspaceKeys | undefined {
  const file = key_file ?? path.join(folder, 'keys.json');
  if (key_file === undefined && !fs.existsSync(file)) return undefined;
  try {
    return readKeyFile(file);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    findings.add('key_damaged', file, error.message);
    return undefined;
  }
}

function segmentsOf(folder: string, findings: Findings): ReturnType<typeof listSegments> {
  try {
    return listSegments(folder);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    findings.add('segment_damaged', error.place?.file ?? folder, error.message);
    return [];
  }
}

function compare(
  checkpoint: PublishedCheckpoint,
  size: number,
  tree: VerifiedTree,
  findings: Findings,
): void {
  if (checkpoint.size !== size || checkpoint.root.equals(tree.root())) return;
  findings.add(
    'log_forked',
    checkpoint.file,
    `The checkpoint over ${size} records has the root ${checkpoint.root.toString('base64')}; the records make ${tree.root().toString('base64')}.`,
  );
}

function judgeSizes(checkpoints: PublishedCheckpoint[], size: number, findings: Findings): void {
  for (const checkpoint of checkpoints) {
    if (checkpoint.size <= size) continue;
    const missing = checkpoint.size - size;
    findings.add(
      'log_truncated',
      checkpoint.file,
      `The checkpoint was signed over ${checkpoint.size} records; the last ${missing} are missing.`,
    );
  }
  if (size > 0 && checkpoints.length === 0) {
    findings.add(
      'checkpoint_missing',
      'checkpoint',
      'There are records, but no checkpoint that vouches for any of them.',
    );
  }
}

/** Holds nothing, and has to be all zeros. */
function checkReserve(folder: string, findings: Findings): void {
  const file = path.join(folder, 'reserve');
  if (!fs.existsSync(file)) return;
  const at = fs.readFileSync(file).findIndex((byte) => byte !== 0);
  if (at >= 0) findings.add('reserve_damaged', `${file}, byte ${at}`, 'The disk reserve is not all zeros.');
}
