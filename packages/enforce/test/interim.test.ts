/** The outcome says what was forwarded before the answer, and what was taken out of it. */
import { hash } from 'node:crypto';
import type { DataRules, Decision } from '@remit/contracts';
import { expect, test } from 'vitest';
import { InterimMessages } from '../src/interim.ts';
import { decision } from './fixtures.ts';

const data: DataRules = { denied: ['ssn', 'birthdate'], labels: { ssn: 'ssn', birthdate: 'birth_date' } };
const progress = (step: number) => ({ progress: step, message: `{"ssn":"078-05-1120","step":${step}}` });
const lines = (...messages: object[]) =>
  `sha256:${hash('sha256', messages.map((message) => `${JSON.stringify(message)}\n`).join(''), 'hex')}`;

function forwarding(overrides: Partial<Decision>): InterimMessages {
  return new InterimMessages(
    decision({ effect: 'allow', policy_effect: 'allow', ...overrides }),
    () => undefined,
  );
}

test('a call without interim messages has nothing to say of them', () => {
  expect(forwarding({ data }).summary()).toBeUndefined();
});

test('the digest is of what was forwarded, in order, after data was taken out of it', () => {
  const interim = forwarding({ data });
  expect(interim.visible('notifications/progress', progress(1))).toEqual({
    progress: 1,
    message: '{"step":1}',
  });
  interim.forwarded('elicitation/create', { message: 'Which?' });
  const log = { level: 'info', data: { birthDate: '1970-01-01', ssn: '078-05-1120', name: 'Ann' } };
  interim.visible('notifications/message', log);
  expect(interim.summary()).toEqual({
    messages: 3,
    digest: lines(
      { method: 'notifications/progress', params: { progress: 1, message: '{"step":1}' } },
      { method: 'elicitation/create', params: { message: 'Which?' } },
      { method: 'notifications/message', params: { level: 'info', data: { name: 'Ann' } } },
    ),
    removed: { ssn: 2, birth_date: 1 },
  });
});

test('the order of the messages is part of the digest', () => {
  const digests = [
    ['a', 'b'],
    ['b', 'a'],
  ].map((methods) => {
    const interim = forwarding({});
    for (const method of methods) interim.visible(method, {});
    return interim.summary()?.digest;
  });
  expect(digests[0]).not.toBe(digests[1]);
});

test('in observe mode messages go through as they are, and what would have been removed is counted', () => {
  const interim = forwarding({ data, mode: 'observe' });
  expect(interim.visible('notifications/progress', progress(1))).toEqual(progress(1));
  expect(interim.summary()).toMatchObject({ messages: 1, removed: { ssn: 1 } });
});
