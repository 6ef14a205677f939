/**
 * The scores can fail. Worse minds on generated nights: behind the gate they cost tries and nothing else; with the gate
 * taken away (here alone, by a judge that finds nothing) each ruins the score that is there to find it.
 */
import { describe, expect, it } from 'vitest';
import type { Agents, Slice, Thought } from '../../agents/agent.ts';
import { withMind } from '../../agents/agent.ts';
import { deterministicAgents } from '../../agents/deterministic.ts';
import { incumbentOf } from '../../ledger/incumbent.ts';
import type { Mind, Packet } from '../../ledger/packet.ts';
import type { ResequencingBody } from '../../ledger/proposal.ts';
import type { ExpectationText } from '../../service/drill/expectations.ts';
import { packageFile } from '../../service/packageRoot.ts';
import { statementsIn } from '../../tools/readStatements.ts';
import { fallsIn, readFloors } from './floors.ts';
import { generatedSuite } from './generated.ts';
import { deterministic, type Minds, withAgents } from './minds.ts';
import { playSuite } from './play.ts';
import { valueOf } from './rate.ts';
import { rates, type RateName } from './rates.ts';
import { loadSuite } from './suites.ts';
import type { Tally } from './tally.ts';

/** They say that they are models: a mind that fails as a model is followed by the deterministic one. */
const worseMind: Mind = {
  kind: 'model',
  model: 'worse',
  promptDigest: '0'.repeat(64),
  inputTokens: 0,
  outputTokens: 0,
  latencyMs: 0,
};

async function proposed(slice: Slice): Promise<ResequencingBody> {
  const { body } = await deterministicAgents.resequencing.propose(slice);
  if (body.agent !== 'resequencing') throw new Error('another agent answered');
  return body;
}

/** Leaves everything where it was, whatever happened. */
async function keeps(slice: Slice): Promise<Thought> {
  const body = await proposed(slice);
  const open = [...body.placements, ...body.unplaced].map(({ checkpoint }) => checkpoint);
  const approved = incumbentOf({ ...slice.state, current: null }).placements;
  const placements = approved.filter(({ checkpoint }) => open.includes(checkpoint));
  return { body: { ...body, placements, unplaced: [] }, mind: worseMind };
}

/** Holds everything that is still to come. */
async function holdsAll(slice: Slice): Promise<Thought> {
  const body = await proposed(slice);
  const held = body.placements.map(({ checkpoint, endAt }) => ({
    checkpoint,
    behind: null,
    causes: [
      { rule: 'outside_window' as const, checkpoint, subject: null, factId: null, at: endAt },
    ],
  }));
  return {
    body: { ...body, placements: [], unplaced: [...body.unplaced, ...held] },
    mind: worseMind,
  };
}

/** Moves everything by ten minutes more than it has to, in every packet but the first. */
async function slides(slice: Slice): Promise<Thought> {
  const body = await proposed(slice);
  if (slice.state.current === null) return { body, mind: worseMind };
  const placements = body.placements.map((placement) => ({
    ...placement,
    startAt: placement.startAt + 600_000,
    endAt: placement.endAt + 600_000,
  }));
  return { body: { ...body, placements }, mind: worseMind };
}

/** Reads a promise into every text. */
async function inventive(slice: Slice): Promise<Thought> {
  const { body } = await deterministicAgents.readiness.propose(slice);
  if (body.agent !== 'readiness') throw new Error('another agent answered');
  const { plan } = slice.state.situation;
  const at = { text: 'soon', zone: plan.zone, at: slice.now, candidates: [slice.now] };
  const readings = plan.checkpoints.slice(0, 1).flatMap(({ id: checkpoint }) =>
    statementsIn(slice.state).map(({ factId, text }) => ({
      statement: factId,
      from: 0,
      quote: text,
      assertion: { kind: 'update_promised' as const, checkpoint, at },
    })),
  );
  return { body: { ...body, readings }, mind: worseMind };
}

/** Tells everybody of a change that is none of theirs. */
async function loud(slice: Slice): Promise<Thought> {
  const { body, mind } = await deterministicAgents.packet.propose(slice);
  if (body.agent !== 'packet') throw new Error('another agent answered');
  const { packet } = body;
  const lines = packet.lines
    .filter(({ state }) => state === 'planned')
    .slice(0, 1)
    .map(({ checkpoint, startAt, endAt, owner }) => ({
      checkpoint,
      as: 'observer' as const,
      changes: ['start_moved' as const],
      fromStartAt: startAt,
      toStartAt: startAt,
      fromEndAt: endAt,
      toEndAt: endAt,
      fromOwner: owner,
      toOwner: owner,
    }));
  if (lines.length === 0 || slice.state.current === null) return { body, mind };
  const deltas = [...packet.deltas, ...packet.notNotified.map(({ person }) => ({ person, lines }))];
  const told = { ...body, packet: { ...packet, deltas, notNotified: [] } };
  return withMind({ body: told, mind }, worseMind);
}

