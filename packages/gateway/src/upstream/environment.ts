/** The environment of a child that serves as upstream: what programs need to run, and its settings. */
import { Fault } from '@remit/contracts';
import type { Credentials } from './credentials.ts';

/** Names taken over from Remit's own environment; everything else stays behind (surface.md, "Commands"). */
const inherited = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'LC_ALL',
  'LC_CTYPE',
  'LC_MESSAGES',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
]);

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Fault `credential_missing`, `environment_reserved` (a setting named `REMIT_*`). */
export function childEnvironment(
  base: Environment,
  settings: Readonly<Record<string, string>>,
  credentials: Credentials,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of inherited) {
    const value = base[name];
    if (value !== undefined) environment[name] = value;
  }
  for (const [name, value] of Object.entries(settings)) {
    refuseReserved(name);
    environment[name] = credentials.resolve(value);
  }
  return environment;
}

function refuseReserved(name: string): void {
  if (!/^remit_/i.test(name)) return;
  throw new Fault('environment_reserved', `the variable \`${name}\` is reserved for Remit itself`, {
    remedy: 'give the variable another name in the server’s `env`',
  });
}
