import { describe, expect, it } from 'vitest';
import { checkpoint, plan } from '../tests/support/build.ts';
import { namedIn } from './readingWords.ts';

const night = plan([
  checkpoint('security-approval', { name: 'Security approval' }),
  checkpoint('traffic-shift', { name: 'Traffic shift' }),
  checkpoint('traffic-readiness', { name: 'Traffic-shift readiness' }),
  checkpoint('replication', { name: 'Database replication' }),
]);

describe('the checkpoint that a text names', () => {
  it.each([
    ['Security approval started 00:00.', 'security-approval'],
    ['Traffic-shift readiness started 00:00.', 'traffic-readiness'],
    ['The approval is done.', 'security-approval'],
    ['Database work is done.', 'replication'],
    ['The last step is done.', null],
    ['Approval and replication are done.', null],
    ['Security approval and traffic-shift readiness started 00:00.', null],
    ['Database replication and the traffic shift are done.', null],
  ])('%s names %s', (text, id) => {
    expect(namedIn(text, night)).toBe(id);
  });
});