/** Changes every packet but the first. */
const misprints =
  (change: (packet: Packet) => Packet) =>
  async (slice: Slice): Promise<Thought> => {
    const { body, mind } = await deterministicAgents.packet.propose(slice);
    if (body.agent !== 'packet') throw new Error('another agent answered');
    if (slice.state.current === null) return { body, mind };
    return withMind({ body: { ...body, packet: change(body.packet) }, mind }, worseMind);
  };

/** Tells nobody anything. */
const silent = misprints((packet) => ({ ...packet, deltas: [] }));

/** Says of no packet what it supersedes. */
const forgetful = misprints((packet) => ({ ...packet, supersedes: null }));

/** Counts its packets wrongly. */
const miscounting = misprints((packet) => ({ ...packet, version: packet.version + 1 }));

/** Gives a time to what it holds. */
const impatient = misprints((packet) => ({
  ...packet,
  lines: packet.lines.map((line) =>
    line.state === 'held' ? { ...line, startAt: packet.preparedAt } : line,
  ),
}));

type ToldLine = Packet['deltas'][number]['lines'][number];
const retold = (change: (line: ToldLine) => Partial<ToldLine>) =>
  misprints((packet) => ({
    ...packet,
    deltas: packet.deltas.map(({ person, lines }) => ({
      person,
      lines: lines.map((line) => ({ ...line, ...change(line) })),
    })),
  }));
const later = (at: number | null): number | null => (at === null ? null : at + 60_000);

/** Tells the right people of the right checkpoints, and another start or owner than the packet has, or had. */
const mistold = {
  toStart: retold(({ toStartAt }) => ({ toStartAt: later(toStartAt) })),
  fromStart: retold(({ fromStartAt }) => ({ fromStartAt: later(fromStartAt) })),
  toOwner: retold(() => ({ toOwner: 'lead-duty' })),
  fromOwner: retold(() => ({ fromOwner: 'lead-duty' })),
};

/** Tells one person more of an end that is the same as before, or of what is over. */
const chatty = (state: 'planned' | 'done') =>
  misprints((packet) => {
    const [stranger] = packet.notNotified;
    const about = packet.lines.find((line) => line.state === state);
    if (stranger === undefined || about === undefined) return packet;
    const { checkpoint, startAt, endAt, owner } = about;
    const line: ToldLine = {
      checkpoint,
      as: 'observer',
      changes: ['end_moved'],
      fromStartAt: startAt,
      toStartAt: startAt,
      fromEndAt: endAt,
      toEndAt: endAt,
      fromOwner: owner,
      toOwner: owner,
    };
    return { ...packet, deltas: [...packet.deltas, { person: stranger.person, lines: [line] }] };
  });

const packetMinds = (minds: Readonly<Record<string, (slice: Slice) => Promise<Thought>>>) =>
  Object.fromEntries(
    Object.entries(minds).map(([name, propose]) => [
      name,
      { packet: { name: 'packet' as const, propose } },
    ]),
  );

const worse: Readonly<Record<string, Partial<Agents>>> = {
  keeps: { resequencing: { name: 'resequencing', propose: keeps } },
  holdsAll: { resequencing: { name: 'resequencing', propose: holdsAll } },
  slides: { resequencing: { name: 'resequencing', propose: slides } },
  inventive: { readiness: { name: 'readiness', propose: inventive } },
  ...packetMinds({ loud, silent, forgetful, miscounting, impatient, ...mistold }),
  ...packetMinds({ ofTheSameEnd: chatty('planned'), ofWhatIsOver: chatty('done') }),
};

/** The same minds without a gate. Nothing that ships can do this. */
const ungated = (minds: Minds): Minds => ({
  name: `${minds.name}, no gate`,
  open: async (clock) => {
    const interlock = await minds.open(clock);
    const judge = { ...interlock.ledger.judge, check: () => [] };
    const ledger = { ...interlock.ledger, judge };
    return { ...interlock, ledger, graph: { ...interlock.graph, ledger } };
  },
});

/** The clock of the night runs on by a minute whenever somebody looks at it. */
const hasty: Minds = {
  name: 'hasty',
  open: (clock) => {
    let looks = 0;
    return deterministic.open({ ...clock, now: () => clock.now() + 60_000 * looks++ });
  },
};

const { suites } = await generatedSuite({ count: 4, seed: 7, keep: null });
const committed = await readFloors();
/** The committed limits, on as little as four nights. */
const floors = {
  generated: Object.fromEntries(
    Object.entries({ ...committed['all'], ...committed['generated'] }).map(([name, { limit }]) => [
      name,
      { limit, least: 1 },
    ]),
  ),
};

/** Every score that fell under its floor in one of these plays. */
const fellOnce = new Set<string>();

