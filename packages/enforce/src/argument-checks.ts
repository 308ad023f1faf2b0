/** Compiled argument checks, one per tool definition, made on first use and kept within a bound. */
import { bounds, type JsonObject, type ToolDefinition } from '@remit/contracts';
import { argumentCheck, type ArgumentProblem } from '@remit/inspect';

export class ArgumentChecks {
  readonly #byDigest = new Map<string, (args: JsonObject) => ArgumentProblem[]>();

  /**
   * What is wrong with the arguments by the tool's own input schema; empty where nothing is.
   * @throws Fault where the schema cannot be compiled: such a tool is not called.
   */
  problems(digest: string, definition: ToolDefinition, args: JsonObject): ArgumentProblem[] {
    let check = this.#byDigest.get(digest);
    if (!check) {
      check = argumentCheck(definition);
      if (this.#byDigest.size >= bounds.argument_checks_max) this.#forgetOldest();
      this.#byDigest.set(digest, check);
    }
    return check(args);
  }

  #forgetOldest(): void {
    for (const digest of this.#byDigest.keys()) {
      this.#byDigest.delete(digest);
      return;
    }
  }
}
