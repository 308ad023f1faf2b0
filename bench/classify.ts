/**
 * What a tool does, guessed with its annotations hidden, against those annotations: the catalogues of
 * real servers in `../shared/corpora/tools`, which a clone of this project does not have.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { toolDefinitionSchema } from '@remit/contracts';
import type { ToolDefinition } from '@remit/contracts';
import { guessTool } from '@remit/policy';
import { z } from 'zod';
import type { BenchRow } from './row.ts';

const corpus = new URL('../../shared/corpora/tools/', import.meta.url);
const ACCURACY_MIN = 95;

interface Judged {
  name: string;
  readOnly: boolean;
  destructive: boolean;
  guessed: ReturnType<typeof guessTool>;
}

export function benchClassify(): Promise<BenchRow[]> {
  if (!existsSync(corpus)) {
    console.log('classify: skipped, ../shared/corpora/tools is not there');
    return Promise.resolve([]);
  }
  const judged = catalogues().flatMap(judge);
  const right = judged.filter(({ readOnly, guessed }) => (guessed.effect === 'read') === readOnly);
  const missed = judged.filter(({ readOnly, guessed }) => (guessed.effect === 'read') !== readOnly);
  for (const { name, readOnly, guessed } of missed)
    console.log(`${name}: ${readOnly ? 'reads' : 'changes'}, guessed ${guessed.effect}`);
  const mild = judged.filter(({ destructive, guessed }) => destructive && guessed.effect === 'read');
  const destructive = judged.filter((one) => one.destructive);
  const held = destructive.filter(({ guessed }) => ['destructive', 'external'].includes(guessed.effect));
  const accuracy = (100 * right.length) / judged.length;
  return Promise.resolve([
    {
      name: `read or write, ${judged.length} annotated tools`,
      unit: '% right',
      ours: accuracy,
      peers: {},
      target: `≥ ${ACCURACY_MIN} %`,
      pass: accuracy >= ACCURACY_MIN,
    },
    {
      name: 'destructive tools that were guessed to read only',
      unit: 'tools',
      ours: mild.length,
      peers: { destructive: destructive.length },
      target: 'none',
      pass: mild.length === 0,
    },
    {
      name: 'destructive by annotation (updates too, as MCP has it) that a guess alone would hold',
      unit: 'tools',
      ours: held.length,
      peers: { destructive: destructive.length },
    },
  ]);
}

function catalogues(): { server: string; tools: ToolDefinition[] }[] {
  const schema = z.object({ tools: z.array(toolDefinitionSchema) });
  return readdirSync(corpus)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const { tools } = schema.parse(JSON.parse(readFileSync(new URL(file, corpus), 'utf8')));
      return { server: file.replace('.json', ''), tools };
    });
}

/** Only tools whose annotations say whether they read; a hint that is missing says nothing. */
function judge({ server, tools }: { server: string; tools: ToolDefinition[] }): Judged[] {
  return tools.flatMap(({ annotations, ...definition }) => {
    const destructive = annotations?.destructiveHint === true;
    const readOnly = annotations?.readOnlyHint ?? (destructive ? false : undefined);
    if (readOnly === undefined) return [];
    const name = `${server}/${definition.name}`;
    return [{ name, readOnly, destructive: destructive && !readOnly, guessed: guessTool(definition) }];
  });
}
