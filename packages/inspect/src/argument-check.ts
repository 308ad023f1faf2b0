/** Arguments against a tool's input schema, before anything is sent. Schemas and arguments are hostile. */
import type { JsonObject, ToolDefinition } from '@remit/contracts';
import type { ErrorObject } from 'ajv';
import { compileSchema } from './schema-compiler.ts';
import { Steps } from './steps.ts';

export interface ArgumentProblem {
  /** JSON pointer into the arguments; empty for the arguments as a whole. */
  pointer: string;
  /** Reads on after the pointer: `must be string`. */
  message: string;
}

export type ArgumentCheck = (args: JsonObject) => ArgumentProblem[];

/** Problems told at once. */
const PROBLEMS_MAX = 8;

/**
 * Compiles the tool's `inputSchema` (JSON Schema 2020-12, or the dialect that `$schema` names). Keep
 * the result: compiling costs far more than checking. The check stops at the first problem, takes
 * bounded time on any input and never throws.
 *
 * @throws Fault `schema_unusable`: too large or deep, an external reference, a pattern that cannot be
 * matched in linear time, or no valid schema at all. Such a tool must not be called.
 */
export function argumentCheck(definition: ToolDefinition): ArgumentCheck {
  const steps = new Steps();
  const validate = compileSchema(definition.inputSchema, steps);
  return (args) => {
    steps.start();
    try {
      return validate(args) ? [] : problemsOf(validate.errors ?? []);
    } catch (error) {
      return [{ pointer: '', message: `cannot be checked: ${whyNot(error)}` }];
    }
  };
}

function problemsOf(errors: readonly ErrorObject[]): ArgumentProblem[] {
  return errors
    .slice(0, PROBLEMS_MAX)
    .map((error) => ({ pointer: error.instancePath, message: messageOf(error) }));
}

function messageOf({ keyword, message, params }: ErrorObject): string {
  const detail =
    keyword === 'additionalProperties' || keyword === 'unevaluatedProperties'
      ? `: \`${String(Object.values(params)[0])}\``
      : keyword === 'enum'
        ? `: ${JSON.stringify((params as { allowedValues: unknown }).allowedValues)}`
        : '';
  return `${message ?? 'is not valid'}${detail}`.slice(0, 500);
}

/** Whatever stops the check refuses the call: a schema that refers to itself overflows the stack. */
function whyNot(error: unknown): string {
  if (error instanceof RangeError)
    return 'the schema refers to itself without end, or they are nested too deep';
  return error instanceof Error ? error.message : String(error);
}
