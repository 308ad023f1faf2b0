/** The `tools:` part of the workspace document: what a tool does, where its own annotations do not say it. */
import { consequences, sensitivities, sinks, trusts } from '@remit/contracts';
import type { Consequence, Sensitivity, Sink, Trust } from '@remit/contracts';
import { describeAs } from './described.ts';
import { namesTo, oneOf, readBoolean, readWord, shaped } from './reading.ts';
import type { Reader, Word } from './reading.ts';

const toolEffects = ['read', 'write', 'destructive', 'external'] as const;
export type ToolEffect = (typeof toolEffects)[number];

/** The tool that reads what this one changes, with its arguments as expressions over `args`. */
export interface ReadingTool {
  tool: Word;
  arguments: Map<string, Word>;
}

export interface ToolNotes {
  name: Word;
  effect?: ToolEffect;
  reversible?: boolean;
  /** True where it reaches beyond the company's own systems. */
  external?: boolean;
  /** Of what it answers. */
  sensitivity?: Sensitivity;
  /** Of the texts that it answers; otherwise that of its server. */
  trust?: Trust;
  /** Who gets to see what is sent to it. */
  sink?: Sink;
  consequence?: Consequence;
  /** CEL over `args`: on whom or what the tool acts, and for how much. */
  subject?: Word;
  amount?: Word;
  reads?: ReadingTool;
}

const readReadingKeys = shaped<ReadingTool>({
  what: '`reads`',
  keys: { tool: readWord, arguments: namesTo((tree, reading) => readWord(tree, reading), readWord) },
  required: ['tool'],
});

/** A tool's name, or `{ tool, arguments }`. */
const readReadingTool: Reader<ReadingTool> = (tree, reading) => {
  if (tree.kind === 'scalar') {
    const tool = readWord(tree, reading);
    return tool && { tool, arguments: new Map() };
  }
  const read = readReadingKeys(tree, reading);
  return read?.tool && { tool: read.tool, arguments: read.arguments ?? new Map<string, Word>() };
};

describeAs(readReadingTool, readWord, readReadingKeys);

const readNotes = shaped<Omit<Required<ToolNotes>, 'name'>>({
  what: 'a tool',
  keys: {
    effect: oneOf(toolEffects),
    reversible: readBoolean,
    external: readBoolean,
    sensitivity: oneOf(sensitivities),
    trust: oneOf(trusts),
    sink: oneOf(sinks),
    consequence: oneOf(consequences),
    subject: readWord,
    amount: readWord,
    reads: readReadingTool,
  },
});

export const readTools: Reader<Map<string, ToolNotes>> = namesTo((tree, reading, name) => {
  const notes = readNotes(tree, reading);
  return notes && { ...notes, name };
}, readNotes);
