/** Who has to agree to a changed policy, as the workspace says it. */
import { diffPolicies, loadWorkspace } from '@remit/policy';
import { describe, expect, it, test } from 'vitest';
import { errorsOf, file, line, lock, mustLoad, workspaceText } from './support-desk.ts';

const load = (text: string) => loadWorkspace([file(`${workspaceText}${text}`, 'w.yaml')], lock);

describe('activation', () => {
  test.each([
    ['activation: {}', { who: [], count: 1 }],
    ['activation: { who: managers }', { who: ['managers'], count: 1 }],
    ['activation: { who: [managers], count: 2 }', { who: ['managers'], count: 2 }],
    ['', undefined],
  ])('`%s` asks for these people', (text, terms) => {
    expect(mustLoad(load(text)).workspace.activation).toEqual(terms);
  });

  test.each([
    [
      'activation: { who: [manager] }',
      'unknown_name w.yaml:13:21 there is no group `manager` (did you mean `managers`?)',
    ],
    [
      'activation: { who: [] }',
      'invalid_value w.yaml:13:13 `activation.who` names no group, so nobody could agree (name a group, or leave out `who`)',
    ],
    [
      'activation: { count: 0 }',
      'invalid_value w.yaml:13:22 `activation.count` has to be a whole number above zero',
    ],
    ['activation: { groups: [managers] }', 'unknown_key w.yaml:13:15 unknown key `groups` in `activation`'],
    ['activation: true', 'invalid_value w.yaml:13:13 `activation` has to be a mapping'],
  ])('`%s` does not load', (text, error) => {
    expect(errorsOf(load(text))).toEqual([error]);
  });

  it('warns where fewer people could agree than have to', () => {
    const { diagnostics } = load('activation: { who: [managers], count: 2 }');
    expect(diagnostics.map(line)).toContainEqual(expect.stringContaining('only 1 may'));
  });

  it('and what else changes of the workspace is part of a difference', () => {
    const [older, newer] = [load('activation: { count: 2 }'), load('mode: observe')].map(mustLoad);
    expect(diffPolicies(older!, newer!).workspace).toEqual([
      { key: 'activation', before: '{"who":[],"count":2}' },
      { key: 'mode', before: '"enforce"', after: '"observe"' },
    ]);
  });
});
