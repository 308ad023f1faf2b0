/** Common disguises are seen through, and a finding says where the disguised value stands in the original. */
import { describe, expect, test } from 'vitest';
import { detect } from '../src/index.ts';

const CARD = '4111 1111 1111 1111';
const compact = CARD.replaceAll(' ', '');
const fullWidth = (text: string) =>
  text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
const base64 = (text: string) => Buffer.from(text).toString('base64');
const hex = (text: string) => Buffer.from(text).toString('hex');
const escaped = (text: string, escape: (code: number) => string) =>
  [...text].map((sign) => escape(sign.charCodeAt(0))).join('');
const hexOf = (code: number) => code.toString(16).padStart(2, '0');

describe('a card is found', () => {
  test.each([
    ['in width variants', fullWidth(compact)],
    [
      'in digits of another script',
      compact.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit))),
    ],
    [
      'in mathematical digits',
      compact.replace(/\d/g, (digit) => String.fromCodePoint(0x1d7ce + Number(digit))),
    ],
    ['with zero-width characters between', [...compact].join('\u200b')],
    ['with marks over its digits', [...compact].join('\u0336')],
    ['in tag characters', escaped(compact, (code) => String.fromCodePoint(0xe0000 + code))],
    ['reversed behind a bidi override', `\u202e${[...compact].toReversed().join('')}\u202c`],
    ['with other dashes', CARD.replaceAll(' ', '\u2013')],
    ['with other blanks', CARD.replaceAll(' ', '\u2002')],
    ['as escapes of a URL', escaped(compact, (code) => `%${hexOf(code)}`)],
    ['as references of HTML', escaped(compact, (code) => `&#${code};`)],
    ['as hexadecimal references of HTML', escaped(compact, (code) => `&#x${hexOf(code)};`)],
    ['as escapes of JSON', escaped(compact, (code) => `\\u00${hexOf(code)}`)],
    ['in base64', base64(`the card is ${compact}`)],
    ['in base64 of base64', base64(base64(`the card is ${compact}`))],
    ['in hex', hex(`the card is ${compact}`)],
    ['in base64 of width variants', base64(`the long number of the card is this: ${fullWidth(compact)}`)],
  ])('%s', (_, disguised) => {
    const text = `before ${disguised} after`;
    const [finding, ...more] = detect(text);
    expect(more).toEqual([]);
    expect(finding?.kind).toBe('payment_card');
    const value = text.slice(finding?.start, finding?.end);
    expect(disguised.replace(/[\u202e\u202c]/g, '')).toBe(value);
  });
});

test('letters that look Latin are Latin', () => {
  expect(detect('to GВ82 WЕST 1234 5698 7654 32').map((finding) => finding.kind)).toEqual(['iban']);
  expect(detect('jо@exаmple.com').map((finding) => finding.kind)).toContain('email');
});

test('encodings are followed down to a bounded depth', () => {
  let text = `the card is ${compact}`;
  for (let level = 0; level < 6; level++) text = base64(text);
  expect(detect(text)).toEqual([]);
});

test('ordinary text in any language, and bytes that are no text, say nothing', () => {
  const texts = [
    'Größe 42, façade, 東京都, Привет',
    base64('\u0000\u0001\u0002 binary data, no text at all'),
    '100 % & more &nbsp; a%20b',
  ];
  expect(texts.flatMap((text) => detect(text))).toEqual([]);
});

test.each(['QUJDRA', '4a', 'a'])(
  'a run of twelve million signs of base64 (%s …) is looked at, not an error',
  (piece) => {
    expect(detect(piece.repeat(12_000_000 / piece.length))).toEqual([]);
  },
);
