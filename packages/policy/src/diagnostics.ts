/** Collects what the checker finds. Bounded, so that a hostile file cannot flood its reader. */
import { bounds } from '@remit/contracts';
import type { FindingCode } from './finding-codes.ts';
import type { Diagnostic, Replacement, Severity } from './port.ts';

/** Where something stands in a file. Lines and columns start at 1. */
export interface Spot {
  file: string;
  line: number;
  column: number;
}

/** What to do, and what somebody may let a tool do. */
export interface Remedy {
  text: string;
  instead?: Replacement;
}

export class Findings {
  readonly #list: Diagnostic[] = [];
  #errors = 0;

  get list(): Diagnostic[] {
    return this.#list;
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** True once so much was found that looking for suggestions is no longer worth its time. */
  get full(): boolean {
    return this.#list.length >= bounds.policy_diagnostics_max;
  }

  error(code: FindingCode, message: string, spot: Spot, remedy?: string | Remedy): void {
    this.#errors += 1;
    this.#add('error', code, message, spot, remedy);
  }

  warning(code: FindingCode, message: string, spot: Spot, remedy?: string | Remedy): void {
    this.#add('warning', code, message, spot, remedy);
  }

  note(code: FindingCode, message: string, spot: Spot, remedy?: string | Remedy): void {
    this.#add('note', code, message, spot, remedy);
  }

  #add(
    severity: Severity,
    code: FindingCode,
    message: string,
    spot: Spot,
    remedy: string | Remedy | undefined,
  ): void {
    // An error is never crowded out by warnings: the first one always finds its place.
    if (this.full && !(severity === 'error' && this.#errors === 1)) return;
    this.#list.push({
      severity,
      code,
      message,
      place: { ...spot },
      ...(typeof remedy === 'string' && { remedy }),
      ...(typeof remedy === 'object' && { remedy: remedy.text }),
      ...(typeof remedy === 'object' && remedy.instead && { instead: remedy.instead }),
    });
  }
}
