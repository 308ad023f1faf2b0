/** The names in controls: groups, environments, labels, detectors, agents, hosts, paths. Each is looked up once. */
import { meant } from '../document/meant.ts';
import type { DataClasses } from '../data/rules.ts';
import { contentFindings } from '../data/detectors.ts';
import type { Findings, Spot } from '../diagnostics.ts';
import type { AllowDeny } from '../document/allow-deny.ts';
import type { ApprovalTermsDocument } from '../document/approvals.ts';
import type { Documents } from '../document/documents.ts';
import type { FlowDocument } from '../document/flows.ts';
import type { RetentionPart } from '../document/retention.ts';
import type { Placed, Word } from '../document/reading.ts';
import type { Powers } from '../document/powers.ts';
import type { Catalog } from '../names/catalog.ts';
import type { FlowCompiler } from '../flow/flow.ts';
import { isArgument, isSinkWord, sinkWords } from '../flow/flow.ts';
import { sourceWords } from '../flow/labels.ts';
import { globMatches, isGlob } from '../names/glob.ts';
import { hostPattern } from '../scope/hosts.ts';
import { pathPattern } from '../scope/paths.ts';
import { isEnforced } from './agent-controls.ts';

export class ControlCheck {
  readonly #documents: Documents;
  readonly #catalog: Catalog;
  readonly #classes: DataClasses;
  readonly #findings: Findings;
  readonly #flows: FlowCompiler;

  constructor(
    documents: Documents,
    catalog: Catalog,
    classes: DataClasses,
    flows: FlowCompiler,
    findings: Findings,
  ) {
    this.#documents = documents;
    this.#flows = flows;
    this.#catalog = catalog;
    this.#classes = classes;
    this.#findings = findings;
  }

