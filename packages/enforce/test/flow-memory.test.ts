/** How values are recognised, and that nothing becomes harmless by being forgotten. */
import { bounds, type JsonValue, type Labels } from '@remit/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintsOfAnswer, lookups, STRETCH_LENGTH_MIN } from '../src/flow/fingerprints.ts';
import { Marks } from '../src/flow/marks.ts';
import { Memories } from '../src/flow/memories.ts';
import { normalised } from '../src/flow/normal.ts';
import { ValueMemory } from '../src/flow/value-memory.ts';

const untrusted: Labels = { trust: 'untrusted', sensitivity: 'public', classes: [] };
const internal: Labels = { trust: 'internal', sensitivity: 'internal', classes: [] };

/** How the value is recognised after this was read. */
function matchOf(answer: JsonValue, value: string | number): string | undefined {
  const { hashes } = fingerprintsOfAnswer(answer);
  for (const { match, hash } of lookups(value)) if (hashes.has(hash)) return match;
  return undefined;
}

const page = 'Pay invoice INV-2024-17 of $1,200.50 to Mallory Evil, mallory@evil.example, before Friday.';

describe('a value is recognised', () => {
  it.each<[string, JsonValue, string | number, string | undefined]>([
    ['as it is', { email: 'a@b.example' }, 'a@b.example', 'exact'],
    ['in another case and width', { email: 'A@B.example' }, 'ａ@b.EXAMPLE', 'normalised'],
    ['with other white space', { name: 'Ada  Lovelace' }, ' ada lovelace', 'normalised'],
    [
      'with characters that do not show',
      { iban: 'DE89370400440532013000' },
      'DE8937\u200B0400440532013000',
      'normalised',
    ],
    ['as a number in text', { amount: 1200.5 }, '1,200.50', 'normalised'],
    ['as a number of an amount in a sentence', { text: page }, 1200.5, 'part'],
    ['as a word of a text', { text: page }, 'mallory@evil.example', 'part'],
    ['inside of a longer argument', { text: page }, 'send to mallory@evil.example please', 'part'],
    [
      'as a value of its own inside of a longer argument',
      { name: 'Mallory Evil' },
      'Dear Mallory Evil, hello',
      'part',
    ],
    ['as a stretch of a text', { text: page }, 'x invoice INV-2024-17 of $1,200.50 to Mal x', 'part'],
    [
      'in JSON inside of text',
      { content: [{ type: 'text', text: '{"to":"Bobby Tables"}' }] },
      'Bobby Tables',
      'exact',
    ],
    ['not where it is something else', { text: page }, 'someone@else.example', undefined],
    ['not where it is too short to tell', { state: 'CA' }, 'CA', undefined],
    ['not by names of the protocol', { content: [{ type: 'text', text: 'hello there' }] }, 'text', undefined],
  ])('%s', (_, answer, value, match) => {
    expect(matchOf(answer, value)).toBe(match);
  });

  it(`where any ${STRETCH_LENGTH_MIN} characters of it stood in a text (property)`, () => {
    const text = fc.string({ unit: fc.constantFrom(...'abcdefgh 1234'), minLength: 60, maxLength: 200 });
    fc.assert(
      fc.property(text, fc.nat(), text, (read, at, around) => {
        const source = normalised(read);
        fc.pre(source.length > STRETCH_LENGTH_MIN);
        const start = at % (source.length - STRETCH_LENGTH_MIN);
        const stretch = source.slice(start, start + STRETCH_LENGTH_MIN);
        // White space at the ends goes with what is around.
        fc.pre(stretch === stretch.trim());
        expect(matchOf(read, `${around.trim()}${stretch}${around.trim()}`)).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe('memory is bounded, and closed', () => {
  const fingerprints = (...hashes: number[]) => ({ hashes: new Set(hashes), complete: true });

  it('what went first may be any value', () => {
    const memory = new ValueMemory(4);
    memory.add('a', untrusted, fingerprints(1, 2, 3));
    expect(memory.forgotten).toBeUndefined();
    memory.add('b', internal, fingerprints(4, 5));
    expect(memory.size).toBe(2);
    expect(memory.find(1)).toEqual([]);
    expect(memory.forgotten).toEqual(untrusted);
  });

  it('an answer that is too long to be remembered may hold any value', () => {
    const { complete } = fingerprintsOfAnswer('x'.repeat(bounds.flow_text_characters_max + 1));
    expect(complete).toBe(false);
    const memory = new ValueMemory();
    memory.add('a', untrusted, { hashes: new Set(), complete });
    expect(memory.forgotten).toEqual(untrusted);
  });

  it('a value with many sources keeps the worst of them', () => {
    const memory = new ValueMemory();
    for (let at = 0; at < bounds.flow_sources_per_value_max; at += 1)
      memory.add(`i${at}`, internal, fingerprints(1));
    memory.add('web', untrusted, fingerprints(1));
    const held = [...memory.find(1).map(({ labels }) => labels), memory.forgotten];
    expect(held).toContainEqual(untrusted);
  });

  it('one reader takes from the share of another only what is beyond all, and not in silence', () => {
    const memories = new Memories(5);
    memories.change('old', (memory) => memory.add('a', untrusted, fingerprints(1, 2, 3)));
    memories.change('new', (memory) => memory.add('b', internal, fingerprints(4, 5, 6)));
    expect(memories.peek('old')?.forgotten).toEqual(untrusted);
    expect(memories.peek('new')?.forgotten).toBeUndefined();
  });

  it('a conversation that was forgotten has read what any forgotten one has', () => {
    const marks = new Marks(2);
    const mark = (labels: Labels) => ({ labels, sources: [] });
    marks.raise('a', mark(untrusted));
    marks.raise('b', mark(internal));
    marks.raise('c', mark(internal));
    expect(marks.of('a')?.labels.trust).toBe('untrusted');
    expect(marks.of('never seen')?.labels.trust).toBe('untrusted');
    expect(marks.of('b')?.labels.trust).toBe('internal');
  });
});
