import type { JsonObject } from '@remit/contracts';

/** A string argument of a tool or prompt. @throws TypeError for anything else */
export function stringArgument(args: JsonObject, name: string): string {
  const value = args[name];
  if (typeof value !== 'string') throw new TypeError(`argument \`${name}\` must be a string`);
  return value;
}
