/** Secrets do not belong into policy files, which are kept like code. What looks like one is pointed out, never shown. */
import type { Findings } from '../diagnostics.ts';
import type { SourceFile } from '../port.ts';

const REMEDY = 'store it with `remit credentials set NAME` and write `secret:NAME`';

const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/g, 'a private key'],
  [/\bAKIA[0-9A-Z]{16}\b/g, 'an AWS access key'],
  [/\bgh[pousr]_[A-Za-z0-9]{36}/g, 'a GitHub token'],
  [/\bgithub_pat_[A-Za-z0-9_]{22}/g, 'a GitHub token'],
  [/\bglpat-[A-Za-z0-9_-]{20}/g, 'a GitLab token'],
  [/\bxox[abprs]-[A-Za-z0-9-]{10}/g, 'a Slack token'],
  [/\bsk-[A-Za-z0-9_-]{20}/g, 'an API key'],
  [/\bAIza[0-9A-Za-z_-]{35}/g, 'a Google API key'],
  [/\bremit_[A-Za-z0-9_-]{20}/g, 'a key of Remit'],
  [/\beyJ[A-Za-z0-9_-]{10,500}\.eyJ[A-Za-z0-9_-]{10}/g, 'a JSON Web Token'],
  [/:\/\/[^\s/:@"']{1,100}:[^\s/@"']{3,100}@/g, 'a password in an address'],
];

/** Values of known shapes, anywhere in the file. */
export function lintSecrets(file: SourceFile, findings: Findings): void {
  for (const [shape, what] of shapes) {
    for (const match of file.text.matchAll(shape)) {
      const before = file.text.slice(0, match.index).split('\n');
      const spot = { file: file.path, line: before.length, column: before.at(-1)!.length + 1 };
      findings.warning('embedded_secret', `this looks like ${what}`, spot, REMEDY);
    }
  }
}

const SECRET_NAME = /key|token|secret|passw|credential|authorization|cookie/i;

/** True for a variable or header that by its name holds a secret, and holds it in plain text. */
export function isPlainSecret(name: string, value: string): boolean {
  return SECRET_NAME.test(name) && value.length >= 8 && !value.includes('secret:') && !isPlaceholder(value);
}

/** Paths, switches and references to the environment are no secrets. */
function isPlaceholder(value: string): boolean {
  return /^(?:\.{0,2}\/|\$|true$|false$|https?:)/.test(value);
}

export { REMEDY as secretRemedy };
