/** How a command ends (surface.md): done, the answer is no, wrong use, cannot. */
import { Fault, type FaultOptions } from '@remit/contracts';

export const exitCodes = { done: 0, no: 1, wrong_use: 2, cannot: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A fault that knows how the command ends because of it. */
export class CommandFault extends Fault {
  readonly exit: ExitCode;

  constructor(exit: ExitCode, code: string, message: string, options: FaultOptions = {}) {
    super(code, message, options);
    this.name = 'CommandFault';
    this.exit = exit;
  }
}

export function wrongUse(code: string, message: string, remedy: string): CommandFault {
  return new CommandFault(exitCodes.wrong_use, code, message, { remedy });
}

export function cannot(code: string, message: string, remedy: string, cause?: unknown): CommandFault {
  return new CommandFault(exitCodes.cannot, code, message, { remedy, cause });
}

/** Any other fault means that the command could not be carried out. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof CommandFault ? error.exit : exitCodes.cannot;
}
