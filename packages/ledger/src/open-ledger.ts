/** Opens the ledger of one process: lock, keys, recovery, writer, publisher, orphans. */
import { randomFillSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { bounds, Fault } from '@remit/contracts';
import { machineFileSystem } from './disk/file-system.ts';
import { Reserve } from './disk/reserve.ts';
import { syncOrFail } from './disk/replace-file.ts';
import { EmbeddedLedger } from './embedded-ledger.ts';
import { openKeyFile, type WorkspaceKeys } from './keys/key-file.ts';
import { encodeVerifierKey, isKeyName } from './note/signed-note.ts';
import type { Ledger, LedgerBounds, LedgerOptions } from './port.ts';
import { openPostgres, publishingTo } from './postgres/open-postgres.ts';
import type { PostgresLog } from './postgres/postgres-log.ts';
import { PostgresWriter } from './postgres/postgres-writer.ts';
import { Publisher, type PublisherSetup } from './projection/publisher.ts';
import { segmentsFolder } from './segment/segment-names.ts';
import { publisherHere, startPublisherThread, type PublisherHandle } from './threads/publisher-handle.ts';
import { startWriterThread, writerHere, type WriterHandle } from './threads/writer-handle.ts';
import { lockFolder } from './writer/lock.ts';
import { dropTornTail, inspectLog, type Recovered } from './writer/recovery.ts';
import { noWitnesses, parseWitnessPolicy, type WitnessPolicy } from './witness/policy.ts';
import type { WriterSetup } from './writer/port.ts';

/** In a folder whose log lies in a database: what is written to the folder alone would be lost. */
const inDatabaseName = 'in-database';
const sourcePattern = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * @throws Fault `ledger_locked` (another process has the folder), `ledger_damaged`, `ledger_truncated`,
 * `checkpoint_inconsistent`, `checkpoint_invalid`, `ledger_foreign`, `key_file_missing`, `key_file_damaged`,
 * `key_file_open`, `options_invalid`, `witness_policy_invalid`, `ledger_elsewhere`, `ledger_rolled_back`,
 * `database_unavailable`.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  checkNames(options);
  const disk = options.in_process?.disk ?? machineFileSystem;
  makeFolder(path.join(options.folder, segmentsFolder));
  if (options.checkpoint_folder !== undefined) makeFolder(options.checkpoint_folder);
  const unlock = lockFolder(options.folder);
  try {
    syncOrFail(() => disk.syncFolder(options.folder), options.folder);
    return await open(options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function open(options: LedgerOptions, unlock: () => void): Promise<Ledger> {
  const found = await findLog(options);
  try {
    return await openFound(options, found, unlock);
  } catch (error) {
    await found.log?.close();
    throw error;
  }
}

async function openFound(
  options: LedgerOptions,
  { log, recovered }: FoundLog,
  unlock: () => void,
): Promise<Ledger> {
  const limits = boundsOf(options);
  const disk = options.in_process?.disk ?? machineFileSystem;
  const keyFile = options.key_file ?? path.join(options.folder, 'keys.json');
  const random = options.in_process?.random ?? ((length) => randomFillSync(Buffer.allocUnsafe(length)));
  const keys = openKeyFile(keyFile, random, disk, recovered.end === undefined);
  const publisherSetup: PublisherSetup = {
    folder: options.folder,
    checkpoint_folder: options.checkpoint_folder,
    origin: options.origin,
  };
  const writerSetup = writerSetupOf(options, limits, recovered);
  const ledger = new EmbeddedLedger({
    folder: options.folder,
    origin: options.origin,
    source: options.source,
    epoch: writerSetup.epoch,
    end: recovered.end,
    clock: options.clock,
    newId: options.newId,
    bounds: limits,
    witnesses: witnessesOf(options),
    log_keys: [encodeVerifierKey(options.origin, keys.signing_public)],
    failed: options.failed ?? (() => undefined),
    unlock,
  });
  const [publisher, writer] = await bothStarted([
    startPublisher(options, publisherSetup, keyFile, keys, ledger, log),
    startWriter(options, writerSetup, limits, keyFile, keys, ledger, log),
  ]);
  try {
    // Nothing is dropped before the published checkpoints have been seen: they may vouch for the tail.
    await publisher.call('begin', recovered.end);
    dropTornTail(options.folder, recovered, disk);
    await ledger.begin(writer, publisher);
    return ledger;
  } catch (error) {
    await Promise.all([publisher.close(), writer.close()]);
    throw error;
  }
}

interface FoundLog {
  /** Undefined where the folder keeps it. */
  log?: PostgresLog;
  recovered: Recovered;
}

/** The log as it stands, in the folder or in the database. */
async function findLog(options: LedgerOptions): Promise<FoundLog> {
  const { postgres, folder, origin } = options;
  const marker = path.join(folder, inDatabaseName);
  if (postgres === undefined) {
    if (fs.existsSync(marker)) throw elsewhere(folder);
    return { recovered: inspectLog(folder, origin) };
  }
  const opened = await openPostgres(postgres, folder, origin);
  fs.writeFileSync(marker, '', { mode: 0o600 });
  return opened;
}

/** Both or none: a thread that were left behind would keep the process from ending. */
async function bothStarted(
  starts: [Promise<PublisherHandle>, Promise<WriterHandle>],
): Promise<[PublisherHandle, WriterHandle]> {
  try {
    return await Promise.all(starts);
  } catch (error) {
    for (const start of await Promise.allSettled(starts)) {
      if (start.status === 'fulfilled') await start.value.close();
    }
    throw error;
  }
}

function startPublisher(
  options: LedgerOptions,
  setup: PublisherSetup,
  keyFile: string,
  keys: WorkspaceKeys,
  ledger: EmbeddedLedger,
  log: PostgresLog | undefined,
): Promise<PublisherHandle> {
  if (options.in_process === undefined) {
    const publisher = startPublisherThread({ setup, key_file: keyFile }, ledger);
    return log === undefined ? publisher : publisher.then((one) => publishingTo(log, options.folder, one));
  }
  const publisher = new Publisher(setup, keys, options.in_process.disk, options.in_process.random);
  return Promise.resolve(publisherHere(publisher, ledger));
}

function startWriter(
  options: LedgerOptions,
  setup: WriterSetup,
  limits: LedgerBounds,
  keyFile: string,
  keys: WorkspaceKeys,
  ledger: EmbeddedLedger,
  log: PostgresLog | undefined,
): Promise<WriterHandle> {
  if (log !== undefined) {
    const random = (length: number) => randomFillSync(Buffer.allocUnsafeSlow(length));
    const { payloadKey } = keys;
    const tools = { log, random, payloadKey, events: ledger, answer_ms: bounds.database_answer_ms };
    return Promise.resolve(new PostgresWriter(setup, tools));
  }
  const { reserve_bytes } = limits;
  if (options.in_process === undefined)
    return startWriterThread({ setup, key_file: keyFile, reserve_bytes }, ledger);
  const { disk, random } = options.in_process;
  const reserve = new Reserve(disk, options.folder, reserve_bytes);
  return Promise.resolve(
    writerHere(setup, {
      disk,
      reserve,
      random,
      payloadKey: keys.payloadKey,
      events: ledger,
    }),
  );
}

function writerSetupOf(
  options: LedgerOptions,
  limits: LedgerBounds,
  { range, epoch }: Recovered,
): WriterSetup {
  return {
    folder: options.folder,
    origin: options.origin,
    source: options.source,
    epoch: epoch + 1,
    size: range.size,
    peaks: range.peaks,
    group_bytes_max: limits.group_bytes_max,
    segment_bytes_max: limits.segment_bytes_max,
  };
}

function boundsOf(options: LedgerOptions): LedgerBounds {
  return {
    queue_records_max: bounds.ledger_queue_records_max,
    queue_bytes_max: bounds.ledger_queue_bytes_max,
    payload_bytes_max: bounds.payload_bytes_max,
    group_bytes_max: bounds.ledger_group_bytes_max,
    segment_bytes_max: bounds.ledger_segment_bytes_max,
    reserve_bytes: bounds.disk_reserve_bytes,
    checkpoint_interval_ms: bounds.checkpoint_interval_ms,
    ...options.bounds,
  };
}

function witnessesOf({ witness_policy: policy }: LedgerOptions): WitnessPolicy {
  return policy === undefined ? noWitnesses : parseWitnessPolicy(policy.text, policy.file);
}

function checkNames({ origin, source }: LedgerOptions): void {
  if (!isKeyName(origin)) {
    throw new Fault(
      'options_invalid',
      `\`${origin}\` cannot name a log: it is empty or has spaces or a plus`,
    );
  }
  if (!sourcePattern.test(source)) {
    throw new Fault('options_invalid', `\`${source}\` cannot name a source`, {
      remedy: 'Use up to 64 letters, digits, dots, underscores and hyphens.',
    });
  }
}

function elsewhere(folder: string): Fault {
  return new Fault('ledger_elsewhere', `the log of \`${folder}\` is kept in a database`, {
    place: { file: folder },
    remedy: 'Name the database, as it was named before (REMIT_LEDGER_URL).',
  });
}

function makeFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
}
