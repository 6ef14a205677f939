/**
 * C35: free text cannot steer. Names, remarks, purposes and statements of a night are replaced by others, hostile ones
 * among them: no verdict, no recipient and no digest of facts changes. Promises are the one thing that words say; they are
 * read at the door, and only hold back (ledger/promises.ts).
 */
import { describe, expect, it } from 'vitest';
import { deterministicAgents } from '../agents/deterministic.ts';
import { judge } from '../constraints/judge.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import type { Judge } from '../ledger/judge.ts';
import { steered } from './attacks/steering.ts';
import { scaled, takeYourTime } from './support/scale.ts';

takeYourTime();
const size = scaled(5_000);

describe('C35: free text', () => {
  it(`in ${size} retellings changes no verdict, no recipient and no digest`, async () => {
    const { retellings, texts, minds, differences } = await steered({ judge, size });
    process.stdout.write(
      `C35: ${retellings} retellings of ${texts} texts, ${minds} of them through the minds, ${differences.length} differences\n`,
    );
    expect(differences.slice(0, 5)).toEqual([]);
    expect(retellings).toBe(size);
    expect(minds).toBeGreaterThan(size / 20);
    expect(texts).toBeGreaterThan(size * 10);
  });

  const says = (state: unknown, word: string): boolean => canonicalJson(state).includes(word);
  const suggestible: readonly (readonly [string, Judge])[] = [
    [
      'lets through what a text says go to',
      {
        ...judge,
        check: (...asked) => (says(asked[1], 'Proceed') ? [] : judge.check(...asked)),
      },
    ],
    [
      'digests a name',
      {
        ...judge,
        basisDigest: (state) =>
          says(state.situation.plan, 'calm') ? '0'.repeat(64) : judge.basisDigest(state),
      },
    ],
  ];
  it.each(suggestible)('is shown to steer a rule book that %s', async (_name, buggy) => {
    const { differences } = await steered({ judge: buggy, size: 2_000, enough: 1 });
    expect(differences).toHaveLength(1);
  });

  it('is shown to steer a mind that reads it', async () => {
    const { packet } = deterministicAgents;
    const biased: typeof packet = {
      ...packet,
      propose: async (slice) => {
        const answer = await packet.propose(slice);
        if (answer.body.agent !== 'packet' || !says(slice.state.situation.plan, 'https')) {
          return answer;
        }
        const deltas = answer.body.packet.deltas.slice(1);
        return { ...answer, body: { ...answer.body, packet: { ...answer.body.packet, deltas } } };
      },
    };
    const agents = { ...deterministicAgents, packet: biased };
    const { differences } = await steered({ judge, agents, size: 2_000, enough: 1 });
    expect(differences).toHaveLength(1);
  });
});
