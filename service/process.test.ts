import { expect, it } from 'vitest';
import { silenceTeller } from './process.ts';

it('a Redis that complains all the time is heard once a minute', () => {
  const told: object[] = [];
  const clock = { at: 0 };
  const onSilence = silenceTeller({ warn: (line: object) => void told.push(line) }, () => clock.at);
  const error = new Error('refused');
  for (; clock.at < 150_000; clock.at += 100) onSilence(error);
  expect(told).toEqual([{ err: error }, { err: error }, { err: error }]);
});
