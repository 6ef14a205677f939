/**
 * The loop end to end: the real ledger, rule book, solver and graph, on small nights. What each agent should say is
 * tested beside it; here is what a run does as a whole.
 */
import { describe, expect, it } from 'vitest';
import type { Agent, Agents } from '../agents/agent.ts';
import { deterministicAgents } from '../agents/deterministic.ts';
import { buildGraph, graphVersion } from '../graph/graph.ts';
import type { StepSeen } from '../graph/run.ts';
import type { Store } from '../ledger/store.ts';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { checkpoint, minute, plan } from './support/build.ts';
import { type Loop, loopOn, storyOf } from './support/loop.ts';
import { finished, forecast, heldNight, lateNight, night, started } from './support/lateNight.ts';

const typesOf = async (loop: Loop): Promise<string[]> =>
  (await loop.events()).map(({ body }) => body.type);

describe('the explanation of a packet', () => {
  it('lets other work in between two holds, and ends when its packet no longer waits: the next one is explained', async () => {
    const loop = await heldNight();
    let pauses = 0;
    const pause = async (): Promise<void> => {
      pauses += 1;
      if (pauses > 1) return;
      expect((await loop.state()).pending?.record.packet.version).toBe(2);
      loop.clock.at = minute(11);
      await loop.report([forecast('rollback', minute(445))]);
    };
    expect(await loop.with({ pause }).run()).toMatchObject({ packetVersion: 3 });
    const { pending } = await loop.state();
    const explained = (await loop.events()).flatMap(({ body }) =>
      body.type === 'HoldsExplained' ? [body.packetHash] : [],
    );
    expect(explained).toEqual([pending?.record.packetHash]);
    expect(pauses).toBeGreaterThan(1);
  });

  it('is not begun again by a report that moves nothing in the packet', async () => {
    const loop = await heldNight();
    const words = { kind: 'statement', text: 'all well' } as const;
    let pauses = 0;
    const pause = async (): Promise<void> => {
      pauses += 1;
      if (pauses === 1) await loop.report([words]);
    };
    const once = await heldNight();
    let alone = 0;
    await once.with({ pause: async () => void (alone += 1) }).run();
    expect(await loop.with({ pause }).run()).toMatchObject({ packetVersion: 2 });
    expect((await typesOf(loop)).filter((type) => type === 'HoldsExplained')).toHaveLength(1);
    expect(pauses).toBe(alone);
  });

  it('ends when the run is stopped, and leaves it to whoever comes next', async () => {
    const loop = await heldNight();
    const stop = new AbortController();
    const stopped = loop.with({ signal: stop.signal, pause: async () => stop.abort() });
    await expect(stopped.run()).rejects.toThrow();
    expect(await typesOf(loop)).not.toContain('HoldsExplained');
    await loop.run();
    expect(await typesOf(loop)).toContain('HoldsExplained');
  });
});

