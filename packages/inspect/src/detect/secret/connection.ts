/** Credentials that stand in an address: `scheme://user:password@host` (RFC 3986, section 3.2.1), web hooks, `curl -u`. */
import type { Finding } from '../finding.ts';
import { isPlaceholder } from './placeholder.ts';

const SCHEME_MAX = 24;
const USERINFO_MAX = 512;

/** `at` is the colon of `://`. */
export function findConnection(text: string, at: number): Finding | undefined {
  const scheme = /[A-Za-z][A-Za-z\d+.-]*$/.exec(text.slice(Math.max(0, at - SCHEME_MAX), at))?.[0];
  if (scheme === undefined) return undefined;
  const near = text.slice(at + 3, at + 3 + USERINFO_MAX);
  return withUserinfo(near, at, scheme.length) ?? webHook(near, at, scheme.length);
}

function withUserinfo(near: string, at: number, scheme: number): Finding | undefined {
  const read = /^([^\s"'`<>\\/?#:@]{0,128}):([^\s"'`<>\\/?#@]{1,256})@[^\s"'`<>\\/?#@]{1,255}/.exec(near);
  if (read === null) return undefined;
  const [all, user = '', password = ''] = read;
  if (password.length < 3 || isPlaceholder(password) || (user !== '' && user === password)) return undefined;
  return { kind: 'connection_string', start: at - scheme, end: at + 3 + all.length, confidence: 0.95 };
}

/** Whoever knows the address may write there (Slack, Discord, Microsoft Teams). */
const HOOKS = [
  /^hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z\d+/]{30,80}/,
  /^(?:ptb\.|canary\.)?discord(?:app)?\.com\/api\/webhooks\/\d{15,22}\/[\w-]{50,80}/,
  /^[a-z\d-]{1,40}\.webhook\.office\.com\/webhookb2\/[\w@/-]{60,220}/,
];

function webHook(near: string, at: number, scheme: number): Finding | undefined {
  for (const hook of HOOKS) {
    const value = hook.exec(near)?.[0];
    if (value !== undefined && !isPlaceholder(value))
      return { kind: 'api_key', start: at - scheme, end: at + 3 + value.length, confidence: 0.95 };
  }
  return undefined;
}

const USER_OPTION =
  /(?:-u|--user)[ =]+(?:"([^"\n]{1,200})"|'([^'\n]{1,200})'|([^\s"']{1,200}))(?::?(?:"([^"\n]{1,100})"|'([^'\n]{1,100})'))?/y;

/** `curl -u name:password`; `at` is the first hyphen. */
export function findUserOption(text: string, at: number): Finding | undefined {
  if (!/\bcurl\b/.test(text.slice(Math.max(0, at - 400), at))) return undefined;
  USER_OPTION.lastIndex = at;
  const read = USER_OPTION.exec(text);
  if (read === null) return undefined;
  const value = read.slice(1).find((part) => part !== undefined)!;
  const quoted = read[4] ?? read[5];
  const [user = '', password = ''] =
    quoted === undefined ? splitOnce(value) : [value.replace(/:$/, ''), quoted];
  const parts = [user, password].filter((part) => part !== '');
  if (parts.length === 0 || (!`${value}${quoted ?? ''}`.includes(':') && quoted === undefined))
    return undefined;
  if (parts.every(isStandIn) || (password !== '' && isStandIn(password)) || /[[\]{}$(]/.test(password))
    return undefined;
  return { kind: 'connection_string', start: at, end: at + read[0].length, confidence: 0.85 };
}

function isStandIn(part: string): boolean {
  return isPlaceholder(part) || /^(?:x+|y+|dummy)$/i.test(part);
}

function splitOnce(value: string): string[] {
  const colon = value.indexOf(':');
  return colon === -1 ? [value, ''] : [value.slice(0, colon), value.slice(colon + 1)];
}
