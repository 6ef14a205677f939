/**
 * The model minds against a real endpoint on loopback, through the real client, gate and ledger: what a right answer
 * does, what a wrong one does not, and what is written down.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelMinds } from '../service/modelMinds.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { EventOf, EventType, LedgerEvent } from '../ledger/events.ts';
import type { Checkpoint } from '../ledger/plan.ts';
import { checkpoint, minute, plan, reading } from './support/build.ts';
import { type Endpoint, openEndpoint } from './support/endpoint.ts';
import { givenIn, obedient, script, wrongInOnePlace } from './support/endpointPolicy.ts';
import { type Loop, loopOn } from './support/loop.ts';

let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint(obedient);
});
afterEach(() => endpoint.close());

const follows = (of: string): Checkpoint['predecessors'] => [
  { checkpoint: of, type: 'finish_to_start', gapSeconds: 0, maxGapSeconds: null },
];
const night = plan([
  checkpoint('replication', { name: 'Database replication', approvedStartAt: minute(0) }),
  checkpoint('traffic', {
    name: 'Traffic shift',
    approvedStartAt: minute(60),
    predecessors: follows('replication'),
  }),
  checkpoint('notice', {
    name: 'Customer notice',
    approvedStartAt: minute(120),
    predecessors: follows('traffic'),
    role: 'ops',
  }),
]);

const settings = () => ({
  baseUrl: endpoint.baseUrl,
  apiKey: 'test-key',
  model: 'test-model',
  price: { input: 150, output: 600 },
});

/** A little after half an hour: what is overdue could start at the next whole minute, and until then there is time to read. */
const someTime = minute(30) + 5_000;
/** A night that was declared with model minds, packet 1 current, the clock at `at`. */
async function modelNight(of = night, at = someTime): Promise<Loop> {
  const loop = (await loopOn(of)).with({ agents: modelMinds(settings()) });
  await loop.run();
  loop.clock.at = at;
  return loop;
}

const say = (loop: Loop, text: string) => loop.report([{ kind: 'statement', text }], { text });

const bodiesOf = <T extends EventType>(events: readonly LedgerEvent[], type: T): EventOf<T>[] =>
  events.flatMap(({ body }) => (body.type === type ? [body as EventOf<T>] : []));

const progressIn = ({ situation }: CutoverState, id: string) => situation.progress[id];

const agentsAsked = (): string[] => endpoint.asked.map((asked) => givenIn(asked).agent);

describe('a report in free text', () => {
  it('becomes typed facts that quote it, and moves the timeline', async () => {
    const loop = await modelNight();
    await say(loop, 'Database replication started at 22:05. ETA for database replication 23:40.');
    const { outcome } = await loop.run();
    const state = await loop.state();
    expect(outcome).toBe('awaiting_decision');
    expect(progressIn(state, 'replication')).toMatchObject({
      state: 'in_progress',
      actualStartAt: minute(5),
      forecastFinishAt: minute(100),
    });
    const read = bodiesOf(await loop.events(), 'StatementRead');
    expect(read.map(({ facts, whole }) => [facts.map(({ text }) => text), whole])).toEqual([
      [['Database replication started at 22:05.', 'ETA for database replication 23:40.'], true],
    ]);
    expect(state.heldFacts).toEqual([]);
    expect(
      state.pending?.record.packet.lines.find((l) => l.checkpoint === 'traffic')?.startAt,
    ).toBe(minute(100));
  });

  it('stays before a person, whole, when there is no model', async () => {
    const loop = await loopOn(night);
    await loop.run();
    loop.clock.at = minute(30);
    const text = 'Database replication started at 22:05.';
    await say(loop, text);
    await loop.run();
    const { heldFacts } = await loop.state();
    expect(heldFacts.map(({ fact, ruling }) => [fact.assertion, ruling.code])).toEqual([
      [{ kind: 'statement', text }, 'not_structured'],
    ]);
  });

  it('stays before a person with the part that nobody could read', async () => {
    const loop = await modelNight();
    await say(loop, 'Database replication started at 22:05. The bridge sounds worried.');
    await loop.run();
    const state = await loop.state();
    expect(progressIn(state, 'replication')?.actualStartAt).toBe(minute(5));
    expect(state.heldFacts.map(({ ruling }) => ruling.code)).toEqual(['not_structured']);
  });

  it('stays before a person, by the word of the model, when there is nothing in it to read', async () => {
    const loop = await modelNight();
    await say(loop, 'The bridge sounds worried.');
    await loop.run();
    const proposals = bodiesOf(await loop.events(), 'ProposalMade').map(({ proposal }) => proposal);
    expect(proposals.findLast(({ agent }) => agent === 'readiness')?.mind.kind).toBe('model');
    expect((await loop.state()).heldFacts.map(({ ruling }) => ruling.code)).toEqual([
      'not_structured',
    ]);
  });

  it.each([
    ['told in advance', 'Database replication finished at 23:55.', 'told_in_advance'],
    [
      'weekday',
      'Database replication finished on Monday 7 Nov 2026 at 22:20.',
      'weekday_date_disagree',
    ],
    ['zone', 'Database replication finished at 22:20 BST.', 'zone_out_of_season'],
    ['no time', 'Database replication finished.', 'no_number'],
  ])('is held to the traps of time by the rule book: %s', async (_, text, code) => {
    const loop = await modelNight();
    await loop.report([
      {
        kind: 'actual_start',
        checkpoint: 'replication',
        owner: null,
        at: reading(minute(5)),
      },
    ]);
    await say(loop, text);
    await loop.run();
    const rulings = bodiesOf(await loop.events(), 'FactsRuled').flatMap((body) => body.rulings);
    expect(rulings.at(-1)?.code).toBe(code);
    expect(progressIn(await loop.state(), 'replication')?.state).toBe('in_progress');
  });
});