describe('run', () => {
  it('makes the approved sequence current on the authority of the lead who declared it', async () => {
    const loop = await loopOn(night);
    expect(await loop.run()).toMatchObject({ outcome: 'adopted', packetVersion: 1 });
    const { current, run, pending } = await loop.state();
    expect(current?.packet.lines.map(({ startAt }) => startAt)).toEqual([
      minute(0),
      minute(30),
      minute(75),
    ]);
    expect([run, pending]).toEqual([null, null]);
  });

  it('does nothing when nothing is new', async () => {
    const loop = await loopOn(night);
    await loop.run();
    const before = await loop.events();
    expect(await loop.run()).toMatchObject({ outcome: 'nothing_to_do' });
    expect(await loop.events()).toEqual(before);
  });

  it('turns a late finish into one packet that waits for the lead', async () => {
    const loop = await lateNight();
    const result = await loop.run();
    expect(result).toMatchObject({ outcome: 'awaiting_decision', packetVersion: 2 });
    const { pending, current } = await loop.state();
    expect(current?.packet.version).toBe(1);
    expect(
      pending?.record.packet.lines.map(({ checkpoint: id, startAt }) => [id, startAt]),
    ).toEqual([
      ['rollback', minute(0)],
      ['replicate', minute(70)],
      ['shift', minute(100)],
    ]);
    expect(pending?.record.packet.mustAcknowledge).toEqual(['operator']);
    expect(pending?.record.packet.deltas.map(({ person }) => person)).toEqual(['dev', 'operator']);
  });

  it('asks all four agents, each through the gate', async () => {
    const steps: StepSeen[] = [];
    const loop = (await lateNight()).with({ onStep: (step) => steps.push(step) });
    await loop.run();
    const agents = ['readiness', 'resequencing', 'holds', 'packet'];
    expect(steps.map(({ node }) => node).filter((node) => node !== 'supervisor')).toEqual(
      agents.flatMap((agent) => [agent, 'gate']),
    );
  });

  it('makes no packet when slack absorbs the delay', async () => {
    const loop = await loopOn(night);
    await loop.run();
    loop.clock.at = minute(40);
    await loop.report([
      started('rollback', minute(0)),
      finished('rollback', minute(30)),
      started('replicate', minute(30)),
      forecast('replicate', minute(69)),
    ]);
    expect(await loop.run()).toMatchObject({ outcome: 'no_change', packetId: null });
    expect((await loop.state()).current?.packet.version).toBe(1);
  });

  it('keeps one open question: a second call stops at the same packet and repeats no event', async () => {
    const loop = await lateNight();
    const first = await loop.run();
    const before = await loop.events();
    expect(await loop.run()).toEqual(first);
    expect(await loop.events()).toEqual(before);
  });

  it('adopts only by the ledger: the graph ends afterwards', async () => {
    const loop = await lateNight();
    await loop.run();
    const decision = await loop.adopt();
    await loop.resume(decision);
    const { current, pending, run } = await loop.state();
    expect([current?.packet.version, pending, run]).toEqual([2, null, null]);
    expect(await loop.run()).toMatchObject({ outcome: 'nothing_to_do' });
  });

  it('leaves the current packet in force when the lead declines', async () => {
    const loop = await lateNight();
    await loop.run();
    await loop.resume(await loop.decline());
    expect((await loop.state()).current?.packet.version).toBe(1);
    expect(await loop.run()).toMatchObject({ outcome: 'nothing_to_do' });
  });

  it('tells the same story twice: nothing in it depends on chance', async () => {
    const [one, other] = [await lateNight(), await lateNight()];
    await one.run();
    await other.run();
    expect(storyOf(await one.events())).toEqual(storyOf(await other.events()));
  });
});

describe('facts that move under a run', () => {
  it('replace the question that waits, never silently', async () => {
    const loop = await lateNight();
    const first = await loop.run();
    loop.clock.at = minute(20);
    await loop.report([forecast('rollback', minute(90))]);
    const second = await loop.run();
    expect(second).toMatchObject({ outcome: 'awaiting_decision', packetVersion: 3 });
    const { decided, pending } = await loop.state();
    expect(decided[first.packetId ?? '']?.how).toBe('basis_moved');
    expect(pending?.record.packet.lines[1]?.startAt).toBe(minute(90));
    expect(pending?.request?.runId).toBe(second.runId);
  });

  it('refuse a decision on the packet they moved under', async () => {
    const loop = await lateNight();
    await loop.run();
    const binding = await loop.binding();
    loop.clock.at = minute(11);
    await loop.report([forecast('rollback', minute(90))]);
    await expect(loop.adopt()).rejects.toThrow('basis_moved');
    await loop.run();
    expect((await loop.binding()).packetHash).not.toBe(binding.packetHash);
  });

  it('that change nothing leave the question as it is', async () => {
    const loop = await lateNight();
    const first = await loop.run();
    await loop.report([{ kind: 'statement', text: 'the coffee is cold' }]);
    expect(await loop.run()).toEqual(first);
    await loop.resume(await loop.adopt());
    expect((await loop.state()).current?.packet.version).toBe(2);
    expect(await loop.run()).toMatchObject({ outcome: 'no_change' });
    const { heldFacts } = await loop.state();
    expect(heldFacts.map(({ ruling }) => ruling.code)).toEqual(['not_structured']);
  });

  it('C6: that show late who had an authority have what was held for want of it ruled on anew, in one run', async () => {
    const approval = { id: 'go', parties: ['ops'], needed: 1, validMinutes: null };
    const loop = await loopOn(plan([checkpoint('cut', { approvals: [approval] })]));
    await loop.run();
    loop.clock.at = minute(-20);
    const yes = {
      kind: 'approval_given',
      checkpoint: 'cut',
      approval: 'go',
      party: 'ops',
    } as const;
    await loop.report([yes], { reporter: 'dev' });
    expect(await loop.run()).toMatchObject({ outcome: 'no_change' });
    expect((await loop.state()).heldFacts).toMatchObject([{ ruling: { code: 'not_authorised' } }]);
    loop.clock.at = minute(-10);
    const span = { opensAt: minute(-30), closesAt: minute(1200) };
    await loop.report(
      [{ kind: 'holder_changed', authority: 'ops-authority', holder: 'dev', span }],
      { source: 'interlock', reporter: 'lead' },
    );
    await loop.run();
    const { heldFacts, situation, unruled } = await loop.state();
    expect([heldFacts, unruled]).toEqual([[], []]);
    expect(situation.assents).toMatchObject([{ assent: 'go', at: minute(-20) }]);
    const heard = (await typesOf(loop)).filter((type) => type.startsWith('Facts'));
    expect(heard).toEqual(['FactsRuled', 'FactsRuled', 'FactsHeardAgain', 'FactsRuled']);
  });

  it('that arrive between two agents are in the packet', async () => {
    const loop = await lateNight();
    let told = false;
    const agents: Agents = {
      ...deterministicAgents,
      holds: {
        name: 'holds',
        propose: async (slice) => {
          if (!told) loop.clock.at += 1_000;
          if (!told) await loop.report([forecast('rollback', minute(90))]);
          told = true;
          return deterministicAgents.holds.propose(slice);
        },
      },
    };
    expect(await loop.with({ agents }).run()).toMatchObject({ outcome: 'awaiting_decision' });
    const { pending } = await loop.state();
    expect(pending?.record.packet.lines[1]?.startAt).toBe(minute(90));
  });

  it('that arrive while the packet is written do not reach the lead with the old one', async () => {
    const loop = await lateNight();
    let told = false;
    const agents: Agents = {
      ...deterministicAgents,
      packet: {
        name: 'packet',
        propose: async (slice) => {
          if (!told) loop.clock.at += 1_000;
          if (!told) await loop.report([forecast('rollback', minute(90))]);
          told = true;
          return deterministicAgents.packet.propose(slice);
        },
      },
    };
    await loop.with({ agents }).run();
    const { pending } = await loop.state();
    expect(pending?.record.packet.lines[1]?.startAt).toBe(minute(90));
    expect((await typesOf(loop)).filter((type) => type === 'ApprovalRequested')).toHaveLength(2);
  });
});

