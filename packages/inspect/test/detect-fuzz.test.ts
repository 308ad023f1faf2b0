/** Whatever the text: no detector throws, spans lie within it, in order and apart. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choose, detect } from '../src/index.ts';
import { detectors } from '@remit/contracts';

const chosen = choose(detectors);
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      '4111 1111 1111 1111',
      '+49 30 ',
      '::',
      '@',
      '://a:b@',
      '-----BEGIN PRIVATE KEY-----',
      'eyJ',
      'api_key=',
      'Bearer ',
    ],
    ...[
      '\u202e',
      '\u200b',
      '\udb40\udc34',
      '%34',
      '%',
      '&#x',
      '&#52;',
      '\\u00',
      '\\\\u0034',
      'YWJj',
      '=',
      '"',
      'GB82 WEST ',
    ],
    ...['born on ', '1980-02-03', 'curl -u a:b', '\ud800', '\udc00', 'а', '٤', 'Mr. '],
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ maxLength: 12 }),
  fc.nat().map(String),
);

test('findings are spans of the text, in order and apart', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.string({ maxLength: 12 }), (pieces, field) => {
      const text = pieces.join('');
      let last = 0;
      for (const { start, end, confidence } of detect(text, { chosen, field })) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(text.length);
        expect(confidence).toBeGreaterThanOrEqual(0.5);
        last = end;
      }
    }),
    { numRuns: 1500 },
  );
});

test('a value is found wherever it stands in a long text', () => {
  fc.assert(
    fc.property(fc.nat({ max: 200_000 }), fc.constantFrom('word ', 'über ', '４ '), (before, filler) => {
      const lead = filler.repeat(Math.ceil(before / filler.length));
      const text = `${lead} ４111 1111 1111 1111 ${filler.repeat(50)}`;
      const kinds = detect(text).map((finding) => finding.kind);
      expect(kinds).toContain('payment_card');
    }),
    { numRuns: 12 },
  );
});