describe('a reading that says more than its words', () => {
  const text =
    'Database replication has not finished at 22:20. Traffic shift approved by the lead.';
  const pointing = (change: object) =>
    wrongInOnePlace('readiness', (_, given) => ({
      readings: [
        {
          statement: (given['statements'] as { factId: string }[])[0]?.factId,
          quote: 'Database replication has not finished at 22:20.',
          kind: 'actual_finish',
          checkpoint: 'replication',
          ...change,
        },
      ],
    }));

  it.each([
    ['what its sentence denies', {}, 'reading_unsupported'],
    ['a "not" cut off', { quote: 'finished at 22:20.' }, 'reading_not_verbatim'],
    [
      'words that are not there',
      { quote: 'Database replication finished at 22:20.' },
      'reading_not_verbatim',
    ],
    ['another checkpoint', { checkpoint: 'traffic' }, 'reading_unsupported'],
  ])(
    'is refused twice as data, then the deterministic mind holds it: %s',
    async (_, change, code) => {
      const loop = await modelNight();
      endpoint.say(pointing(change));
      await say(loop, text);
      await loop.run();
      const events = await loop.events();
      const refused = bodiesOf(events, 'VerdictGiven').filter(({ clean }) => !clean);
      expect(refused.map(({ violations }) => violations.map((v) => v.code))).toEqual([
        [code],
        [code],
        [code],
      ]);
      const told = endpoint.asked.map(givenIn).filter(({ agent }) => agent === 'readiness');
      expect(told.map((one) => one.refused.length)).toEqual([0, 1, 1]);
      const minds = bodiesOf(events, 'ProposalMade').flatMap(({ proposal }) =>
        proposal.agent === 'readiness' ? [proposal.mind] : [],
      );
      expect(minds.at(-1)).toEqual({ kind: 'deterministic', reason: 'model_failed' });
      const { heldFacts } = await loop.state();
      expect(heldFacts.map(({ fact }) => fact.assertion)).toEqual([{ kind: 'statement', text }]);
    },
  );

  it('is refused by the gate itself when a mind reads what only a typed report may say', async () => {
    const loop = await modelNight();
    const { readiness } = modelMinds(settings());
    await say(loop, text);
    const agents = {
      ...loop.deps.agents,
      readiness: {
        name: 'readiness' as const,
        propose: async (slice: Parameters<typeof readiness.propose>[0]) => {
          const thought = await readiness.propose(slice);
          if (thought.body.agent !== 'readiness') return thought;
          const [statement = ''] = slice.state.unruled.map(({ factId }) => factId);
          const quote = 'Traffic shift approved by the lead.';
          const assertion = { kind: 'condition_met' as const, condition: 'signed' };
          const readings = [{ statement, from: text.indexOf(quote), quote, assertion }];
          return { ...thought, body: { ...thought.body, readings } };
        },
      },
    };
    await loop.with({ agents }).run();
    const codes = bodiesOf(await loop.events(), 'VerdictGiven').flatMap((body) => body.violations);
    expect(codes.map(({ code }) => code)).toContain('reading_not_allowed');
  });
});