describe('a mind that cannot be trusted', () => {
  const model = {
    kind: 'model',
    model: 'scripted',
    promptDigest: '0'.repeat(64),
    inputTokens: 1,
    outputTokens: 1,
    latencyMs: 1,
  } as const;
  const moved: Agent = {
    name: 'resequencing',
    propose: async (slice) => {
      const { body } = await deterministicAgents.resequencing.propose(slice);
      if (body.agent !== 'resequencing') throw new Error('not a timeline');
      const placements = body.placements.map((place) => ({ ...place, startAt: place.startAt - 1 }));
      return { body: { ...body, placements }, mind: model };
    },
  };

  it('hears what the gate refused twice, then the deterministic mind takes over', async () => {
    const heard: number[] = [];
    const agents: Agents = {
      ...deterministicAgents,
      resequencing: {
        name: 'resequencing',
        propose: (slice) => {
          heard.push(slice.refused.length);
          return moved.propose(slice);
        },
      },
    };
    const loop = (await lateNight()).with({ agents });
    expect(await loop.run()).toMatchObject({ outcome: 'awaiting_decision', packetVersion: 2 });
    expect(heard).toHaveLength(3);
    expect(heard[0]).toBe(0);
    expect(Math.min(...heard.slice(1))).toBeGreaterThan(0);
    const { pending } = await loop.state();
    const mind = pending?.record.packet.minds.find(({ agent }) => agent === 'resequencing')?.mind;
    expect(mind).toEqual({ kind: 'deterministic', reason: 'model_failed' });
  });

  it.each([
    ['throws', async () => Promise.reject(new Error('model unreachable'))],
    ['answers nonsense', async () => ({ body: { agent: 'resequencing' } as never, mind: model })],
    [
      'answers for another agent',
      async () => ({ body: { agent: 'readiness' as const, rulings: [] }, mind: model }),
    ],
  ])('that %s gives its turn to the deterministic mind', async (_, propose) => {
    const agents: Agents = {
      ...deterministicAgents,
      resequencing: { name: 'resequencing', propose },
    };
    const loop = (await lateNight()).with({ agents });
    expect(await loop.run()).toMatchObject({ outcome: 'awaiting_decision' });
    const made = (await loop.events()).flatMap(({ body }) =>
      body.type === 'ProposalMade' && body.proposal.agent === 'resequencing'
        ? [body.proposal.mind]
        : [],
    );
    expect(made.at(-1)).toEqual({ kind: 'deterministic', reason: 'model_failed' });
  });

  it('ends the run in sight of everyone when even the deterministic mind is refused', async () => {
    const loop = await lateNight();
    const { judge } = loop.deps.ledger;
    const strict = {
      ...judge,
      check: (...[proposal, state, now]: Parameters<typeof judge.check>) =>
        proposal.agent === 'holds'
          ? [
              {
                code: 'hold_missing' as const,
                checkpoint: 'shift',
                subjects: [],
                limitAt: null,
                foundAt: null,
              },
            ]
          : judge.check(proposal, state, now),
    };
    const stuck = loop.with({ ledger: { ...loop.deps.ledger, judge: strict } });
    expect(await stuck.run()).toMatchObject({ outcome: 'refused_by_gate', packetId: null });
    const events = await loop.events();
    const refused = events.flatMap(({ body }) =>
      body.type === 'VerdictGiven' && !body.clean ? body.violations.map(({ code }) => code) : [],
    );
    expect(refused).toEqual(['hold_missing']);
    expect(
      events.some(({ body }) => body.type === 'PacketPrepared' && body.packet.version === 2),
    ).toBe(false);
    expect(await stuck.run()).toMatchObject({ outcome: 'nothing_to_do' });
  });
});

