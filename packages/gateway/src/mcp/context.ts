/** What an agent says about its call: context and rationale. Claims, bounded, recorded as they are. */
import type { IncomingHttpHeaders } from 'node:http';
import {
  contextSchema,
  isJsonObject,
  parseJson,
  type Bounds,
  type Context,
  type JsonObject,
} from '@remit/contracts';
import { invalidParams } from './rpc-fault.ts';

const contextKey = 'io.remit/context';
const rationaleKey = 'io.remit/rationale';
const contextHeader = 'remit-context';
const contextDepthMax = 2;

/**
 * From `_meta["io.remit/context"]`, else from the header `Remit-Context` (surface.md).
 * @throws RpcFault -32602 where it is not what the schema says.
 */
export function contextOf(
  meta: JsonObject | undefined,
  headers: IncomingHttpHeaders,
  bounds: Bounds,
): Context {
  const given = meta?.[contextKey] ?? fromHeader(headers[contextHeader]);
  if (given === undefined) return {};
  if (!isJsonObject(given) || Object.keys(given).length > bounds.context_keys_max) {
    throw invalidParams(`The context must be a JSON object of at most ${bounds.context_keys_max} keys.`);
  }
  const checked = contextSchema.safeParse(given);
  if (checked.success) return checked.data;
  const problem = checked.error.issues[0];
  throw invalidParams(`The context is not valid: ${problem?.path.join('.') ?? ''} ${problem?.message ?? ''}`);
}

function fromHeader(header: string | string[] | undefined): unknown {
  if (typeof header !== 'string') return undefined;
  try {
    return parseJson(Buffer.from(header, 'latin1'), contextDepthMax);
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    throw invalidParams(`The header Remit-Context does not hold a JSON object: ${why}`);
  }
}

/** Why the agent says that it does this, from `_meta["io.remit/rationale"]`. */
export function rationaleOf(meta: JsonObject | undefined, bounds: Bounds): string | undefined {
  const rationale = meta?.[rationaleKey];
  if (rationale === undefined) return undefined;
  if (typeof rationale !== 'string' || rationale.length > bounds.rationale_length_max) {
    throw invalidParams(
      `${rationaleKey} must be a string of at most ${bounds.rationale_length_max} characters.`,
    );
  }
  return rationale;
}
