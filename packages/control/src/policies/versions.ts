/**
 * The policy versions that are kept, each a file that is called by its digest and holds what that digest is
 * taken of (package policy, version.ts). What does not have its digest any more is never loaded.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { bounds, Fault } from '@remit/contracts';
import { readVersion, type VersionContent } from '@remit/policy';

export interface KeptVersion {
  version: string;
  bytes: number;
  /** RFC 3339: when it was kept, or last in force. */
  at: string;
}

export interface VersionLimits {
  versions_max: number;
  bytes_max: number;
}

const fileName = /^[0-9a-f]{64}$/;
const CHUNK_LENGTH = 256 * 1024;

export class PolicyVersions {
  readonly #folder: string;
  readonly #limits: VersionLimits;

  /** @param folder made, with mode 0700, when the first version is kept */
  constructor(
    folder: string,
    limits: VersionLimits = {
      versions_max: bounds.policy_versions_max,
      bytes_max: bounds.policy_versions_bytes_max,
    },
  ) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** Newest first. */
  async list(): Promise<KeptVersion[]> {
    const names = (await this.#names()).filter((name) => fileName.test(name));
    const kept = await Promise.all(
      names.map(async (name): Promise<KeptVersion> => {
        const { size, mtime } = await stat(join(this.#folder, name));
        return { version: `sha256:${name}`, bytes: size, at: mtime.toISOString() };
      }),
    );
    return kept.sort((a, b) => (a.at < b.at ? 1 : -1));
  }

  /**
   * Resolves when the version is on disk under its digest, whatever was there before.
   * @param parts as `versionParts` gives them
   * @param now milliseconds since 1970
   */
  async keep(version: string, parts: Iterable<string>, now: number): Promise<void> {
    const path = this.#path(version);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const draft = `${path}.draft`;
    await rm(draft, { force: true });
    const file = await open(draft, 'wx', 0o600);
    try {
      for (const chunk of chunksOf(parts)) await file.writeFile(chunk);
      await file.utimes(now / 1000, now / 1000);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await this.#syncFolder();
  }

  /** Notes that the version came into force, so that it is among the last to go. */
  async touch(version: string, now: number): Promise<void> {
    await utimes(this.#path(version), now / 1000, now / 1000);
  }

  /** @throws Fault `policy_version_not_found`, `policy_version_damaged`. */
  async load(version: string): Promise<VersionContent> {
    return readVersion(version, await this.#read(version));
  }

  /** Lets the oldest go where there are too many, except those of `needed`; gives those that went. */
  async prune(needed: ReadonlySet<string>): Promise<string[]> {
    const { versions_max, bytes_max } = this.#limits;
    const gone: string[] = [];
    let [count, bytes] = [0, 0];
    const kept = await this.list();
    const first = kept.filter(({ version }) => needed.has(version));
    for (const one of [...first, ...kept.filter(({ version }) => !needed.has(version))]) {
      count += 1;
      bytes += one.bytes;
      if (needed.has(one.version) || (count <= versions_max && bytes <= bytes_max)) continue;
      await rm(this.#path(one.version), { force: true });
      gone.push(one.version);
    }
    return gone;
  }

  async #read(version: string): Promise<Uint8Array> {
    try {
      return await readFile(this.#path(version));
    } catch (error) {
      if (isMissing(error)) throw notFound(version);
      throw error;
    }
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.#folder);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  #path(version: string): string {
    const name = version.replace(/^sha256:/, '');
    if (fileName.test(name)) return join(this.#folder, name);
    throw notFound(version);
  }

  /** A name that is not on disk is a version that is not kept. */
  async #syncFolder(): Promise<void> {
    const folder = await open(this.#folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

/** Small parts together, so that a thousand documents are not a thousand writes. */
function* chunksOf(parts: Iterable<string>): Generator<string, void> {
  let chunk = '';
  for (const part of parts) {
    chunk += part;
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function notFound(version: string): Fault {
  return new Fault('policy_version_not_found', `No policy ${version} is kept.`, {
    remedy: 'See those that are with `remit policies list`.',
  });
}
