/** Collects what the checker finds. Bounded, so that a hostile file cannot flood its reader. */
import { bounds } from '@remit/contracts';
import type { Diagnostic, Severity } from './port.ts';

/** Where something stands in a file. Lines and columns start at 1. */
export interface Spot {
  file: string;
  line: number;
  column: number;
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

  error(code: string, message: string, spot: Spot, remedy?: string): void {
    this.#errors += 1;
    this.#add('error', code, message, spot, remedy);
  }

  warning(code: string, message: string, spot: Spot, remedy?: string): void {
    this.#add('warning', code, message, spot, remedy);
  }

  note(code: string, message: string, spot: Spot, remedy?: string): void {
    this.#add('note', code, message, spot, remedy);
  }

  #add(severity: Severity, code: string, message: string, spot: Spot, remedy: string | undefined): void {
    // An error is never crowded out by warnings: the first one always finds its place.
    if (this.full && !(severity === 'error' && this.#errors === 1)) return;
    this.#list.push({
      severity,
      code,
      message,
      place: { ...spot },
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
}
