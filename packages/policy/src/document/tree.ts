/**
 * YAML text as plain trees in which every key and value knows its line and column. Bounded in size,
 * depth and number of values, so that a hostile file ends in an error and not in a slow process.
 */
import { bounds } from '@remit/contracts';
import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser } from 'yaml';
import type { Alias, CST, Document, Node, Scalar as YamlScalar } from 'yaml';
import type { Findings, Spot } from '../diagnostics.ts';
import type { SourceFile } from '../port.ts';

interface Scalar {
  kind: 'scalar';
  value: string | number | boolean | null;
  spot: Spot;
  /** How it was written, so that a place inside it can be told. */
  style: 'plain' | 'quoted' | 'block';
}
interface Sequence {
  kind: 'sequence';
  items: Tree[];
  spot: Spot;
}
interface Entry {
  key: string;
  keySpot: Spot;
  value: Tree;
}
export interface Mapping {
  kind: 'mapping';
  entries: Map<string, Entry>;
  spot: Spot;
}
export type Tree = Scalar | Sequence | Mapping;

/** The documents of one file. A file with a syntax error gives none, and an error. */
export function readDocuments(file: SourceFile, findings: Findings): Mapping[] {
  return [...readingDocuments(file, findings)].filter((step) => step !== undefined);
}

/** Pieces of text read in one step. */
const LEXEMES_PER_STEP = 500;

/** The same in steps: a document, or undefined where the next one has not been read to its end. */
export function* readingDocuments(file: SourceFile, findings: Findings): Generator<Mapping | undefined> {
  const start: Spot = { file: file.path, line: 1, column: 1 };
  if (Buffer.byteLength(file.text) > bounds.policy_file_bytes_max) {
    const message = `\`${file.path}\` is larger than ${bounds.policy_file_bytes_max} bytes`;
    findings.error('file_too_large', message, start, 'split it into several files');
    return;
  }
  const lines = new LineCounter();
  // Duplicate keys are found below: the library compares every key with every other.
  const options = { lineCounter: lines, uniqueKeys: false, prettyErrors: false, version: '1.2' } as const;
  const builder = new TreeBuilder(file.path, lines, findings);
  const composer = new Composer(options);
  for (const token of tokensOf(file.text, lines)) {
    if (token === undefined) yield undefined;
    else yield* built(composer.next(token), builder);
  }
  yield* built(composer.end(), builder);
}

function* built(documents: Iterable<Document.Parsed>, builder: TreeBuilder): Generator<Mapping | undefined> {
  for (const document of documents) {
    yield undefined;
    yield* builder.document(document);
  }
}

/** As `Parser.parse` gives them, with a step in between now and then. */
function* tokensOf(text: string, lines: LineCounter): Generator<CST.Token | undefined> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let read = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    read += 1;
    if (read % LEXEMES_PER_STEP === 0) yield undefined;
  }
  yield* parser.end();
}

class TreeBuilder {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #findings: Findings;
  #values = 0;

  constructor(file: string, lines: LineCounter, findings: Findings) {
    this.#file = file;
    this.#lines = lines;
    this.#findings = findings;
  }

