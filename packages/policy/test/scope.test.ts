/** Where and when an agent acts: environments, hours, hosts, paths, and on whose behalf. */
import type { Action, JsonObject } from '@remit/contracts';
import { bounds } from '@remit/contracts';
import { decide, explain, loadWorkspace, mayUse, visibleServers } from '@remit/policy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { active, call, file, lock, mustLoad, policyOf, workspaceText } from './support-desk.ts';

const everything = 'access: { tools: { allow: [crm/search, web/fetch] }, resources: { allow: ["*:*"] } }\n';

function asked(scope: string, action: Action, now = active.now) {
  const policy = policyOf(`agent: support\n${everything}scope: ${scope}`);
  return decide(policy, action, { ...active, now });
}

const within = (scope: string, args: JsonObject) => asked(scope, call('search', args)).effect === 'allow';

describe('a call outside the scope', () => {
  it('is refused as out_of_scope, with the rule and the reason', () => {
    expect(asked('{ hosts: [good.example] }', call('search', { to: 'https://evil.example/' }))).toMatchObject(
      {
        effect: 'deny',
        code: 'out_of_scope',
        rule: { name: 'support scope.hosts', file: 'p0.yaml', line: 3 },
        reasons: [
          'This call of `crm/search` is outside the scope of agent `support` (`support scope.hosts` (p0.yaml:3)): `args.to` names host `evil.example`.',
        ],
        reservations: [],
      },
    );
  });

  it('passes in observe mode, and is recorded as what it is', () => {
    const policy = policyOf(`agent: support\nmode: observe\n${everything}scope: { hosts: [good.example] }`);
    const decision = decide(policy, call('search', { to: 'https://evil.example/' }), active);
    expect(decision).toMatchObject({ effect: 'allow', policy_effect: 'deny', code: 'out_of_scope' });
  });

  it('of an agent and its roles is outside each of them', () => {
    const policy = policyOf(
      `agent: support\nrole: r\n${everything}scope: { hosts: ["*.a.example"] }\n---\nrole: r\nscope: { hosts: { deny: [x.a.example] } }`,
    );
    const to = (host: string) => decide(policy, call('search', { url: `https://${host}` }), active).effect;
    expect([to('y.a.example'), to('x.a.example'), to('b.example')]).toEqual(['allow', 'deny', 'deny']);
  });

  it('is told by explain, with what holds for the agent', () => {
    const policy = policyOf(
      `agent: support\n${everything}scope: { hosts: [good.example], unattended: allow }`,
    );
    const { controls, changes } = explain(policy, call('search', { url: 'https://evil.example' }), active);
    const scope = controls.filter(({ name }) => name.startsWith('scope.'));
    expect(scope.map(({ name, text, from }) => [name, text, from])).toEqual([
      ['scope.hosts', 'allow good.example', 'policy'],
      ['scope.unattended', 'allow', 'policy'],
    ]);
    expect(changes).toEqual(['Change `support scope.hosts` (p0.yaml:3), or call within it.']);
  });
});

