/** Policy files in one layout. Comments, order and meaning stay; quotes, indentation and spacing are made alike. */
import { isDeepStrictEqual } from 'node:util';
import { isSeq, parseAllDocuments, visit } from 'yaml';
import type { Document } from 'yaml';

const layout = { lineWidth: 110, indent: 2, flowCollectionPadding: true } as const;

/**
 * Undefined for a text that is not valid YAML, or whose meaning the layout would change: such a file is
 * left as it is.
 */
export function formatPolicy(text: string): string | undefined {
  const documents = documentsOf(text);
  if (documents === undefined) return undefined;
  const opened = text.startsWith('---');
  const laidOut = documents.map((document, at) => written(document, at === 0 && !opened)).join('');
  const formatted = withTightLists(withLinesOf(text, laidOut));
  const again = documentsOf(formatted);
  return again !== undefined && isDeepStrictEqual(valuesOf(again), valuesOf(documents))
    ? formatted
    : undefined;
}

function documentsOf(text: string): Document.Parsed[] | undefined {
  const documents = parseAllDocuments(text, { version: '1.2', keepSourceTokens: true });
  if (!Array.isArray(documents)) return undefined;
  return documents.some(({ errors, warnings }) => errors.length + warnings.length > 0)
    ? undefined
    : documents;
}

function written(document: Document.Parsed, first: boolean): string {
  const text = document.toString({ ...layout, directives: false });
  return first ? text : `---\n${text}`;
}

interface Block {
  /** After the line of the sign `>`. */
  start: number;
  end: number;
  /** Without the indentation that all have. */
  lines: string[];
  indent: string;
}

/** Folded blocks keep the lines that somebody gave them: a condition is broken where it reads well. */
function withLinesOf(source: string, laidOut: string): string {
  const wanted = foldedBlocks(source);
  return foldedBlocks(laidOut).reduceRight((text, { start, end, indent }, at) => {
    const lines = wanted[at]!.lines.map((line) => (line === '' ? '' : `${indent}${line}`));
    return `${text.slice(0, start)}${lines.join('\n')}\n${text.slice(end)}`;
  }, laidOut);
}

function foldedBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  for (const document of documentsOf(text) ?? []) {
    visit(document, {
      Scalar: (_, { type, range }) => {
        if (type !== 'BLOCK_FOLDED' || !range) return;
        const start = text.indexOf('\n', range[0]) + 1;
        const lines = text.slice(start, range[1]).trimEnd().split('\n');
        const indent = /^ */.exec(lines[0] ?? '')![0];
        blocks.push({ start, end: range[1], indent, lines: lines.map((line) => line.slice(indent.length)) });
      },
    });
  }
  return blocks;
}

/** `{ a: b }` has spaces within, `[a, b]` has none; the library has one setting for both. */
function withTightLists(text: string): string {
  const spaces = new Set<number>();
  for (const document of documentsOf(text) ?? []) {
    visit(document, {
      Seq: (_, node) => {
        const [start, end] = node.range ?? [0, 0];
        if (!isSeq(node) || text[start] !== '[') return;
        if (text[start + 1] === ' ') spaces.add(start + 1);
        if (text[end - 2] === ' ' && !/\n\s*$/.test(text.slice(0, end - 1))) spaces.add(end - 2);
      },
    });
  }
  return text
    .split('')
    .filter((_, at) => !spaces.has(at))
    .join('');
}

/** Aliases are written as aliases again, so they need not be followed without end here. */
function valuesOf(documents: readonly Document.Parsed[]): unknown[] {
  return documents.map((document) => document.toJS({ maxAliasCount: 100 }) as unknown);
}
