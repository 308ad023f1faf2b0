/** Reads the policy documents of a workspace folder (policy.md, "Documents"). Nothing outside it. */
import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { bounds, Fault } from '@remit/contracts';
import type { SourceFile } from '@remit/policy';
import type { Pause } from '../giving-way.ts';

/**
 * Every `*.yaml` in the folder and below, except tests, hidden folders and installed packages; sorted
 * by path. Symbolic links are not followed, so a workspace is what its folder holds.
 * @throws Fault `too_many_policy_files`, `policy_file_too_large`, `policy_file_unreadable`.
 */
export function readPolicyFiles(folder: string): SourceFile[] {
  return readYaml(folder, isPolicyFile);
}

/** The same files, with a pause between two of them. @throws as `readPolicyFiles`. */
export async function readPolicyFilesInSteps(folder: string, pause: Pause): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const path of yamlPaths(folder, isPolicyFile)) {
    files.push(sourceFile(folder, path));
    await pause();
  }
  return files;
}

/** The files of examples, `*.test.yaml`, found and read in the same way. @throws as `readPolicyFiles`. */
export function readExampleFiles(folder: string): SourceFile[] {
  return readYaml(folder, (name) => name.endsWith('.test.yaml') && !name.startsWith('.'));
}

function readYaml(folder: string, wanted: (name: string) => boolean): SourceFile[] {
  return yamlPaths(folder, wanted).map((path) => sourceFile(folder, path));
}

function yamlPaths(folder: string, wanted: (name: string) => boolean): string[] {
  const paths = pathsBelow(folder, wanted).sort();
  if (paths.length > bounds.policy_documents_max) {
    throw new Fault('too_many_policy_files', `${folder} holds ${paths.length} YAML files.`, {
      remedy: `A workspace has at most ${bounds.policy_documents_max}; name its own folder.`,
    });
  }
  return paths;
}

function sourceFile(folder: string, path: string): SourceFile {
  return {
    path: relative(folder, path).split(sep).join('/'),
    text: readBounded(path, bounds.policy_file_bytes_max),
  };
}

function pathsBelow(folder: string, wanted: (name: string) => boolean): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return isOurs(entry) ? pathsBelow(path, wanted) : [];
    return entry.isFile() && wanted(entry.name) ? [path] : [];
  });
}

/** The folder and those below that may hold documents. */
export function policyFolders(folder: string): string[] {
  const below = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isOurs(entry))
    .flatMap((entry) => policyFolders(join(folder, entry.name)));
  return [folder, ...below];
}

function isOurs(entry: Dirent): boolean {
  return !entry.name.startsWith('.') && entry.name !== 'node_modules';
}

function isPolicyFile(name: string): boolean {
  return name.endsWith('.yaml') && !name.endsWith('.test.yaml') && !name.startsWith('.');
}

/** UTF-8 text of a file that is not larger than `bytes_max`. */
export function readBounded(path: string, bytes_max: number): string {
  const { size } = statSync(path);
  if (size > bytes_max) {
    throw new Fault('policy_file_too_large', `${path} has ${size} bytes.`, {
      place: { file: path },
      remedy: `A file has at most ${bytes_max} bytes; split it.`,
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    throw new Fault(
      'policy_file_unreadable',
      `${path} cannot be read as UTF-8 text: ${(error as Error).message}.`,
      {
        place: { file: path },
        remedy: 'Save it as UTF-8, and let the user that runs Remit read it.',
        cause: error,
      },
    );
  }
}
