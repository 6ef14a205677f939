/**
 * The gate is not shut to honest minds: on random nights, with everything a plan may have, each deterministic agent is
 * found clean at its first try. Agents and rule book read the same rules but share no code of a packet.
 */
import { describe, expect, it } from 'vitest';
import type { Agent } from '../agents/agent.ts';
import { deterministicAgents } from '../agents/deterministic.ts';
import { judge } from '../constraints/judge.ts';
import { checkCodeOf, digestOf } from '../ledger/canonical.ts';
import { HoldClass } from '../ledger/codes.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { EventBody } from '../ledger/events.ts';
import type { Packet } from '../ledger/packet.ts';
import type { Proposal } from '../ledger/proposal.ts';
import { minuteMs } from '../ledger/vocabulary.ts';
import { actor, fold } from './support/build.ts';
import { randomNight } from './support/nights.ts';

const nights = Number(process.env['MIND_NIGHTS'] ?? 100);

/** The state after this agent's proposal passed the gate; fails on the first violation. */
async function through(
  state: CutoverState,
  { agent, now, seed }: { agent: Agent; now: number; seed: string },
): Promise<{ state: CutoverState; body: Proposal['body'] }> {
  const basisDigest = judge.basisDigest(state);
  const slice = { state, now, basisDigest, attempt: 1, refused: [], signal: null };
  const { body, mind } = await agent.propose(slice);
  const proposal: Proposal = {
    proposalId: `${state.run?.runId}.${agent.name}.1`,
    cutoverId: state.cutoverId,
    runId: state.run?.runId ?? '',
    agent: agent.name,
    mind,
    attempt: 1,
    basisVersion: state.version,
    basisDigest,
    body,
  };
  const made = fold(state, [
    { type: 'ProposalMade', proposal, proposalDigest: digestOf('proposal', proposal) },
  ]);
  const violations = judge.check(proposal, made, now);
  expect(violations, `${seed}: ${agent.name}`).toEqual([]);
  const verdict: EventBody = {
    type: 'VerdictGiven',
    proposalId: proposal.proposalId,
    agent: agent.name,
    checkerVersion: judge.version,
    clean: true,
    violations: [],
  };
  return { state: fold(made, [verdict]), body };
}

/** One whole loop on a state without waiting facts: the packet that the lead would be asked about. */
async function loop(
  before: CutoverState,
  at: { runId: string; now: number; seed: string },
): Promise<{ state: CutoverState; packet: Packet }> {
  const { runId, now, seed } = at;
  let state = fold(before, [{ type: 'RunStarted', runId, nowAt: now, graphVersion: 'test' }]);
  for (const name of ['resequencing', 'holds'] as const) {
    ({ state } = await through(state, { agent: deterministicAgents[name], now, seed }));
  }
  const last = await through(state, { agent: deterministicAgents.packet, now, seed });
  if (last.body.agent !== 'packet') throw new Error('not a packet');
  return { state: last.state, packet: last.body.packet };
}

function adopt(state: CutoverState, packet: Packet, runId: string): CutoverState {
  const packetHash = digestOf('packet', packet);
  const { packetId, version, basisDigest } = packet;
  const nonce = `nonce-${version}`;
  return fold(state, [
    {
      type: 'PacketPrepared',
      packet,
      packetHash,
      checkCode: checkCodeOf(packetHash),
      proposalIds: [],
    },
    {
      type: 'ApprovalRequested',
      packetId,
      packetHash,
      basisDigest,
      nonce,
      expiresAt: packet.preparedAt,
      runId,
    },
    {
      type: 'PacketAdopted',
      packetId,
      version,
      binding: { packetId, packetVersion: version, packetHash, basisDigest, nonce },
      actor: actor(),
      checkerVersion: judge.version,
    },
    { type: 'RunEnded', runId, outcome: 'adopted' },
  ]);
}

describe(`on ${nights} random nights`, () => {
  it('the gate finds every deterministic mind clean, on the first packet and on the next', async () => {
    const classes = new Set<string>();
    const reached = { held: 0, relaxations: 0, deviations: 0, stillNeeded: 0, deltas: 0, moved: 0 };
    for (let seed = 0; seed < nights; seed += 1) {
      const night = randomNight(seed);
      const first = await loop(night.state, { runId: 'run-1', now: night.now, seed: `${seed}/1` });
      const current = adopt(first.state, first.packet, 'run-1');
      const now = night.now + (seed % 90) * minuteMs;
      const second = await loop(current, { runId: 'run-2', now, seed: `${seed}/2` });
      for (const { holds, deviations, lines, deltas } of [first.packet, second.packet]) {
        for (const { holdClass } of holds) classes.add(holdClass);
        reached.held += Number(holds.length > 0);
        reached.relaxations += Number(holds.some(({ relaxations }) => relaxations.length > 0));
        reached.deviations += Number(deviations.length > 0);
        reached.stillNeeded += Number(lines.some(({ stillNeeded }) => stillNeeded.length > 0));
        reached.moved += Number(lines.some(({ protectedMove }) => protectedMove));
        reached.deltas += Number(deltas.length > 0);
      }
    }
    // The nights were worth something: every kind of thing a packet can say was said.
    for (const [what, times] of Object.entries(reached)) expect(times, what).toBeGreaterThan(0);
    const never = HoldClass.options.filter((holdClass) => !classes.has(holdClass));
    expect(never).toEqual(['fact_disputed']);
  }, 600_000);
});
