/**
 * What the digest of a policy version is taken of: one line of JSON, path and text, for each document, in
 * the order of their paths; then `tools.lock`. It holds everything that a policy is loaded from, so a version
 * is kept as these bytes, and `sha256sum` finds its name.
 */
import { hash } from 'node:crypto';
import { Fault, type ToolsLock } from '@remit/contracts';
import { lockParts } from './lock/format.ts';
import { parseLock } from './lock/parse.ts';
import type { SourceFile } from './port.ts';

/** The parts of the text, in order. They do not depend on the order in which files were given. */
export function* versionParts(
  files: readonly SourceFile[],
  lock: ToolsLock | undefined,
): Generator<string, void> {
  for (const { path, text } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1)))
    yield `${JSON.stringify([path, text])}\n`;
  if (lock !== undefined) yield* lockParts(lock);
}

export interface VersionContent {
  files: SourceFile[];
  lock: ToolsLock | undefined;
}

/** Reads the bytes of a version back. @throws Fault `policy_version_damaged` where they are not those of `version`. */
export function readVersion(version: string, bytes: Uint8Array): VersionContent {
  if (`sha256:${hash('sha256', bytes)}` !== version) throw damaged(version);
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const files: SourceFile[] = [];
  let at = 0;
  while (text[at] === '[') {
    const end = text.indexOf('\n', at);
    files.push(sourceFile(version, text.slice(at, end)));
    at = end + 1;
  }
  return { files, lock: at === text.length ? undefined : parseLock(text.slice(at), 'tools.lock') };
}

function sourceFile(version: string, line: string): SourceFile {
  const [path, text] = JSON.parse(line) as unknown[];
  if (typeof path === 'string' && typeof text === 'string') return { path, text };
  throw damaged(version);
}

function damaged(version: string): Fault {
  return new Fault('policy_version_damaged', `What is kept of the policy ${version} is not what it was.`, {
    remedy: 'Put the documents and tools.lock of that version back into the workspace (git has them).',
  });
}