describe('the reason', () => {
  it.each([
    [
      '{ paths: [/srv/**] }',
      { path: '/srv/../etc' },
      '`args.path` cannot be compared with paths: it holds `.` or `..` as a step',
    ],
    ['{ paths: [/srv/**] }', { a: ['~'] }, '`args.a[0]` cannot be compared with paths: it begins with `~`'],
    [
      '{ hosts: [a.example] }',
      { url: 'https://x@a.example' },
      '`args.url` cannot be compared with hosts: it holds a name or password before its host',
    ],
    [
      '{ hours: { from: "08:00", to: "09:00", timezone: UTC } }',
      {},
      '2026-11-22T10:00:00.000Z is outside its hours',
    ],
    ['{ unattended: deny }', {}, 'it acts on nobody’s behalf'],
  ])('of a scope %s for %j is told', (scope, args, reason) => {
    const [first] = asked(scope, call('search', args)).reasons;
    expect(first).toMatch(/^This call of `crm\/search` is outside the scope of agent `support` \(/);
    expect(first?.slice(first.indexOf('): ') + 3)).toBe(`${reason}.`);
  });
});

describe('environments', () => {
  const workspace = workspaceText
    .replace('trust: internal', 'trust: internal, environment: staging')
    .replace('trust: untrusted', 'trust: untrusted, environment: production');
  const policy = (environments: string) =>
    mustLoad(
      loadWorkspace(
        [
          file(workspace, 'w.yaml'),
          file(`agent: support\n${everything}scope: { environments: ${environments} }`),
        ],
        lock,
      ),
    );

  it('are those of the servers', () => {
    const staging = policy('staging');
    expect(decide(staging, call('search'), active).effect).toBe('allow');
    expect(decide(staging, call('fetch', {}, { server: 'web' }), active)).toMatchObject({
      code: 'out_of_scope',
    });
    expect(decide(policy('[staging, production]'), call('fetch', {}, { server: 'web' }), active).effect).toBe(
      'allow',
    );
  });

  it('hide what is never within', () => {
    const staging = policy('staging');
    expect(visibleServers(staging, 'support')).toEqual(['crm']);
    expect(mayUse(staging, 'support', { kind: 'tool_invoke', server: 'web', target: 'fetch' })).toBe(false);
    expect(mayUse(staging, 'support', { kind: 'tool_invoke', server: 'crm', target: 'search' })).toBe(true);
  });

  it('of a server that has none are that of the workspace', () => {
    expect(asked('{ environments: [production] }', call('search')).effect).toBe('allow');
  });
});

describe('hours', () => {
  const berlin = '{ hours: { days: [mon-fri], from: "08:00", to: "18:00", timezone: Europe/Berlin } }';
  const night = '{ hours: { days: [fri], from: "22:00", to: "06:00", timezone: America/New_York } }';
  const allDay = '{ hours: { from: "00:00", to: "24:00", timezone: UTC } }';
  const two =
    '{ hours: [{ from: "08:00", to: "09:00", timezone: UTC }, { from: "20:00", to: "21:00", timezone: UTC }] }';
  it.each([
    ['before they begin, in winter', berlin, '2026-11-23T06:59:59.999Z', false],
    ['when they begin, in winter', berlin, '2026-11-23T07:00:00.000Z', true],
    ['before they end, in winter', berlin, '2026-11-23T16:59:59.999Z', true],
    ['when they end, in winter', berlin, '2026-11-23T17:00:00.000Z', false],
    ['before they begin, in summer', berlin, '2026-07-06T05:59:59.999Z', false],
    ['when they begin, in summer', berlin, '2026-07-06T06:00:00.000Z', true],
    ['on a day that is not theirs', berlin, '2026-11-22T10:00:00.000Z', false],
    ['on the evening of a night', night, '2026-11-21T03:30:00.000Z', true],
    ['on the morning after', night, '2026-11-21T10:59:00.000Z', true],
    ['when the night is over', night, '2026-11-21T11:00:00.000Z', false],
    ['on the morning of the day itself', night, '2026-11-20T10:00:00.000Z', false],
    ['in a night that is an hour longer, at its end', night, '2026-10-31T09:59:00.000Z', true],
    ['in a whole day', allDay, '2026-11-22T23:59:59.999Z', true],
    ['in the first of two', two, '2026-11-22T08:30:00.000Z', true],
    ['between two', two, '2026-11-22T12:00:00.000Z', false],
    ['at what is no time', allDay, 'yesterday', false],
  ])('hold %s', (_, scope, now, expected) => {
    expect(asked(scope, call('search'), now).effect === 'allow').toBe(expected);
  });

  it('go by the clock on the wall when clocks change', () => {
    const early = '{ hours: { from: "02:00", to: "03:00", timezone: Europe/Berlin } }';
    const at = (now: string) => asked(early, call('search'), now).effect;
    // 2026-03-29: 02:00 to 03:00 does not exist. 2026-10-25: it comes twice.
    expect([at('2026-03-29T00:59:00.000Z'), at('2026-03-29T01:00:00.000Z')]).toEqual(['deny', 'deny']);
    expect([at('2026-10-25T00:30:00.000Z'), at('2026-10-25T01:30:00.000Z')]).toEqual(['allow', 'allow']);
    expect(at('2026-10-25T02:00:00.000Z')).toBe('deny');
  });
});

describe('hosts', () => {
  const scope =
    '{ hosts: { allow: [good.example, "*.api.example", "[2001:db8::1]", 192.0.2.7, "ports.example:8443"], deny: [bad.api.example] } }';

  it.each([
    'https://good.example/path?to=https://evil.example',
    'HTTPS://GOOD.EXAMPLE./',
    'https://v1.api.example',
    'https://a.b.api.example:8443/',
    'http://[2001:DB8:0:0::1]/',
    'http://192.0.2.7/',
    'https://ports.example:8443/',
    'wss://good.example/socket',
  ])('may be named as %s', (url) => {
    expect(within(scope, { page: url })).toBe(true);
  });

  it.each([
    'https://evil.example/',
    'https://api.example/',
    'https://bad.api.example/',
    'https://BAD.api.example./',
    'https://notgood.example/',
    'https://good.example.evil.example/',
    'https://good.example@evil.example/',
    'https://good.example:443@evil.example/',
    'https://evil.example@good.example/',
    'https://evil.example:x@good.example/',
    'https://evil.example\\@good.example/',
    'https:\\\\evil.example',
    'https:evil.example',
    'https:/evil.example',
    '//evil.example/x',
    '\\\\evil.example\\share',
    ' https://evil.example',
    '\u0000https://evil.example',
    'ht\ntps://evil.example/',
    'https://evil.exa\nmple/',
    'https://good.example\u200b.evil.example/',
    'https://good%2eexample/',
    'https://good.example%00.evil.example/',
    'https://ｅvil.example/',
    'https://127.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://0300.0.2.7/',
    'http://[::ffff:192.0.2.7]/',
    'http://[2001:db8::2]/',
    'https://ports.example/',
    'https://ports.example:9443/',
    'https://good.example:99999/',
    'ftp://evil.example/',
    'https:///evil.example',
    'https://?good.example',
  ])('may not be named as %j', (url) => {
    expect(within(scope, { page: url })).toBe(false);
    expect(within(scope, { deep: [{ anything: [url] }] })).toBe(false);
  });

  it.each([
    [{ host: 'good.example' }, true],
    [{ host: 'GOOD.example.' }, true],
    [{ host: 'evil.example' }, false],
    [{ 'Host-Name': 'evil.example' }, false],
    [{ domains: ['good.example', 'evil.example'] }, false],
    [{ url: 'good.example/path' }, true],
    [{ url: 'evil.example/path' }, false],
    [{ ip: '::1' }, false],
    [{ ip: '2001:db8::1' }, true],
    [{ note: 'look at evil.example' }, true],
    [{ amount: 12, urgent: true, nothing: null }, true],
  ])('are found by the name of their field: %j', (args, expected) => {
    expect(within(scope, args)).toBe(expected);
  });

  it('are found in the resource that is read', () => {
    const read = (target: string) => asked(scope, call('', {}, { kind: 'resource_read', target })).effect;
    expect([read('https://good.example/a'), read('https://evil.example/a')]).toEqual(['allow', 'deny']);
  });

  it('are refused where there are more values than are looked at', () => {
    const tags = Array.from({ length: bounds.scope_values_max + 1 }, () => 'x');
    expect(within(scope, { tags })).toBe(false);
  });

  it('never stop the process, whatever they are', () => {
    const policy = policyOf(`agent: support\n${everything}scope: ${scope}`);
    fc.assert(
      fc.property(
        fc.oneof(fc.webUrl(), fc.string(), fc.string({ unit: 'binary' })),
        fc.constantFrom('url', 'host', 'x'),
        (text, name) => {
          const decision = decide(policy, call('search', { [name]: text }), active);
          expect(['allow', 'deny']).toContain(decision.effect);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('paths', () => {
  const scope =
    '{ paths: { allow: [/srv/docs/**, /srv/*/readme.md, reports/, "C:/work/**"], deny: [/srv/docs/private/**] } }';

  it.each([
    '/srv/docs/a.txt',
    '/srv/docs/deep/er/a.txt',
    '/srv/docs',
    '/srv/other/readme.md',
    'reports/2026.csv',
    'C:/work/a.txt',
    'file:///srv/docs/a.txt',
    'file://localhost/srv/docs/a.txt',
  ])('may be named as %s', (path) => {
    expect(within(scope, { path })).toBe(true);
  });

  it.each([
    '/etc/passwd',
    '/srv/docs/private/a.txt',
    '/srv/docs/PRIVATE/a.txt',
    '/SRV/docs/a.txt',
    '/srv/docsx/a.txt',
    '/srv/a/b/readme.md',
    '/srv/docs/../secret',
    '/srv/docs/./private/a.txt',
    '/srv/docs/..',
    '/srv/docs//private/a.txt',
    '/srv/docs/%2e%2e/secret',
    '/srv/docs/%2fsecret',
    '/srv/docs/..%2fsecret',
    '/srv/docs\\..\\secret',
    '\\\\server\\share',
    '/srv/docs/private./a.txt',
    '/srv/docs/private /a.txt',
    '/srv/docs/a.txt\u0000.png',
    '/srv/docs/a.txt::$DATA',
    '/srv/docs/．．/secret',
    '/srv/docs/\u202e/secret',
    '~/secret',
    '~root/secret',
    '$HOME/secret',
    '../secret',
    'secret',
    'C:\\work\\a.txt',
    'D:/work/a.txt',
    'file:///etc/passwd',
    'file://evil.example/srv/docs/a.txt',
    'file:/srv/docs/%2e%2e/secret',
    'FILE:///etc/passwd',
  ])('may not be named as %j', (path) => {
    expect(within(scope, { path })).toBe(false);
  });

  it.each([
    [{ note: '/etc/passwd' }, false],
    [{ output_file: 'secret.txt' }, false],
    [{ files: ['/srv/docs/a.txt', '/etc/passwd'] }, false],
    [{ note: 'and/or' }, true],
    [{ text: 'see you at 10/11' }, true],
  ])('are found by their look and by the name of their field: %j', (args, expected) => {
    expect(within(scope, args)).toBe(expected);
  });
});

describe('a call on nobody’s behalf', () => {
  const acting = (unattended: string, user?: string) =>
    asked(`{ unattended: ${unattended} }`, call('search', {}, user === undefined ? {} : { user }));

  it('runs, is held or is refused as the scope says', () => {
    expect(acting('allow')).toMatchObject({ effect: 'allow', tier: 'logged' });
    expect(acting('approve')).toMatchObject({
      effect: 'approve',
      code: 'approval_pending',
      tier: 'approval',
    });
    expect(acting('approve').rule).toEqual({ name: 'support scope.unattended', file: 'p0.yaml', line: 3 });
    expect(acting('deny')).toMatchObject({ effect: 'deny', code: 'out_of_scope' });
  });

  it('says what would let it run', () => {
    const policy = policyOf(`agent: support\n${everything}unattended: approve`);
    expect(explain(policy, call('search'), active).changes).toEqual([
      "To let it run without asking, change `support unattended` (p0.yaml:3), or call on somebody's behalf.",
    ]);
  });

  it('is no other than before where somebody is behind it', () => {
    expect(acting('deny', 'dana@example.com')).toMatchObject({ effect: 'allow', tier: 'logged' });
    expect(acting('approve', 'dana@example.com')).toMatchObject({ effect: 'allow', tier: 'logged' });
  });

  it('follows the strictest of what agent and roles say', () => {
    const policy = policyOf(
      `agent: support\nrole: r\n${everything}unattended: allow\n---\nrole: r\nscope: { unattended: deny }`,
    );
    expect(decide(policy, call('search'), active)).toMatchObject({ code: 'out_of_scope' });
  });

  it('is not allowed by a scope that no rule goes with', () => {
    expect(asked('{ unattended: approve }', call('ticket-create'))).toMatchObject({ code: 'not_permitted' });
  });
});
