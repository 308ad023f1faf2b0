/** Secrets by their form and by the name before them. Values are made up; put together here so that scanners stay calm. */
import { describe, expect, test } from 'vitest';
import { detect } from '../src/index.ts';

const kinds = (text: string) => detect(text).map((finding) => finding.kind);
const mixed = 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hJ3kL5mN7pQ9rS1tU3vW5xY7zA9';

describe('keys that providers mark', () => {
  test.each([
    ['AWS', `AKIA${'J2X7Q4M6P3T5W2Y7'}`],
    ['GitHub', `ghp_${mixed.slice(0, 36)}`],
    ['GitLab', `glpat-${mixed.slice(0, 20)}`],
    ['Slack', `xoxb-781236542736-2364535789652-${mixed.slice(0, 24)}`],
    ['Stripe', `sk_live_${mixed.slice(0, 24)}`],
    ['Google', `AIza${mixed.slice(0, 35)}`],
    ['npm', `npm_${mixed.slice(0, 36)}`],
    ['Microsoft', `${'aB3'}8Q~${mixed.slice(0, 34)}`],
  ])('%s', (_, key) => {
    expect(kinds(`use ${key} for it`)).toEqual(['api_key']);
    expect(kinds(JSON.stringify({ note: `line\n${key}` }))).toEqual(['api_key']);
  });

  test.each([
    'AKIAIOSFODNN7EXAMPLE',
    'xoxb-your-bot-token',
    `ghp_${'x'.repeat(36)}`,
    'sk-learn-contrib',
    'glob-parent',
  ])('%s stands for one, or is none', (text) => {
    expect(kinds(text)).toEqual([]);
  });
});

test('a private key is found with and without its end', () => {
  const body = `${mixed}\n${mixed}`;
  const key = `-----BEGIN EC PRIVATE KEY-----\n${body}\n-----END EC PRIVATE KEY-----`;
  expect(detect(`a ${key} b`)).toMatchObject([{ kind: 'private_key', start: 2, end: key.length + 2 }]);
  expect(kinds(key.slice(0, 110))).toEqual(['private_key']);
  expect(kinds('-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----')).toEqual([]);
});

test('a JSON web token has a header that names its algorithm', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  expect(kinds(`${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: 'jo' })}.${mixed.slice(0, 43)}`)).toEqual(
    ['jwt'],
  );
  expect(kinds(`${part({ typ: 'other' })}.${part({ sub: 'jo' })}.x`)).toEqual([]);
});

test('credentials in addresses are found, and stand-ins for them are not', () => {
  expect(kinds('postgres://app:vX9wq2Lm@db.internal/main')).toEqual(['connection_string']);
  expect(kinds("curl -u 'jo:vX9wq2Lm' https://example.com/")).toEqual(['connection_string']);
  expect(kinds('postgres://user:password@localhost/db postgres://u:${PASSWORD}@h')).toEqual([]);
});

describe('values behind a name', () => {
  test.each([
    `"api_key": "${mixed.slice(0, 32)}"`,
    `API_TOKEN=${mixed.slice(0, 24)}`,
    `client-secret: ${mixed.slice(0, 40)}`,
    'SERVICE_TOKEN = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"',
  ])('%s', (text) => {
    expect(kinds(text)).toEqual(['high_entropy']);
  });

  test.each([
    `"next_page_token": "${mixed.slice(0, 32)}"`,
    `"public_key": "${mixed.slice(0, 40)}"`,
    'apiKey: process.env.API_KEY_FOR_TESTS1',
    'token = readToken2FromStore(config1)',
    'secret: <your-secret-here-1234>',
    '"primaryKey": "orders/2026/11/22/a1b2"',
    `"sha": "${'0a1b2c3d4e5f6789'.repeat(2)}"`,
  ])('%s is no secret', (text) => {
    expect(kinds(text)).toEqual([]);
  });
});
