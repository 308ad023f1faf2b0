/** Where and when an agent acts: what its documents say, compiled, and whether a call is within it. */
import type { Action, RuleReference } from '@remit/contracts';
import type { Statement } from '../compile/layers.ts';
import type { AllowDeny } from '../document/allow-deny.ts';
import type { Hours } from '../document/hours.ts';
import type { Word } from '../document/reading.ts';
import type { Unattended } from '../document/scope.ts';
import { hostMatches, hostPattern } from './hosts.ts';
import type { HostPattern, HostReading } from './hosts.ts';
import { Schedule } from './hours.ts';
import { namedThings, readHost } from './named.ts';
import { pathFault, pathMatches, pathPattern } from './paths.ts';

export interface ScopeStatements {
  environments: readonly Statement<readonly Word[]>[];
  hours: readonly Statement<readonly Hours[]>[];
  hosts: readonly Statement<AllowDeny>[];
  paths: readonly Statement<AllowDeny>[];
  unattended: readonly Statement<Unattended>[];
}

/** Why a call is outside, as a sentence. */
export interface Outside {
  rule: RuleReference;
  reason: string;
}

interface Patterns<Pattern> {
  /** Undefined where everything is allowed that is not denied. */
  allow: readonly Pattern[] | undefined;
  deny: readonly Pattern[];
  reference: RuleReference;
}

export class Scope {
  readonly #environments: readonly { names: ReadonlySet<string>; reference: RuleReference }[];
  readonly #hours: readonly { schedule: Schedule; reference: RuleReference }[];
  readonly #hosts: readonly Patterns<HostPattern>[];
  readonly #paths: readonly Patterns<readonly string[]>[];
  /** The strictest of what is said of calls on nobody's behalf. */
  readonly unattended: Statement<Unattended> | undefined;
  /** False where nothing limits the scope, so that nothing has to be looked at. */
  readonly limited: boolean;

  constructor({ environments, hours, hosts, paths, unattended }: ScopeStatements) {
    this.#environments = environments.map(({ value, reference }) => ({
      names: new Set(value.map((word) => word.text)),
      reference,
    }));
    this.#hours = hours.map(({ value, reference }) => ({ schedule: new Schedule(value), reference }));
    this.#hosts = hosts.map((statement) => patterns(statement, hostPattern));
    this.#paths = paths.map((statement) => patterns(statement, pathPattern));
    this.unattended = strictest(unattended);
    this.limited = [environments, hours, hosts, paths, unattended].some((list) => list.length > 0);
  }

  /** True where nothing on a server of this environment is ever within. */
  excludes(environment: string | undefined): boolean {
    return this.#environments.some(({ names }) => environment === undefined || !names.has(environment));
  }

  /** Undefined where the call is within. */
  outside(action: Action, environment: string | undefined, now: string): Outside | undefined {
    for (const { names, reference } of this.#environments) {
      if (environment !== undefined && names.has(environment)) continue;
      const where = environment === undefined ? 'no environment' : `environment \`${environment}\``;
      return { rule: reference, reason: `server \`${action.server}\` is of ${where}` };
    }
    for (const { schedule, reference } of this.#hours)
      if (!schedule.includes(now)) return { rule: reference, reason: `${now} is outside its hours` };
    if (this.unattended?.value === 'deny' && action.user === undefined)
      return { rule: this.unattended.reference, reason: 'it acts on nobody’s behalf' };
    return this.#hosts.length + this.#paths.length === 0 ? undefined : this.#outsidePlaces(action);
  }

  #outsidePlaces(action: Action): Outside | undefined {
    const target = action.kind === 'resource_read' ? { resource: action.target } : {};
    const { urls, hosts, paths, tooMany } = namedThings({ ...action.arguments, ...target });
    const rule = (this.#hosts[0] ?? this.#paths[0])!.reference;
    if (tooMany) return { rule, reason: 'its arguments hold more values than are looked at' };
    const readings = [
      ...urls.map((named) => ({ named, read: readHost(named, true) })),
      ...hosts.map((named) => ({ named, read: readHost(named, false) })),
    ];
    for (const one of this.#hosts) {
      for (const { named, read } of readings) {
        const fault = hostFault(one, read);
        if (fault !== undefined) return { rule: one.reference, reason: `\`${named.place}\` ${fault}` };
      }
    }
    for (const one of this.#paths) {
      for (const { text, place } of paths) {
        const fault = pathOutside(one, text);
        if (fault !== undefined) return { rule: one.reference, reason: `\`${place}\` ${fault}` };
      }
    }
    return undefined;
  }
}

/** A pattern that cannot be read was reported when the policy was loaded, and such a policy is never used. */
function patterns<Pattern>(
  { value, reference }: Statement<AllowDeny>,
  read: (text: string) => Pattern | undefined,
): Patterns<Pattern> {
  const all = (words: readonly Word[]): Pattern[] =>
    words.map((word) => read(word.text)).filter((pattern) => pattern !== undefined);
  return { allow: value.allow && all(value.allow), deny: all(value.deny ?? []), reference };
}

function hostFault({ allow, deny }: Patterns<HostPattern>, read: HostReading): string | undefined {
  if (!read.ok) return `cannot be compared with hosts: ${read.problem}`;
  const { host } = read;
  const denied = deny.some((pattern) => hostMatches(pattern, host));
  const allowed = allow === undefined || allow.some((pattern) => hostMatches(pattern, host));
  return denied || !allowed ? `names host \`${host.name}\`` : undefined;
}

/** A deny holds in any case of letters, since some file systems know no other; an allow in its own only. */
function pathOutside({ allow, deny }: Patterns<readonly string[]>, path: string): string | undefined {
  const fault = pathFault(path);
  if (fault !== undefined) return `cannot be compared with paths: ${fault}`;
  const denied = deny.some((pattern) => pathMatches(pattern, path, true));
  const allowed = allow === undefined || allow.some((pattern) => pathMatches(pattern, path, false));
  return denied || !allowed ? `names path \`${path}\`` : undefined;
}

const order: readonly Unattended[] = ['allow', 'approve', 'deny'];

function strictest(statements: readonly Statement<Unattended>[]): Statement<Unattended> | undefined {
  let found: Statement<Unattended> | undefined;
  for (const one of statements)
    if (found === undefined || order.indexOf(one.value) > order.indexOf(found.value)) found = one;
  return found;
}
