/**
 * Paths that an agent may name. They are compared as text, so a path that could mean the same as
 * another spelling is refused: `..`, `%2e`, backslashes, doubled slashes, names that end in a dot.
 */
import { globMatches } from '../names/glob.ts';
import { runMatches } from '../names/wildcard.ts';

/** Why a path cannot be compared with patterns, as half a sentence; undefined where it can. */
export function pathFault(path: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'it holds control characters';
  if (/[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]/.test(path))
    return 'it holds characters that do not show';
  if (path.includes('\\')) return 'it holds a backslash';
  if (/%[0-9A-Fa-f]{2}/.test(path)) return 'it holds percent-encoding';
  if (path !== path.normalize('NFC') || /[\u2024\u2025\u2044\u2215\uff0e\uff0f\uff3c]/.test(path))
    return 'it holds look-alikes of dots and slashes, or is not in Unicode NFC';
  if (/^~/.test(path)) return 'it begins with `~`';
  if (/\$|`/.test(path)) return 'it holds a `$` or a backtick, which a shell would replace';
  const steps = path.replace(/^[A-Za-z]:/, '').split('/');
  if (steps.some((step) => step === '.' || step === '..')) return 'it holds `.` or `..` as a step';
  if (steps.slice(1, -1).includes('')) return 'it holds a doubled slash';
  if (steps.some((step) => step !== '' && /[. ]$/.test(step)))
    return 'one of its steps ends in a dot or a space';
  if (steps.some((step) => step.includes(':'))) return 'it holds a `:`';
  return undefined;
}

/** The path of a `file:` address (RFC 8089); undefined where it names another host, or none can be told. */
export function pathOfFileUrl(text: string): string | undefined {
  const [, path] = /^file:(?:\/\/(?:localhost)?)?(\/[^?#]*)$/i.exec(text) ?? [];
  return path;
}

const PATTERN = /^(?:[A-Za-z]:)?(?:\/|[^/])/;

/** Absolute or relative, `*` within a step, `**` for any number of steps; undefined for anything else. */
export function pathPattern(text: string): readonly string[] | undefined {
  const plain = text.replaceAll('*', 'x');
  if (!PATTERN.test(text) || pathFault(plain) !== undefined) return undefined;
  const steps = text.split('/');
  if (steps.some((step) => step.includes('**') && step !== '**')) return undefined;
  // A folder with its slash stands for what is in it.
  return text.endsWith('/') ? [...steps.slice(0, -1), '**'] : steps;
}

export function pathMatches(pattern: readonly string[], path: string, ignoreCase: boolean): boolean {
  const folded = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  const steps = folded(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path).split('/');
  return runMatches(pattern, '**', steps, (wanted, step) => globMatches(folded(wanted), step));
}
