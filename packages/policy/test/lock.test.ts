import type { ToolsLock } from '@remit/contracts';
import { Fault } from '@remit/contracts';
import { acceptLock, diffLock, formatLock, parseLock } from '@remit/policy';
import { describe, expect, it } from 'vitest';
import { lock } from './support-desk.ts';

function lockOf(servers: Record<string, Record<string, string>>): ToolsLock {
  return {
    version: 1,
    servers: Object.fromEntries(
      Object.entries(servers).map(([server, tools]) => [
        server,
        {
          tools: Object.entries(tools).map(([name, description]) => ({
            digest: `sha256:${description}`,
            definition: { name, description, inputSchema: { type: 'object' } },
          })),
        },
      ]),
    ),
  };
}

function faultOf(text: string): Fault {
  try {
    parseLock(text, 'tools.lock');
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('tools.lock', () => {
  it('reads back what was written', () => {
    expect(parseLock(formatLock(lock), 'tools.lock')).toEqual(JSON.parse(formatLock(lock)));
  });

  it('has bytes that depend on nothing but its content', () => {
    const one = lockOf({ b: { y: '1', x: '2' }, a: { z: '3' } });
    const other = lockOf({ a: { z: '3' }, b: { x: '2', y: '1' } });
    expect(formatLock(one)).toBe(formatLock(other));
    expect(formatLock(parseLock(formatLock(one), 'x'))).toBe(formatLock(one));
    expect(formatLock(one).endsWith('}\n')).toBe(true);
  });

  it.each([
    [
      'text that is not JSON',
      '{"version": 1,\n  oops}',
      '`tools.lock` is not valid JSON',
      { line: 2, column: 3 },
    ],
    ['another version', '{"version": 2, "servers": {}}', '`tools.lock` is not a lock: `version`', {}],
    [
      'a tool without a name',
      '{"version":1,"servers":{"a":{"tools":[{"digest":"x","definition":{"inputSchema":{}}}]}}}',
      '`servers.a.tools.0.definition.name`',
      {},
    ],
    [
      'a server with a reserved name',
      '{"version":1,"servers":{"__proto__":{"tools":[]}}}',
      'names a server `__proto__`',
      {},
    ],
    [
      'the same tool twice',
      formatLock({
        version: 1,
        servers: {
          a: {
            tools: [
              ...lockOf({ a: { x: '1' } }).servers['a']!.tools,
              ...lockOf({ a: { x: '2' } }).servers['a']!.tools,
            ],
          },
        },
      }),
      'lists tool `a/x` twice',
      {},
    ],
    [
      'nesting without end',
      `{"version":1,"servers":${'['.repeat(100_000)}`,
      'is nested more than 136 levels deep',
      {},
    ],
  ])('is refused with %s', (_, text, message, place) => {
    const fault = faultOf(text);
    expect(fault.code).toBe('invalid_lock');
    expect(fault.message).toContain(message);
    expect(fault.place).toMatchObject({ file: 'tools.lock', ...place });
    expect(fault.remedy).toBe('write it anew with `remit tools pull`');
  });
});

describe('diffLock', () => {
  const old = lockOf({ crm: { kept: '1', changed: '1', gone: '1' }, down: { x: '1' } });
  const live = lockOf({ crm: { kept: '1', changed: '2', fresh: '1' }, newcomer: { y: '1' } });

  it('names what was added, removed and changed, and what changed in it', () => {
    expect(diffLock(old, live)).toEqual({
      added: [
        { server: 'crm', tool: 'fresh' },
        { server: 'newcomer', tool: 'y' },
      ],
      removed: [{ server: 'crm', tool: 'gone' }],
      changed: [
        { server: 'crm', tool: 'changed', changes: [{ path: '/description', before: '1', after: '2' }] },
      ],
      unreachable: ['down'],
    });
  });

  it('finds nothing between equal locks', () => {
    expect(diffLock(old, old)).toEqual({ added: [], removed: [], changed: [], unreachable: [] });
  });

  it('names at most 50 changes of one tool', () => {
    const wide = (value: string): ToolsLock => ({
      version: 1,
      servers: {
        a: {
          tools: [
            {
              digest: value,
              definition: {
                name: 't',
                inputSchema: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, value])),
              },
            },
          ],
        },
      },
    });
    expect(diffLock(wide('1'), wide('2')).changed[0]!.changes).toHaveLength(50);
  });
});

describe('acceptLock', () => {
  const old = lockOf({ crm: { kept: '1', changed: '1', gone: '1' }, down: { x: '1' } });
  const live = lockOf({ crm: { kept: '1', changed: '2', fresh: '1' }, newcomer: { y: '1' } });

  it('takes over all that differs; a server that did not answer keeps what it had', () => {
    const accepted = acceptLock(old, live);
    expect(formatLock(accepted)).toBe(
      formatLock(
        lockOf({ crm: { kept: '1', changed: '2', fresh: '1' }, newcomer: { y: '1' }, down: { x: '1' } }),
      ),
    );
    expect(diffLock(accepted, live)).toMatchObject({ added: [], removed: [], changed: [] });
  });

  it('takes over only what is named', () => {
    const accepted = acceptLock(old, live, [{ server: 'crm', tool: 'changed' }]);
    expect(formatLock(accepted)).toBe(
      formatLock(lockOf({ crm: { kept: '1', changed: '2', gone: '1' }, down: { x: '1' } })),
    );
  });

  it('refuses a tool that does not differ', () => {
    expect(() => acceptLock(old, live, [{ server: 'crm', tool: 'kept' }])).toThrow(
      'tool `crm/kept` does not differ from `tools.lock`',
    );
  });

  it('changes neither of its arguments', () => {
    const before = JSON.stringify([old, live]);
    acceptLock(old, live);
    expect(JSON.stringify([old, live])).toBe(before);
  });
});
