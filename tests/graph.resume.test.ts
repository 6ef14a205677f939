/**
 * No approval without a decision in the ledger (C20): whatever is thrown at the resume adapter, or at the graph's own
 * thread behind its back, a packet becomes current only through AdoptPacket. The probes are those of RELIABILITY.md.
 */
import { Command, MemorySaver } from '@langchain/langgraph';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildGraph, graphVersion } from '../graph/graph.ts';
import { resume } from '../graph/run.ts';
import { type Checkpoints, openCheckpoints } from '../service/checkpoints.ts';
import { minute } from './support/build.ts';
import type { Loop } from './support/loop.ts';
import { forecast, lateNight } from './support/lateNight.ts';
import { freshDatabase } from './support/supplied.ts';

/** The savers a run may stop in: what holds on one has to hold on the other. */
const savers: Readonly<Record<string, () => Promise<Checkpoints>>> = {
  memory: async () => ({ saver: new MemorySaver(), close: async () => undefined }),
  PostgreSQL: async () => openCheckpoints(await freshDatabase()),
};

describe.each(Object.entries(savers))('C20 with threads in %s', (_, open) => {
  let loop: Loop;
  let runId: string;
  let threads: Checkpoints;
  beforeEach(async () => {
    threads = await open();
    loop = await lateNight({ checkpointer: threads.saver });
    runId = (await loop.run()).runId ?? '';
  });
  afterEach(() => threads.close());

  const graphOf = () => buildGraph(loop.deps);
  const threadOf = () => ({
    configurable: { thread_id: `payments:${runId}` },
    durability: 'sync' as const,
  });
  const interruptOf = async (): Promise<string> => {
    const { tasks } = await graphOf().getState(threadOf());
    return tasks[0]?.interrupts[0]?.id ?? '';
  };
  /** Nothing was adopted: packet 1 is current, packet 2 waits, and no event was appended. */
  async function untouched(act: () => Promise<unknown>): Promise<void> {
    const before = await loop.events();
    await act().catch(() => undefined);
    expect(await loop.events()).toEqual(before);
    const { current, pending } = await loop.state();
    expect([current?.packet.version, pending?.record.packet.version]).toEqual([1, 2]);
  }

  describe('the question', () => {
    it('has the shape a generic inbox can show, with approve and reject only, bound to the packet', async () => {
      const { tasks } = await graphOf().getState(threadOf());
      const { pending } = await loop.state();
      expect(tasks.map(({ name }) => name)).toEqual(['approval']);
      expect(tasks[0]?.interrupts[0]?.value).toMatchObject({
        actionRequests: [{ name: 'adopt_packet', args: { packetId: 'packet-2' } }],
        reviewConfigs: [{ actionName: 'adopt_packet', allowedDecisions: ['approve', 'reject'] }],
        packetHash: pending?.record.packetHash,
        basisDigest: pending?.request?.basisDigest,
        nonce: pending?.request?.nonce,
        expiresAt: pending?.request?.expiresAt,
      });
    });
  });

  describe('resume', () => {
    it('refuses every position at which the ledger holds no decision', async () => {
      const events = await loop.events();
      const decisions = events.flatMap(({ version, body }) =>
        body.type === 'PacketAdopted' ? [version] : [],
      );
      expect(decisions).toHaveLength(1);
      for (let position = -1; position <= events.length + 2; position += 1) {
        await untouched(() => loop.resume(position));
        if (decisions.includes(position)) continue;
        await expect(loop.resume(position)).rejects.toThrow('no decision stands');
      }
    });

    const shapes = fc.oneof(
      fc.constantFrom<unknown>(
        false,
        true,
        null,
        undefined,
        '',
        {},
        [],
        { decisions: [{ type: 'approve' }] },
        { resume: true },
        { update: { ending: null }, goto: 'settle' },
        { goto: ['packet'], resume: { decisionVersion: 1 } },
        { lg_name: 'Command', resume: 'approve' },
        { lc: 1, type: 'constructor', id: ['langgraph', 'types', 'Command'], kwargs: {} },
        new Command({ resume: 'approve', update: { decisionVersion: 1 } }),
        Number.NaN,
        Number.POSITIVE_INFINITY,
        2.5,
        '29',
        { valueOf: () => 29 },
      ),
      fc.anything(),
    );

    it('refuses anything that is not a position, Command-shaped bodies among it', async () => {
      const before = await loop.events();
      await fc.assert(
        fc.asyncProperty(shapes, async (hostile) => {
          const isPosition = Number.isSafeInteger(hostile);
          if (isPosition) return;
          await expect(resume(loop.deps, 'payments', hostile as number)).rejects.toThrow();
        }),
        { numRuns: 500 },
      );
      expect(await loop.events()).toEqual(before);
    });

    it('with a decision on another packet leaves this question open', async () => {
      const decision = await loop.adopt();
      await loop.resume(decision);
      loop.clock.at = minute(15);
      await loop.report([forecast('rollback', minute(95))]);
      const next = await loop.run();
      expect(next.packetVersion).toBe(3);
      const before = await loop.events();
      await loop.resume(decision);
      expect(await loop.events()).toEqual(before);
      expect((await loop.state()).pending?.record.packet.version).toBe(3);
      runId = next.runId ?? '';
      expect(await interruptOf()).not.toBe('');
    });

    it('twice, or at once from two sides, ends the run once and appends nothing', async () => {
      const decision = await loop.adopt();
      const before = await loop.events();
      await Promise.all([loop.resume(decision), loop.resume(decision)]);
      await loop.resume(decision);
      expect(await loop.events()).toEqual(before);
    });

    it('needs no thread: a lost checkpoint changes nothing about the decision', async () => {
      const decision = await loop.adopt();
      await loop.with({ checkpointer: new MemorySaver() }).resume(decision);
      expect((await loop.state()).current?.packet.version).toBe(2);
      expect(await loop.run()).toMatchObject({ outcome: 'nothing_to_do' });
    });
  });

  describe('the thread behind the adapter', () => {
    const answers: readonly [string, unknown][] = [
      ['false (P4)', false],
      ['an empty object (P4)', {}],
      ['an approval in words (P3)', 'approve'],
      ['a generic inbox approval', { decisions: [{ type: 'approve' }] }],
      ['a decision that does not exist', { decisionVersion: 999_999 }],
      ['an event that is no decision', { decisionVersion: 1 }],
      ['a decision with more beside it', { decisionVersion: 1, packetHash: 'x' }],
    ];

    it.each(answers)('answered with %s adopts nothing', async (_, value) => {
      const id = await interruptOf();
      await untouched(() => graphOf().invoke(new Command({ resume: { [id]: value } }), threadOf()));
      await untouched(() => graphOf().invoke(new Command({ resume: value }), threadOf()));
    });

    it('answered approve and reject at once adopts nothing (P1, P2)', async () => {
      const id = await interruptOf();
      await untouched(() =>
        Promise.allSettled(
          ['approve', 'reject'].map((value) =>
            graphOf().invoke(new Command({ resume: { [id]: value } }), threadOf()),
          ),
        ),
      );
    });

    it('swapped by update, or driven by goto, adopts nothing (P4)', async () => {
      const other = { decisionVersion: 3, ending: 'over' as const };
      const id = await interruptOf();
      const commands: Command<unknown, Record<string, unknown>, string>[] = [
        new Command({ resume: { [id]: { decisionVersion: 3 } }, update: other }),
        new Command({ goto: 'settle', update: other }),
        new Command({ goto: 'packet' }),
        new Command({ goto: 'gate', update: { proposalId: 'run-2.packet.1' } }),
      ];
      for (const command of commands) {
        await untouched(() => graphOf().invoke(command as never, threadOf()));
      }
    });

    it('given new input while it waits keeps the packet as it is (P3)', async () => {
      await untouched(() =>
        graphOf().invoke({ cutoverId: 'payments', runId, graphVersion }, threadOf()),
      );
      await untouched(() =>
        graphOf().invoke({ cutoverId: 'payments', runId: 'run-1', graphVersion }, threadOf()),
      );
    });

    it('replayed from an old checkpoint adopts nothing (P5)', async () => {
      const configs = [];
      for await (const { config } of graphOf().getStateHistory(threadOf())) configs.push(config);
      expect(configs.length).toBeGreaterThan(10);
      for (const config of configs.slice(0, 12)) {
        await untouched(() => graphOf().invoke(null, { ...config, durability: 'sync' }));
      }
    });

    it('however it was tampered with, run stops at the same packet again', async () => {
      const id = await interruptOf();
      const before = await loop.events();
      await graphOf()
        .invoke(new Command({ resume: { [id]: { decisionVersion: 999 } } }), threadOf())
        .catch(() => undefined);
      await graphOf().invoke(new Command({ goto: 'settle' }), threadOf());
      expect(await loop.run()).toMatchObject({ outcome: 'awaiting_decision', packetVersion: 2 });
      expect(await loop.events()).toEqual(before);
      expect(await interruptOf()).not.toBe('');
      await loop.resume(await loop.adopt());
      expect((await loop.state()).current?.packet.version).toBe(2);
    });
  });
});
