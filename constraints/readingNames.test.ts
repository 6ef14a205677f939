import { describe, expect, it } from 'vitest';
import { checkpoint, plan } from '../tests/support/build.ts';
import { isNamed, wordsOf } from './readingNames.ts';

const night = plan([
  checkpoint('security-approval', { name: 'Security approval' }),
  checkpoint('traffic-shift', { name: 'Traffic shift' }),
  checkpoint('traffic-readiness', { name: 'Traffic-shift readiness' }),
  checkpoint('replication', { name: 'Database replication' }),
  checkpoint('smoke-1', { name: 'Smoke test' }),
  checkpoint('smoke-2', { name: 'Smoke test' }),
  checkpoint('go-no-go', { name: 'Go/no-go decision' }),
]);

const namedBy = (words: string): string[] =>
  night.checkpoints.filter((one) => isNamed(one, wordsOf(words), night)).map(({ id }) => id);

describe('the checkpoint that some words name', () => {
  it.each([
    ['Security approval', ['security-approval']],
    ['security-approval', ['security-approval']],
    ['Traffic shift', ['traffic-shift']],
    ['Traffic-shift readiness', ['traffic-readiness']],
    ['Replication', ['replication']],
    ['The replication of the database', ['replication']],
    ['Smoke 2', ['smoke-2']],
    ['Smoke test', []],
    ['The approval', []],
    ['Database', []],
    ['Database work', []],
    ['Security approval and replication', []],
    ['Go/no-go decision', ['go-no-go']],
    ['No go/no-go decision', []],
  ])('%s names %j', (words, ids) => {
    expect(namedBy(words)).toEqual(ids);
  });
});