/** Of the last `quiet` nights, each step is said to need no packet. */
async function play(minds: Minds, { runs = 1, nights = 4, quiet = 0 } = {}) {
  const played = [];
  const idle: ExpectationText[] = [{ run: 'no_change' }];
  for (const { name, drills } of suites) {
    const often = drills.slice(0, nights).map((drill, index) => ({
      ...drill,
      steps: drill.steps.map((step) => ({
        ...step,
        runs,
        expect: index < nights - quiet ? step.expect : idle,
      })),
    }));
    played.push(await playSuite({ name, drills: often }, minds));
  }
  const fallen = fallsIn(played, floors).flatMap(({ score: name, found }) =>
    found === null ? [] : [name],
  );
  for (const one of fallen) fellOnce.add(one);
  const counts = played[0]?.tally;
  if (counts === undefined) throw new Error('nothing was played');
  const shipped = fallsIn(played, committed).map((fall) => fall.score);
  return { fallen, counts, shipped };
}

const score = (name: RateName, counts: Tally): number | null => {
  const rate = rates.find((one) => one.name === name);
  return rate === undefined ? null : valueOf(rate, counts);
};

describe('the scores of generated nights', () => {
  it('stand at their floors with the minds of this house', async () => {
    const { fallen, counts } = await play(deterministic);
    expect(fallen).toEqual([]);
    expect(counts.conflicts).toBeGreaterThan(0);
    expect(counts.free).toBeGreaterThan(0);
  });

  it.each(['keeps', 'holdsAll', 'loud'])(
    'show %s behind the gate as refused tries, and stay safe',
    async (name) => {
      const { fallen, counts, shipped } = await play(withAgents(name, worse[name] ?? {}));
      expect(fallen).toEqual(expect.arrayContaining(['first-try', 'repairs']));
      // The committed floors say so too, of however few nights.
      expect(shipped).toContain('first-try');
      expect(score('first-try', counts)).toBeLessThan(0.95);
      expect(counts).toMatchObject({ flattened: 0, overHeld: 0, toldInVain: 0 });
      expect(counts.held).toBe(counts.conflicts);
    },
  );

  it.each([
    ['keeps', ['held', 'flattened']],
    ['holdsAll', ['over-held']],
    ['slides', ['moves-per-packet', 'needless-moves']],
    ['loud', ['told-in-vain', 'notices-per-cluster']],
    ['silent', ['changes-read', 'affected-told']],
    ['forgetful', ['version-read', 'changes-read']],
  ] as const)('find %s without a gate: %j fall', async (name, fell) => {
    const { fallen } = await play(ungated(withAgents(name, worse[name] ?? {})));
    expect(fallen).toEqual(expect.arrayContaining(['expectations', ...fell]));
  });

  it.each([
    ['miscounting', ['version-read']],
    ['impatient', ['held', 'flattened']],
    ['toStart', ['changes-read', 'changes-invented', 'affected-told']],
    ['fromStart', ['changes-read', 'changes-invented', 'affected-told']],
    ['toOwner', ['changes-read', 'changes-invented', 'affected-told']],
    ['fromOwner', ['changes-read', 'changes-invented', 'affected-told']],
    ['ofTheSameEnd', ['told-in-vain']],
    ['ofWhatIsOver', ['told-in-vain']],
  ] as const)('find %s without a gate on two nights: %j fall', async (name, fell) => {
    const { fallen } = await play(ungated(withAgents(name, worse[name] ?? {})), { nights: 2 });
    expect(fallen).toEqual(expect.arrayContaining([...fell]));
  });

  it('find a packet that nobody needed, and all that changes in it', async () => {
    const { fallen } = await play(deterministic, { quiet: 2 });
    expect(fallen).toEqual(
      expect.arrayContaining(['needless-moves', 'changes-invented', 'packets-per-cluster']),
    );
  });

  it('find facts read out of texts that do not state them', async () => {
    const loaded = await loadSuite('readiness', packageFile('evals/readiness'));
    const minds = ungated(withAgents('inventive', worse['inventive'] ?? {}));
    const played = await Promise.all(loaded.suites.map((suite) => playSuite(suite, minds)));
    const limit = committed['all']?.['words-misread']?.limit ?? NaN;
    const floor = { readiness: { 'words-misread': { limit, least: 1 } } };
    const fallen = fallsIn(played, floor).map(({ score: name }) => name);
    expect(fallen).toEqual(['words-misread']);
    for (const one of fallen) fellOnce.add(one);
  });

  it('find a clock that runs on while the workflow works: nothing stands still', async () => {
    const { fallen } = await play(hasty, { runs: 2, nights: 2 });
    expect(fallen).toEqual(
      expect.arrayContaining([
        'runs-to-packet',
        'changes-invented',
        'needless-moves',
        'idempotent',
      ]),
    );
    expect((await play(hasty, { nights: 2 })).fallen).toContain('packets-per-cluster');
  });

  it('fall, every one that has a floor, in one of these plays', () => {
    const wanted = Object.values(committed).flatMap((suite) => Object.keys(suite));
    // Nobody in a generated night has two steps that could change places: compare.test.ts has them.
    expect([...new Set(wanted)].filter((name) => !fellOnce.has(name))).toEqual(['order-flips']);
  });
});