  document(document: Document.Parsed): Mapping[] {
    // The first fault only: those after it are mostly its consequences. A warning is about a tag
    // that nobody knows; the value would be read as something else than it says.
    const [fault] = [...document.errors, ...document.warnings];
    if (fault !== undefined) {
      this.#report(fault.code, firstLine(fault.message), this.#spot(fault.pos[0]));
      return [];
    }
    const contents = document.contents;
    if (contents === null || (isScalar(contents) && contents.value === null)) return [];
    const tree = this.#tree(contents, document, 0);
    if (tree === undefined) return [];
    if (tree.kind === 'mapping') return [tree];
    this.#findings.error(
      'not_a_document',
      'a policy document is a mapping with keys such as `agent:`',
      tree.spot,
    );
    return [];
  }

  #report(code: string, message: string, spot: Spot): void {
    if (code === 'RESOURCE_EXHAUSTION') this.#tooDeep(spot);
    else this.#findings.error('invalid_yaml', `not valid YAML: ${message}`, spot);
  }

  #tooDeep(spot: Spot): undefined {
    this.#findings.error('too_deep', `nested more than ${bounds.policy_depth_max} levels deep`, spot);
    return undefined;
  }

  #spot(offset: number): Spot {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #tree(node: Node | null, document: Document.Parsed, depth: number): Tree | undefined {
    const spot = this.#spot(node?.range?.[0] ?? 0);
    this.#values += 1;
    if (this.#values > bounds.policy_values_max) return this.#tooMany(spot);
    if (depth > bounds.policy_depth_max) return this.#tooDeep(spot);
    if (isAlias(node)) return this.#alias(node, spot, document, depth);
    if (isMap(node)) return this.#mapping(node.items, spot, document, depth);
    if (isSeq(node)) return this.#sequence(node.items, spot, document, depth);
    return this.#scalar(node, spot);
  }

  #alias(node: Alias, spot: Spot, document: Document.Parsed, depth: number): Tree | undefined {
    const anchored = node.resolve(document);
    if (anchored !== undefined) return this.#tree(anchored, document, depth + 1);
    this.#findings.error('invalid_yaml', `not valid YAML: alias \`*${node.source}\` has no anchor`, spot);
    return undefined;
  }

  #tooMany(spot: Spot): undefined {
    if (this.#values > bounds.policy_values_max + 1) return undefined;
    const message = `more than ${bounds.policy_values_max} values, aliases counted each time they are used`;
    this.#findings.error(
      'too_many_values',
      message,
      spot,
      'split the file, and use roles instead of aliases',
    );
    return undefined;
  }

  #sequence(items: unknown[], spot: Spot, document: Document.Parsed, depth: number): Sequence | undefined {
    const trees: Tree[] = [];
    for (const item of items) {
      const tree = this.#tree(item as Node | null, document, depth + 1);
      if (tree === undefined) return undefined;
      trees.push(tree);
    }
    return { kind: 'sequence', items: trees, spot };
  }

  #mapping(
    pairs: { key: unknown; value: unknown }[],
    spot: Spot,
    document: Document.Parsed,
    depth: number,
  ): Mapping | undefined {
    const entries = new Map<string, Entry>();
    for (const pair of pairs) {
      const key = this.#key(pair.key as Node | null, spot);
      const value = this.#tree((pair.value ?? pair.key) as Node | null, document, depth + 1);
      if (key === undefined || value === undefined) return undefined;
      const entry = { ...key, value: pair.value === null ? nothing(key.keySpot) : value };
      const earlier = entries.get(entry.key);
      if (earlier !== undefined) this.#duplicate(entry, earlier);
      else entries.set(entry.key, entry);
    }
    return { kind: 'mapping', entries, spot };
  }

  #duplicate(entry: Entry, earlier: Entry): void {
    const message = `key \`${entry.key}\` stands twice, first in line ${earlier.keySpot.line}`;
    this.#findings.error('duplicate_key', message, entry.keySpot, 'merge the two, or remove one');
  }

  #key(node: Node | null, parent: Spot): { key: string; keySpot: Spot } | undefined {
    const keySpot = node?.range ? this.#spot(node.range[0]) : parent;
    if (isScalar(node) && typeof node.value === 'string') return { key: node.value, keySpot };
    if (isScalar(node) && typeof node.value === 'number') return { key: String(node.value), keySpot };
    this.#findings.error('invalid_key', 'a key has to be text', keySpot, 'put the key in quotes');
    return undefined;
  }

  #scalar(node: Node | null, spot: Spot): Scalar | undefined {
    if (node === null) return nothing(spot);
    const { value, type } = node as YamlScalar;
    const style = type?.startsWith('BLOCK') ? 'block' : type?.startsWith('QUOTE') ? 'quoted' : 'plain';
    if (value === null) return nothing(spot);
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return { kind: 'scalar', value, spot, style };
    }
    const message = 'a value has to be text, a number, true, false or empty';
    this.#findings.error('invalid_value', message, spot);
    return undefined;
  }
}

function nothing(spot: Spot): Scalar {
  return { kind: 'scalar', value: null, spot, style: 'plain' };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.trim();
}