  /** Reports each name that nothing is called by, and each control that is only shown so far. */
  check({ controls }: Powers): void {
    const { scope, flows, messages, models, content, approvals, retention } = controls;
    for (const word of scope?.environments?.value ?? []) this.#environment(word);
    this.#patterns(
      scope?.hosts?.value,
      hostPattern,
      'a host; one reads like `api.example.com` or `*.example.com`',
    );
    this.#patterns(scope?.paths?.value, pathPattern, 'a path; one reads like `/srv/docs/**`');
    for (const flow of flows?.value ?? []) this.#flow(flow);
    this.#agents(messages?.value.from?.value);
    for (const side of ['arguments', 'results'] as const)
      for (const { detector } of content?.value[side]?.values() ?? []) this.#finding(detector);
    for (const terms of approvals === undefined ? [] : [approvals.value, ...approvals.value.actions])
      this.#groups(terms);
    this.#notYet('content.arguments', content);
    this.#notYet('messages.from', messages?.value.from);
    this.#notYet('messages.hops', messages?.value.hops);
    this.#notYet('models.max_input_tokens', models?.value.max_input_tokens);
    this.#notYet('models.max_output_tokens', models?.value.max_output_tokens);
    this.#notYet('approvals.hold', approvals?.value.hold);
    for (const part of retention?.value ?? []) this.#retained(part);
  }

  #notYet(control: string, placed: Placed<unknown> | undefined): void {
    if (placed === undefined || isEnforced(control)) return;
    const message = `\`${placed.path}\` is checked and shown, but not enforced yet`;
    this.#findings.warning('not_enforced_yet', message, placed.spot, 'do not rely on it');
  }

  #unknown(what: string, word: Word, known: Iterable<string>, otherwise: string): void {
    const remedy = meant(word.text, known) ?? otherwise;
    this.#findings.error('unknown_name', `there is no ${what} \`${word.text}\``, word.spot, remedy);
  }

  #environment(word: Word): void {
    const { workspace } = this.#documents;
    if (workspace === undefined) return;
    const servers = [...workspace.servers.values()].flatMap((server) => server.environment ?? []);
    const known = new Set([
      ...servers,
      ...(workspace.environment === undefined ? [] : [workspace.environment]),
    ]);
    if (!known.has(word.text))
      this.#unknown(
        'environment',
        word,
        known,
        'give it to a server with `environment:`, or to the workspace',
      );
  }

  #patterns(lists: AllowDeny | undefined, read: (text: string) => unknown, expected: string): void {
    for (const word of [...(lists?.allow ?? []), ...(lists?.deny ?? [])]) {
      if (read(word.text) !== undefined) continue;
      this.#findings.error('invalid_pattern', `\`${word.text}\` is not ${expected}`, word.spot);
    }
  }

  #retained({ class: word }: RetentionPart): void {
    if (word !== undefined && !this.#classes.has(word.text))
      this.#unknown('class of data', word, this.#classes.names, 'define it under `data` in the workspace');
  }

  #flow(flow: FlowDocument): void {
    for (const word of flow.from) {
      if (sourceWords.some((known) => known === word.text) || this.#classes.has(word.text)) continue;
      this.#unknown(
        'label',
        word,
        [...sourceWords, ...this.#classes.names],
        `use ${sourceWords.map(quoted).join(', ')}, or a class of data`,
      );
    }
    const wrong = flow.to.filter((word) => this.#misspelled(word));
    // Reports the names of tools that nothing has.
    this.#flows.sinksOf(flow, wrong);
  }

  /** What is near to a kind of sink, and no name, was probably meant to be one. */
  #misspelled(word: Word): boolean {
    const { text } = word;
    if (isSinkWord(text) || isArgument(text) || isGlob(text) || text.includes('/')) return false;
    const near = this.#catalog.knows(text) ? undefined : meant(text, sinkWords);
    if (near !== undefined)
      this.#findings.error('unknown_name', `there is no sink \`${text}\``, word.spot, near);
    return near !== undefined;
  }

  #agents(words: readonly Word[] | undefined): void {
    for (const word of words ?? []) this.agent(word);
  }

  /** An agent of the workspace, or a pattern of some. */
  agent(word: Word): void {
    const { agents, workspace } = this.#documents;
    if (workspace === undefined || agents.has(word.text)) return;
    if (isGlob(word.text) && [...agents.keys()].some((name) => globMatches(word.text, name))) return;
    this.#unknown('agent', word, agents.keys(), `define it with a document \`agent: ${word.text}\``);
  }

  #finding(word: Word): void {
    if (contentFindings.some((known) => known === word.text) || this.#classes.has(word.text)) return;
    const known = [...contentFindings, ...this.#classes.names];
    this.#unknown('detector', word, known, `use one of ${contentFindings.map(quoted).join(', ')}`);
  }

  #groups({ who, escalate, within, count }: ApprovalTermsDocument): void {
    const { workspace } = this.#documents;
    for (const word of [...(who?.value ?? []), ...(escalate?.value.to ?? [])]) {
      if (workspace === undefined || workspace.groups.has(word.text)) continue;
      this.#unknown('group', word, workspace.groups.keys(), `add it to \`groups:\` of the workspace`);
    }
    if (within !== undefined && escalate !== undefined && escalate.value.after.ms >= within.value.ms)
      this.#tooLate(escalate.spot, escalate.value.after.text, within.value.text);
    if (count !== undefined && who !== undefined) this.#enough(count, who);
  }

  #tooLate(spot: Spot, after: string, within: string): void {
    const message = `it escalates after ${after}, when the ${within} for a decision are over`;
    this.#findings.error('escalates_too_late', message, spot, 'escalate earlier');
  }

  /** A group without people in the workspace may have some that were added elsewhere. */
  #enough(count: Placed<number>, who: Placed<readonly Word[]>): void {
    const groups = who.value.map((word) => this.#documents.workspace?.groups.get(word.text) ?? []);
    if (groups.some((people) => people.length === 0)) return;
    const people = new Set(groups.flat());
    if (people.size >= count.value) return;
    const message = `${count.value} people have to approve, but only ${people.size} may`;
    this.#findings.warning(
      'too_few_approvers',
      message,
      count.spot,
      'add people to the group, or ask for fewer',
    );
  }
}

function quoted(text: string): string {
  return `\`${text}\``;
}
