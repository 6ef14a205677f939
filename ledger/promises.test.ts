/** The words that make a promise of a yes: found on a yes alone, and only where they are words of their own. */
import { describe, expect, it } from 'vitest';
import type { Assertion } from './facts.ts';
import { isWordedAsPromise } from './promises.ts';

const yes: Assertion = {
  kind: 'confirmation_given',
  checkpoint: 'cut',
  confirmation: 'ready',
  party: 'operator',
};
const no: Assertion = { ...yes, kind: 'confirmation_refused' };

describe('a yes worded as a promise', () => {
  it.each([
    ['Confirmed.', false],
    ['We will confirm at 03:00', true],
    ['Ready, SUBJECT TO the lag', true],
    ["I'll confirm", true],
    ['Goodwill confirmed, bill paid', false],
    ['expected to approve; I expect to sign', true],
    ['will be met', true],
    ['TBC', true],
    ['', false],
  ])('%s: %s', (text, promised) => {
    expect(isWordedAsPromise(yes, text)).toBe(promised);
    expect(isWordedAsPromise({ kind: 'condition_met', condition: 'go' }, text)).toBe(promised);
  });

  it('is found on a yes alone', () => {
    expect(isWordedAsPromise(no, 'we will not')).toBe(false);
    expect(isWordedAsPromise({ kind: 'statement', text: 'will do' }, 'will do')).toBe(false);
  });
});
