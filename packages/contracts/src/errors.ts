/** Where in a person's input a fault lies. Lines and columns start at 1. */
export interface Place {
  file?: string;
  line?: number;
  column?: number;
}

export interface FaultOptions {
  place?: Place;
  remedy?: string;
  cause?: unknown;
}

/**
 * The base of every error that Remit throws on purpose: a stable `code`, the place where it lies
 * and what to do about it. `message` alone is a full sentence about the fault.
 */
export class Fault extends Error {
  readonly code: string;
  readonly place: Place | undefined;
  readonly remedy: string | undefined;

  constructor(code: string, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.place = options.place;
    this.remedy = options.remedy;
  }
}
