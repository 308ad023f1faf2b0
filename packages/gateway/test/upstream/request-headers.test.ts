/** Request metadata as headers (2026-07-28, streamable-http "Request Metadata"). */
import type { JsonObject } from '@remit/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeHeaderValue,
  mirroredParameters,
  requestHeaders,
} from '../../src/upstream/era/request-headers.ts';

describe('a value', () => {
  test.each([
    ['us-west1', 'us-west1'],
    ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
    ['two words', 'two words'],
    ['', '=?base64??='],
  ])('%j is encoded as %s, as the specification’s table says', (value, encoded) => {
    expect(encodeHeaderValue(value)).toBe(encoded);
  });

  test('can always be read back, and is always safe in a header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const encoded = encodeHeaderValue(value);
        expect(encoded).toMatch(/^[\t\x20-\x7e]*$/);
        const inner = /^=\?base64\?(.*)\?=$/.exec(encoded)?.[1];
        const decoded = inner === undefined ? encoded : Buffer.from(inner, 'base64').toString('utf8');
        expect(decoded).toBe(Buffer.from(value, 'utf8').toString('utf8'));
      }),
    );
  });
});

test.each([
  ['tools/call', { name: 'x' }, 'x'],
  ['prompts/get', { name: 'x' }, 'x'],
  ['resources/read', { uri: 'a:b' }, 'a:b'],
  ['tools/list', { name: 'x' }, undefined],
])('%s is named by its own parameter', (method, params, name) => {
  expect(requestHeaders(method, params)).toEqual({
    'mcp-method': method,
    ...(name !== undefined && { 'mcp-name': name }),
  });
});

describe('an annotation', () => {
  const tool = (properties: JsonObject, more: JsonObject = {}) => ({
    name: 't',
    inputSchema: { type: 'object', properties, ...more },
  });

  test('is followed through properties', () => {
    const nested = { a: { type: 'object', properties: { b: { type: 'integer', 'x-mcp-header': 'Deep' } } } };
    expect(mirroredParameters(tool(nested))).toEqual([{ path: ['a', 'b'], header: 'mcp-param-deep' }]);
  });

  test('that is only the name of a property is none', () => {
    expect(mirroredParameters(tool({ 'x-mcp-header': { type: 'string' } }))).toEqual([]);
  });

  test.each<[string, JsonObject, JsonObject]>([
    ['empty', { p: { type: 'string', 'x-mcp-header': '' } }, {}],
    ['no text', { p: { type: 'string', 'x-mcp-header': 1 } }, {}],
    ['no field name', { p: { type: 'string', 'x-mcp-header': 'a b' } }, {}],
    ['a field name with a line break', { p: { type: 'string', 'x-mcp-header': 'a\r\nb' } }, {}],
    ['on a number', { p: { type: 'number', 'x-mcp-header': 'A' } }, {}],
    ['on an object', { p: { type: 'object', 'x-mcp-header': 'A' } }, {}],
    [
      'used twice',
      { p: { type: 'string', 'x-mcp-header': 'A' }, q: { type: 'string', 'x-mcp-header': 'a' } },
      {},
    ],
    ['under items', { p: { type: 'array', items: { type: 'string', 'x-mcp-header': 'A' } } }, {}],
    ['under anyOf', { p: { anyOf: [{ type: 'string', 'x-mcp-header': 'A' }] } }, {}],
    ['under $defs', {}, { $defs: { d: { type: 'string', 'x-mcp-header': 'A' } } }],
    ['at the root', {}, { 'x-mcp-header': 'A' }],
  ])('that is %s makes the definition invalid', (_, properties, more) => {
    expect(mirroredParameters(tool(properties, more))).toBeTypeOf('string');
  });
});

test('an argument is read at its own path only, never from a prototype', () => {
  const mirrored = [
    { path: ['constructor', 'name'], header: 'mcp-param-a' },
    { path: ['b'], header: 'mcp-param-b' },
  ];
  const headers = requestHeaders('tools/call', { name: 't', arguments: { b: true } }, mirrored);
  expect(headers).toEqual({ 'mcp-method': 'tools/call', 'mcp-name': 't', 'mcp-param-b': 'true' });
});
