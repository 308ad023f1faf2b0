import { Fault } from '@remit/contracts';
import { describe, expect, test } from 'vitest';
import { usersIn } from '../src/doctor/connected-users.ts';
import { readable } from '../src/log.ts';
import { describeDiagnostic, summarise } from '../src/terminal/diagnostics.ts';
import { describeProblem, problemOf } from '../src/terminal/problem.ts';
import { fields, table } from '../src/terminal/table.ts';

describe('findings of the checker', () => {
  const files = [
    {
      path: 'agents/support.yaml',
      text: 'agent: support\naccess:\n  tools:\n    allow: [custmer-lookup, x]\n',
    },
  ];
  const finding = {
    severity: 'error' as const,
    code: 'unknown_tool',
    message: 'no tool or action is called `custmer-lookup`',
    place: { file: 'agents/support.yaml', line: 4, column: 13 },
    remedy: 'did you mean `customer-lookup`?',
  };

  test('show place, line, what is wrong underlined, and remedy', () => {
    expect(describeDiagnostic(finding, files)).toEqual([
      'error[unknown_tool]: no tool or action is called `custmer-lookup`',
      '  --> agents/support.yaml:4:13',
      '   |',
      ' 4 |     allow: [custmer-lookup, x]',
      '   |             ^^^^^^^^^^^^^^',
      '  remedy: did you mean `customer-lookup`?',
    ]);
  });

  test('never steer the terminal with what a file holds', () => {
    const hostile = [{ path: 'a.yaml', text: 'a: \u001b[2Jx' }];
    const shown = describeDiagnostic(
      { ...finding, place: { file: 'a.yaml', line: 1 }, message: '\u001b]0;x\u0007' },
      hostile,
    );
    expect(shown.join('\n')).not.toContain('\u001b');
  });

  test('are counted by severity', () => {
    expect(summarise([finding, finding, { ...finding, severity: 'warning' }])).toBe('2 errors, 1 warning');
    expect(summarise([])).toBe('no findings');
  });
});

describe('an error', () => {
  test('shows code, place and remedy', () => {
    const fault = new Fault('bad_thing', 'The thing is bad.', {
      place: { file: 'a.yaml', line: 2 },
      remedy: 'Mend it.',
    });
    expect(describeProblem(problemOf(fault))).toEqual([
      'error[bad_thing]: The thing is bad.',
      '  at a.yaml:2',
      '  remedy: Mend it.',
    ]);
  });

  test('as JSON is a problem object', () => {
    expect(problemOf(new Fault('bad_thing', 'The thing is bad.', { remedy: 'Mend it.' }))).toEqual({
      type: 'about:blank',
      title: 'The command could not be carried out',
      code: 'bad_thing',
      detail: 'The thing is bad.',
      remedy: 'Mend it.',
    });
  });
});

test('columns are as wide as their widest cell', () => {
  expect(
    table(
      ['agent', 'status'],
      [
        ['support', 'active'],
        ['a', 'suspended'],
      ],
    ),
  ).toEqual(['AGENT    STATUS', 'support  active', 'a        suspended']);
});

test('fields that are not known are left out', () => {
  expect(
    fields([
      ['agent', 'support'],
      ['owner', undefined],
    ]),
  ).toEqual(['agent  support']);
});

test('a line of the log is for people', () => {
  const line = JSON.stringify({
    level: 40,
    time: '2026-03-03T10:02:03.004Z',
    server: 'crm',
    restarts: 2,
    msg: 'the server is down',
  });
  expect(readable(line)).toBe('10:02:03.004 warn  the server is down  server=crm  restarts=2');
});

test('the users behind connections to a port are read from the kernel’s table', () => {
  const row = (remote: string, state: string, uid: number) =>
    `   0: 0100007F:D431 0100007F:${remote} ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 12345 1`;
  const heading =
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
  const rows = [heading, row('128B', '01', 1000), row('128B', '06', 7), row('1F90', '01', 8)];
  expect(usersIn(rows.join('\n'), 4747)).toEqual([1000]);
});