describe('an ordinary change', () => {
  it('costs at most four calls, each of them written down, and none when nothing changed', async () => {
    const loop = await modelNight();
    const before = endpoint.asked.length;
    await say(loop, 'Database replication started at 22:05. ETA for database replication 23:40.');
    await loop.run();
    expect(endpoint.asked.length - before).toBeLessThanOrEqual(4);
    expect(agentsAsked()).toContain('readiness');
    const events = await loop.events();
    const made = bodiesOf(events, 'ModelAsked');
    const answers = bodiesOf(events, 'ModelAnswered');
    expect(made.length).toBe(endpoint.asked.length);
    expect(answers.map(({ outcome }) => outcome)).toEqual(made.map(() => 'answered'));
    for (const { used } of answers) {
      expect(used.calls).toBe(1);
      expect(used.tokens).toBeGreaterThan(0);
      expect(used.microCost).toBeGreaterThan(0);
    }
    const minds = bodiesOf(events, 'ProposalMade').map(({ proposal }) => proposal.mind);
    expect(minds).toContainEqual(
      expect.objectContaining({
        kind: 'model',
        model: 'test-model',
        promptDigest: made.at(-1)?.promptDigest,
      }),
    );
    const asked = endpoint.asked.length;
    await loop.run();
    await loop.run();
    expect(endpoint.asked.length).toBe(asked);
  });

  it('sends strict schemas and the key, and keeps no answer of a model but its codes', async () => {
    await modelNight();
    expect(endpoint.authorizations).toContain('Bearer test-key');
    for (const { response_format: format } of endpoint.asked) {
      expect(format?.json_schema?.strict).toBe(true);
    }
  });
});

describe('the resequencing mind', () => {
  const late = async (loop: Loop) => {
    await loop.report([
      { kind: 'actual_start', checkpoint: 'replication', owner: null, at: reading(minute(5)) },
      {
        kind: 'forecast_finish',
        checkpoint: 'replication',
        at: reading(minute(100)),
      },
    ]);
    return loop.run();
  };
  const own = (moreMinutes: number) =>
    wrongInOnePlace('resequencing', (_, given) => {
      const [first] = given['alternatives'] as {
        placements: { checkpoint: string; startAt: number; owner: string }[];
      }[];
      const placements = (first?.placements ?? []).map(({ checkpoint: id, startAt, owner }) => ({
        checkpoint: id,
        startAt: startAt + moreMinutes * 60_000,
        owner,
      }));
      return { alternative: null, own: { placements }, rationale: ['more_slack'] };
    });

  it('may write its own order, which the gate judges like any other', async () => {
    const loop = await modelNight();
    endpoint.say(own(10));
    await late(loop);
    const { pending } = await loop.state();
    const traffic = pending?.record.packet.lines.find((line) => line.checkpoint === 'traffic');
    expect(traffic?.startAt).toBe(minute(110));
    expect(
      pending?.record.packet.minds.map(({ agent, mind }) => [agent, mind.kind]),
    ).toContainEqual(['resequencing', 'model']);
  });

  it('is told what its order breaks, and gives way to the solver', async () => {
    const loop = await modelNight();
    endpoint.say(own(-90));
    await late(loop);
    const { pending } = await loop.state();
    const traffic = pending?.record.packet.lines.find((line) => line.checkpoint === 'traffic');
    expect(traffic?.startAt).toBe(minute(100));
    const told = endpoint.asked
      .map(givenIn)
      .filter(({ agent, refused }) => agent === 'resequencing' && refused.length > 0);
    expect(told.length).toBe(2);
  });

  it('may try an order on the rule book, within a stated number of calls', async () => {
    const loop = await modelNight();
    const asking = { calls: [{ name: 'possible_starts', input: { checkpoint: 'traffic' } }] };
    const before = endpoint.asked.length;
    endpoint.say((asked, count) =>
      script([...Array(before).fill(asking), asking, asking])(asked, count),
    );
    await late(loop);
    const asked = endpoint.asked.slice(before);
    expect(asked[1]?.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
    ]);
    expect(asked[1]?.messages[3]?.content).toContain('"owner":"operator"');
    // The third call of a turn is the last: it gets no tools any more.
    expect(asked[2]?.tools).toBeUndefined();
    expect((await loop.state()).pending).not.toBeNull();
  });

  it.each([
    [16, 'answered'],
    [17, 'too_many_rounds'],
    [5_000, 'too_many_rounds'],
  ] as const)('may look up %i things in one reply: %s', async (count, outcome) => {
    const loop = await modelNight();
    const call = { name: 'possible_starts', input: { checkpoint: 'traffic' } };
    const before = endpoint.asked.length;
    endpoint.say(script([...Array(before).fill(call), { calls: Array(count).fill(call) }]));
    await late(loop);
    const answers = bodiesOf(await loop.events(), 'ModelAnswered');
    expect(answers[before]?.outcome).toBe(outcome);
    expect((await loop.state()).pending).not.toBeNull();
  });
});