describe('a large plan', () => {
  it('is judged before the ledger is locked; what adopts a packet is judged under the lock', async () => {
    let isLocked = false;
    const store = await openSqliteStore(':memory:');
    const watched: Store = {
      ...store,
      transact: (cutoverId, work) =>
        store.transact(cutoverId, async (transaction) => {
          isLocked = true;
          return work(transaction).finally(() => (isLocked = false));
        }),
    };
    const steps = Array.from({ length: 100 }, (_, index) =>
      checkpoint(`step-${index}`, {
        approvedStartAt: minute(2 * index),
        duration: { kind: 'exact', seconds: 60 },
      }),
    );
    const plain = await loopOn(plan(steps), { store: watched });
    const seen: (readonly [string, boolean])[] = [];
    const { judge } = plain.deps.ledger;
    const loop = plain.with({
      ledger: {
        ...plain.deps.ledger,
        judge: {
          ...judge,
          check: (...given) => {
            seen.push([given[0].agent, isLocked]);
            return judge.check(...given);
          },
          checkPacket: (...given) => {
            seen.push(['adoption', isLocked]);
            return judge.checkPacket(...given);
          },
        },
      },
    });
    expect((await loop.run()).outcome).toBe('adopted');
    expect(seen.at(-1)).toEqual(['adoption', true]);
    seen.length = 0;
    loop.clock.at = minute(1);
    await loop.report([started('step-0', minute(0)), forecast('step-0', minute(30))]);
    expect((await loop.run()).outcome).toBe('awaiting_decision');
    expect(seen.map(([agent]) => agent)).toEqual(['readiness', 'resequencing', 'holds', 'packet']);
    expect(seen.filter(([, locked]) => locked)).toEqual([]);
    await loop.adopt();
    expect(seen.at(-1)).toEqual(['adoption', true]);
  });
});

describe('C19: a graph of another version', () => {
  it('is never continued: its run ends and another one proposes again', async () => {
    const loop = await lateNight();
    await loop.give({ type: 'StartRun', runId: 'run-old', graphVersion: 'loop-0' });
    const result = await loop.run();
    expect(result).toMatchObject({ outcome: 'awaiting_decision', packetVersion: 2 });
    expect(result.runId).not.toBe('run-old');
    const ended = (await loop.events()).flatMap(({ body }) =>
      body.type === 'RunEnded' ? [[body.runId, body.outcome]] : [],
    );
    expect(ended.at(-1)).toEqual(['run-old', 'overtaken']);
  });

  it('leaves its question to the lead: the decision is applied to those bytes and no others', async () => {
    const loop = await lateNight();
    await loop.run();
    const binding = await loop.binding();
    const { runId } = (await loop.state()).run ?? { runId: '' };
    const thread = { configurable: { thread_id: `payments:${runId}` } };
    const graph = buildGraph(loop.deps);
    await graph.updateState(thread, { graphVersion: 'loop-0' }, 'supervisor');
    const before = await loop.events();
    expect(await loop.run()).toMatchObject({ outcome: 'awaiting_decision', packetVersion: 2 });
    expect(await loop.events()).toEqual(before);
    expect((await graph.getState(thread)).values).toMatchObject({ graphVersion });
    await loop.resume(await loop.adopt());
    expect((await loop.state()).current?.packetHash).toBe(binding.packetHash);
  });
});
