/** How an error is shown: code, place and remedy for people, a problem object for programs. */
import { Fault, type Place } from '@remit/contracts';
import { printable } from './printable.ts';

/** RFC 9457 members, with the code, place and remedy that every fault of Remit has. */
export interface Problem {
  type: string;
  title: string;
  code: string;
  detail: string;
  place?: Place;
  remedy?: string;
}

export function problemOf(error: unknown): Problem {
  if (!(error instanceof Fault)) {
    const detail = error instanceof Error ? error.message : String(error);
    return { type: 'about:blank', title: 'Unexpected error', code: 'unexpected', detail };
  }
  return {
    type: 'about:blank',
    title: 'The command could not be carried out',
    code: error.code,
    detail: error.message,
    ...(error.place === undefined ? {} : { place: error.place }),
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
  };
}

export function describeProblem(problem: Problem): string[] {
  const lines = [`error[${problem.code}]: ${printable(problem.detail)}`];
  if (problem.place !== undefined) lines.push(`  at ${describePlace(problem.place)}`);
  if (problem.remedy !== undefined) lines.push(`  remedy: ${printable(problem.remedy)}`);
  return lines;
}

/** `file:line:column`, as far as it is known. */
export function describePlace(place: Place): string {
  return [place.file ?? '-', place.line, place.column].filter((part) => part !== undefined).join(':');
}
