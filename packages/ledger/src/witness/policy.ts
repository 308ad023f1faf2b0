/** C2SP tlog-policy: which logs, which witnesses, and which of them together are enough. */
import { bounds, Fault } from '@remit/contracts';
import { decodeVerifierKey, signatureTypes, type VerifierKey } from '../note/signed-note.ts';

interface PolicyWitness {
  /** In the policy; it means nothing outside. */
  name: string;
  key: VerifierKey;
  /** Submission prefix. */
  url: string | undefined;
}

export interface WitnessPolicy {
  logs: readonly VerifierKey[];
  witnesses: readonly PolicyWitness[];
  /** Whether these witnesses, by name, are enough. */
  quorum: (cosigned: ReadonlySet<string>) => boolean;
}

export const noWitnesses: WitnessPolicy = { logs: [], witnesses: [], quorum: () => true };

const policyLengthMax = 256 * 1024;
/** "The only allowed control characters are tab and newline" (Character set). */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const forbidden = /[\u0000-\u0008\u000b-\u001f\u007f]/;

type Rule = (cosigned: ReadonlySet<string>) => boolean;

/** @throws Fault `witness_policy_invalid` with the line. */
export function parseWitnessPolicy(text: string, file: string): WitnessPolicy {
  if (text.length > policyLengthMax || forbidden.test(text)) {
    throw invalid('it is too long, or has control characters', file);
  }
  const policy = new PolicyReader();
  text.split('\n').forEach((line, index) => {
    const items = line.split(/[ \t]+/).filter((item) => item !== '');
    if (items.length === 0 || items[0]!.startsWith('#')) return;
    const problem = policy.read(items) ?? policy.tooMany;
    if (problem !== undefined) throw invalid(problem, file, index + 1);
  });
  if (policy.quorum === undefined) throw invalid('there is no quorum line', file);
  return { logs: policy.logs, witnesses: policy.witnesses, quorum: policy.quorum };
}

class PolicyReader {
  readonly logs: VerifierKey[] = [];
  readonly witnesses: PolicyWitness[] = [];
  quorum: Rule | undefined;
  /** Of witnesses and groups, which share their names. */
  readonly #rules = new Map<string, Rule>();
  /** "Each defined name can be listed as a group member at most once": a witness counts in one way only. */
  readonly #members = new Set<string>();

  /** What is wrong with their number: every witness asked signs the checkpoint, and groups are asked in turn. */
  get tooMany(): string | undefined {
    const max = bounds.witness_policy_entries_max;
    const groups = this.#rules.size - this.witnesses.length;
    if (this.logs.length <= max && this.witnesses.length <= max && groups <= max) return undefined;
    return `it has more than ${max} logs, witnesses or groups`;
  }

  /** What is wrong with a line, if anything. */
  read([keyword = '', ...items]: string[]): string | undefined {
    switch (keyword) {
      case 'log':
        return this.#log(items);
      case 'witness':
        return this.#witness(items);
      case 'group':
        return this.#group(items);
      case 'quorum':
        return this.#quorum(items);
      default:
        return `\`${keyword}\` is none of log, witness, group and quorum`;
    }
  }

  #log([text, url, ...rest]: string[]): string | undefined {
    if (text === undefined || rest.length > 0) return 'a log line is `log <vkey> [<url>]`';
    const key = keyOf(text);
    if (key?.type !== signatureTypes.ed25519) return 'this is not the key of a log';
    if (isAmong(key, this.logs)) return 'this log is there already';
    if (url !== undefined && !isUrl(url)) return `\`${url}\` is no URL`;
    this.logs.push(key);
    return undefined;
  }

  #witness([name, text, url, ...rest]: string[]): string | undefined {
    if (name === undefined || text === undefined || rest.length > 0) {
      return 'a witness line is `witness <name> <vkey> [<url>]`';
    }
    const key = keyOf(text);
    if (key === undefined || key.type === signatureTypes.ed25519) return 'this is not the key of a witness';
    const keys = this.witnesses.map((witness) => witness.key);
    if (isAmong(key, keys)) return 'this witness is there already';
    if (url !== undefined && !isUrl(url)) return `\`${url}\` is no URL`;
    this.witnesses.push({ name, key, url });
    return this.#define(name, (cosigned) => cosigned.has(name));
  }

  #group([name, threshold = '', ...members]: string[]): string | undefined {
    if (name === undefined || members.length === 0)
      return 'a group line is `group <name> all|any|<k> <name>...`';
    const missing = members.find((member) => !this.#rules.has(member));
    if (missing !== undefined) return `\`${missing}\` is not defined above`;
    const again = members.find(
      (member, index) => this.#members.has(member) || members.indexOf(member) < index,
    );
    if (again !== undefined) return `\`${again}\` is a member already`;
    const enough = thresholdOf(threshold, members.length);
    if (enough === undefined) return `\`${threshold}\` is none of all, any, and 1 to ${members.length}`;
    for (const member of members) this.#members.add(member);
    const rules = members.map((member) => this.#rules.get(member)!);
    return this.#define(name, (cosigned) => rules.filter((rule) => rule(cosigned)).length >= enough);
  }

  #quorum([name, ...rest]: string[]): string | undefined {
    if (name === undefined || rest.length > 0) return 'a quorum line is `quorum <name>`';
    if (this.quorum !== undefined) return 'there is a quorum line already';
    this.quorum = name === 'none' ? () => true : this.#rules.get(name);
    return this.quorum === undefined ? `\`${name}\` is not defined above` : undefined;
  }

  #define(name: string, rule: Rule): string | undefined {
    if (name === 'none' || this.#rules.has(name)) return `the name \`${name}\` is taken`;
    this.#rules.set(name, rule);
    return undefined;
  }
}

function keyOf(text: string): VerifierKey | undefined {
  try {
    return decodeVerifierKey(text);
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** "Two vkeys are considered duplicate if they wrap the same underlying public key." */
function isAmong(key: VerifierKey, others: readonly VerifierKey[]): boolean {
  return others.some((other) => other.key.equals(key.key));
}

function isUrl(text: string): boolean {
  const protocol = URL.parse(text)?.protocol;
  return protocol === 'http:' || protocol === 'https:';
}

function thresholdOf(text: string, members: number): number | undefined {
  if (text === 'all') return members;
  if (text === 'any') return 1;
  const threshold = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : Number.NaN;
  return threshold <= members ? threshold : undefined;
}

function invalid(problem: string, file: string, line?: number): Fault {
  return new Fault('witness_policy_invalid', `the witness policy cannot be used: ${problem}`, {
    place: line === undefined ? { file } : { file, line },
    remedy: 'Write it as C2SP tlog-policy says.',
  });
}
