/** Rules: entries of documents, compiled. A rule is one word in one list of one document. */
import type { RuleReference, Tier } from '@remit/contracts';
import type { Spot } from '../diagnostics.ts';
import { accessAreas } from '../document/access.ts';
import type { AccessArea } from '../document/access.ts';
import { tierKeys } from '../document/guardrails.ts';
import type { TierKey } from '../document/guardrails.ts';
import type { Word } from '../document/reading.ts';
import type { RemitDocument } from '../document/remit.ts';
import type { Catalog, Match, Meaning, NamedAction } from '../names/catalog.ts';
import { isGlob } from '../names/glob.ts';
import { looksLikeUri } from '../names/uri.ts';

export interface Rule {
  /** What it does to what it matches: a tier from `automatic` to `approval` also grants. */
  says: 'allow' | 'deny' | Tier;
  area: AccessArea;
  /** As written. */
  text: string;
  match: Match;
  action?: NamedAction;
  reference: RuleReference;
  spot: Spot;
}

/** Looks up the agents that a policy names. */
export interface AgentNames {
  /** Reports a name that no agent has. */
  agent(word: Word): void;
}

/** Every rule of a document. Names that cannot be resolved are reported and left out. */
export function rulesOf(document: RemitDocument, catalog: Catalog, names: AgentNames): Rule[] {
  const rules: Rule[] = [];
  const add = (says: Rule['says'], area: AccessArea, words: readonly Word[] | undefined): void => {
    for (const word of words ?? []) {
      const matched = area === 'tools' ? toolMatch(word, catalog) : targetMatch(word, area, catalog);
      if (matched !== undefined)
        rules.push({
          says,
          area,
          text: word.text,
          reference: reference(document, word),
          spot: word.spot,
          ...matched,
        });
    }
  };
  const { access, controls } = document;
  for (const area of accessAreas) {
    const again = area === 'models' || area === 'messages' ? controls[area]?.value : undefined;
    for (const lists of [access[area], again]) {
      if (area === 'messages') for (const word of lists?.allow ?? []) names.agent(word);
      if (area === 'messages') for (const word of lists?.deny ?? []) names.agent(word);
      add('allow', area, lists?.allow);
      add('deny', area, lists?.deny);
    }
  }
  for (const key of Object.keys(tierKeys) as TierKey[]) add(tierKeys[key], 'tools', document.guardrails[key]);
  return rules;
}

function reference(document: RemitDocument, word: Word): RuleReference {
  return { name: `${document.title} ${word.path}`, file: word.spot.file, line: word.spot.line };
}

function toolMatch(word: Word, catalog: Catalog): { match: Match; action?: NamedAction } | undefined {
  const meaning: Meaning | undefined = catalog.resolve(word);
  switch (meaning?.kind) {
    case undefined:
      return undefined;
    case 'glob':
      return { match: { kind: 'glob', server: meaning.server, target: meaning.tool } };
    case 'planned':
      return { match: { kind: 'nothing' }, action: meaning.action };
    case 'tool':
      return {
        match: { kind: 'exact', name: meaning.name },
        ...(meaning.action && { action: meaning.action }),
      };
  }
}

function targetMatch(word: Word, area: AccessArea, catalog: Catalog): { match: Match } | undefined {
  const { text } = word;
  if (area === 'resources' && looksLikeUri(text)) {
    return {
      match: isGlob(text) ? { kind: 'glob', server: '*', target: text } : { kind: 'exact', name: text },
    };
  }
  if (area === 'models' || area === 'messages')
    return { match: { kind: 'glob', ...namedTarget(text, area) } };
  const [server, target] = area === 'sampling' || area === 'elicitation' ? [text, '*'] : splitServer(text);
  return catalog.knowsServer(server, word) ? { match: { kind: 'glob', server, target } } : undefined;
}

/** A model as `provider/model`, or that of any provider; an agent by its name, which may hold a slash. */
function namedTarget(text: string, area: 'models' | 'messages'): { server: string; target: string } {
  const [server, target] = area === 'models' ? splitServer(text) : ['*', text];
  return { server, target };
}

/** `server/target`; without a server, that of any. */
function splitServer(text: string): [server: string, target: string] {
  const slash = text.indexOf('/');
  return slash < 0 ? ['*', text] : [text.slice(0, slash), text.slice(slash + 1)];
}
