import fs from 'node:fs';
import path from 'node:path';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../src/record/canonical-json.ts';
import { vectorFolder } from './support.ts';

const vectors = vectorFolder('jcs');
const read = (...parts: string[]): string =>
  fs.readFileSync(path.join(vectors!, 'testdata', ...parts), 'utf8');

describe('canonical JSON', () => {
  test.skipIf(vectors === undefined)('the published vectors come out byte for byte', () => {
    for (const name of fs.readdirSync(path.join(vectors!, 'testdata/input'))) {
      expect(canonicalJson(JSON.parse(read('input', name))), name).toBe(read('output', name));
    }
  });

  test('every JSON value has the form that the reference package gives it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => canonicalJson(value) === canonicalize(value)),
      { numRuns: 1000 },
    );
  });

  test('a value whose keys are in order already has the same form as any other', () => {
    const inOrder = fc.jsonValue().map((value) => JSON.parse(canonicalize(value)!) as unknown);
    fc.assert(
      fc.property(inOrder, (value) => canonicalJson(value) === canonicalize(value)),
      { numRuns: 1000 },
    );
    for (const value of [
      { a: -0, b: undefined },
      { a: '\\ud8' },
      { a: '\u2028' },
      new Date(0),
      { 9: 1, 10: 2 },
    ]) {
      expect(canonicalJson(value)).toBe(canonicalize(JSON.parse(JSON.stringify({ ...value }))));
    }
    for (const value of [
      { a: '\ud800' },
      { a: new Array(2) },
      { a: [undefined] },
      { a: Number.NaN },
      { a: 1n },
    ]) {
      expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'record_invalid' }));
    }
  });

  test('keys are sorted by UTF-16 code units, whatever they are', () => {
    const value = JSON.parse('{"\\uffff":1,"\\ud83d\\ude00":2,"__proto__":3,"a":4,"10":5,"9":6}') as unknown;
    expect(canonicalJson(value)).toBe('{"10":5,"9":6,"__proto__":3,"a":4,"\u{1f600}":2,"\uffff":1}');
  });

  test('what has no canonical form is refused', () => {
    let deep: unknown = 0;
    for (let level = 0; level < 200; level += 1) deep = [deep];
    for (const value of [Number.NaN, Infinity, '\ud800', { '\udc00': 1 }, 1n, () => 0, [undefined], deep]) {
      expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'record_invalid' }));
    }
  });
});
