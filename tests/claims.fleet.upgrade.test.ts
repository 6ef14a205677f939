/**
 * C19 with real builds on PostgreSQL: questions wait and a run is in the middle of its work when a build with another
 * graph and stricter rules starts beside the old one. A decision takes effect on exactly the bytes that waited, or is
 * refused with its reason on record; a build that counts the basis otherwise makes the old one stop.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import { graphVersion } from '../graph/graph.ts';
import { digestOf } from '../ledger/canonical.ts';
import type { PacketRecord } from '../ledger/cutover.ts';
import type { EventBody, EventOf, EventType } from '../ledger/events.ts';
import type { Judge } from '../ledger/judge.ts';
import { load } from '../ledger/load.ts';
import type { Plan } from '../ledger/plan.ts';
import { verify } from '../ledger/verify.ts';
import { decisionFaults } from './support/audit.ts';
import { type Change, changedBuild } from './support/changedBuild.ts';
import {
  declareTonight,
  eventsOf,
  eventually,
  fleetPlan,
  type Half,
  ledgerOn,
  tonight,
  typesOf,
} from './support/fleet.ts';
import { type Answer, type Call, type Caller, codeOf, post } from './support/httpCallers.ts';
import { type KillFleet, killFleet } from './support/killFleet.ts';
import { decisionOn, lateReport, waitsForDecision } from './support/killNight.ts';
import { scaled, takeYourTime } from './support/scale.ts';
import { kinds } from './support/stores.ts';
import { builtFolder } from './support/supplied.ts';

takeYourTime();

const nextGraph = 'loop-next';
/** Another graph: its interrupt is in a node of another name, and before the gate stands one more. */
const otherGraph: readonly Change[] = [
  { file: 'graph/graph.ts', from: `'${graphVersion}'`, to: `'${nextGraph}'` },
  { file: 'graph/graph.ts', from: "goto: 'approval'", to: "goto: 'consent'" },
  { file: 'graph/graph.ts', from: ".addNode('approval'", to: ".addNode('consent'" },
  { file: 'graph/graph.ts', from: ".addEdge('approval'", to: ".addEdge('consent'" },
  {
    file: 'graph/graph.ts',
    from: ".addEdge('packet', 'gate')",
    to: ".addNode('pass', () => ({})).addEdge('packet', 'pass').addEdge('pass', 'gate')",
  },
  { file: 'graph/deps.ts', from: "'approval'", to: "'consent'" },
  { file: 'ledger/load.ts', from: "foldVersion = '", to: "foldVersion = 'next-" },
];
/** A rollback keeps ten minutes in hand: told to the rule book and to the solver, which share no code. */
const stricter: readonly Change[] = [
  { file: 'constraints/judge.ts', from: 'const edition = ', to: 'const edition = 1_000 + ' },
  ...[
    'constraints/times.ts',
    'constraints/holdClaims.ts',
    'constraints/packetFloat.ts',
    'solver/normalise/limits.ts',
  ].map((file) => ({
    file,
    from: 'rollbackMinutes * minuteMs',
    to: 'rollbackMinutes * minuteMs - 10 * minuteMs',
  })),
];
/** The basis counts names too, by which the older build would find every question moved: a step makes it stop. */
const otherBasis: readonly Change[] = [
  { file: 'constraints/judge.ts', from: 'const edition = ', to: 'const edition = 2_000 + ' },
  {
    file: 'constraints/basis.ts',
    from: 'plan: planBasis(situation.plan)',
    to: 'plan: { ...planBasis(situation.plan), name: situation.plan.name }',
  },
  {
    file: 'ledger/stores/postgresSchema.ts',
    from: '  oldest,\n];',
    to: "  oldest,\n  { name: 'another basis', statements: [] },\n];",
  },
];

const isOf =
  <T extends EventType>(type: T) =>
  (body: EventBody): body is EventOf<T> =>
    body.type === type;

type Build = { readonly folder: string; readonly remove: () => void; readonly judge: Judge };

async function buildWith(built: string, changes: readonly Change[]): Promise<Build> {
  const build = changedBuild(built, changes);
  const rules: { readonly judge: Judge } = await import(join(build.folder, 'constraints/judge.js'));
  return { ...build, judge: rules.judge };
}

/** A night on a ledger that several builds share, and those who tell and decide. */
async function nightOn(fleet: KillFleet) {
  const { store } = fleet;
  const { board, lead } = await fleet.walker(() => []);
  let asked = 0;
  const ask = async (server: Half, caller: Caller, call: Call): Promise<Answer> => {
    const key = `ask-${(asked += 1)}`;
    const answer = await post(await server.url, caller, { ...call, key });
    if (answer === null) throw new Error(`no answer to ${call.path}`);
    return answer;
  };
  return {
    declare: async (cutoverId: string, change: Partial<Plan> = {}) => {
      await declareTonight(ledgerOn(store), fleetPlan(cutoverId, change));
      await eventually(
        `packet 1 of ${cutoverId}`,
        async () => (await load(store, cutoverId))?.current,
      );
    },
    /** The source says that the first step starts so many minutes into the night. */
    tell: (server: Half, cutoverId: string, minutes: number): Promise<Answer> =>
      ask(server, board, lateReport(cutoverId, { id: `late-${asked}`, minutes })),
    /** What waits for a decision, other than these bytes. */
    question: (cutoverId: string, otherThan = ''): Promise<PacketRecord> =>
      eventually(`a question about ${cutoverId}`, async () => {
        const record = waitsForDecision(await load(store, cutoverId));
        return record?.packetHash === otherThan ? null : record;
      }),
    adopt: (server: Half, cutoverId: string, seen: PacketRecord): Promise<Answer> =>
      ask(server, lead, decisionOn(cutoverId, seen, 'adopt')),
    current: async (cutoverId: string) => (await load(store, cutoverId))?.current ?? null,
    /** How many events it has but those of notices, which the relays settle beside all else. */
    moves: async (cutoverId: string): Promise<number> =>
      typesOf(await eventsOf(store, cutoverId)).filter((type) => !type.startsWith('Notice')).length,
    all: async <T extends EventType>(cutoverId: string, type: T): Promise<EventOf<T>[]> =>
      (await eventsOf(store, cutoverId)).map(({ body }) => body).filter(isOf(type)),
  };
}

describe('C19: a build with another graph and stricter rules beside the old one', () => {
  let next: Build;
  let fleet: KillFleet;
  let night: Awaited<ReturnType<typeof nightOn>>;
  let old: { readonly server: Half; readonly worker: Half };
  let young: { readonly server: Half; readonly worker: Half };
  const seen = new Map<string, PacketRecord>();
  const shown = (cutoverId: string): PacketRecord => {
    const record = seen.get(cutoverId);
    if (record === undefined) throw new Error(`nobody asked about ${cutoverId}`);
    return record;
  };
  beforeAll(async () => {
    const [, postgres] = kinds;
    if (postgres === undefined) throw new Error('no PostgreSQL among the stores');
    const built = await builtFolder();
    next = await buildWith(built, [...otherGraph, ...stricter]);
    fleet = await killFleet(postgres, built);
    night = await nightOn(fleet);
    const server = fleet.start('serve');
    const before = fleet.start('work');
    // In packet 2 of the tight night `shift` starts at 80 minutes, which the old rules allow and the new ones do not.
    const guardrail = {
      id: 'rollback-of-shift',
      pointOfNoReturn: 'shift',
      rollbackMinutes: 30,
      mustEndAt: tonight(115),
    };
    await night.declare('roomy');
    await night.declare('tight', { guardrails: [guardrail] });
    await night.declare('under-way');
    for (const cutoverId of ['roomy', 'tight']) {
      expect((await night.tell(server, cutoverId, 20)).status).toBe(202);
      seen.set(cutoverId, await night.question(cutoverId));
    }
    expect(await before.stop()).toBe(0);
    old = { server, worker: fleet.start('work', 'node.packet:1:stop') };
    expect((await night.tell(server, 'under-way', 20)).status).toBe(202);
    await old.worker.stopped();
    const start = fleet.startOf(next.folder);
    young = { server: start('serve'), worker: start('work') };
  });
  afterAll(async () => {
    await fleet?.close();
    next?.remove();
  });

  it('ends the run that the old one was in the middle of, and proposes again; the old one wakes up and changes nothing', async () => {
    const record = await night.question('under-way');
    const runs = await night.all('under-way', 'RunStarted');
    expect(runs.map((run) => run.graphVersion)).toEqual([graphVersion, graphVersion, nextGraph]);
    const ended = await night.all('under-way', 'RunEnded');
    expect(ended.at(-1)).toMatchObject({ runId: runs[1]?.runId, outcome: 'overtaken' });
    const verdicts = await night.all('under-way', 'VerdictGiven');
    expect(verdicts.at(-1)).toMatchObject({ checkerVersion: next.judge.version, clean: true });
    const moves = await night.moves('under-way');
    old.worker.signal('SIGCONT');
    await eventually('the old worker to answer', async () =>
      fetch(`${await old.worker.url}/healthz`).then(({ ok }) => ok),
    );
    await pause(500);
    expect(await night.moves('under-way')).toBe(moves);
    expect((await night.adopt(young.server, 'under-way', record)).status).toBe(200);
    expect(await night.current('under-way')).toEqual(record);
  });

  it('adopts what the old one asked about, on exactly the bytes that waited and by the rules of its own', async () => {
    const record = shown('roomy');
    expect(await night.question('roomy')).toEqual(record);
    expect((await night.adopt(young.server, 'roomy', record)).status).toBe(200);
    const [, adopted] = await night.all('roomy', 'PacketAdopted');
    expect(next.judge.version).not.toBe(judge.version);
    expect(adopted).toMatchObject({
      binding: { packetHash: record.packetHash },
      checkerVersion: next.judge.version,
    });
    expect(await night.current('roomy')).toEqual(record);
    expect(digestOf('packet', record.packet)).toBe(record.packetHash);
    const runs = await night.all('roomy', 'RunStarted');
    expect(runs.map((run) => run.graphVersion)).toEqual([graphVersion, graphVersion]);
    expect((await night.all('roomy', 'RunEnded')).at(-1)?.outcome).toBe('adopted');
  });

  it('works with it on one ledger: each answers the questions of the other, and nothing goes back and forth', async () => {
    old.worker.signal('SIGCONT');
    const halves = new Map([
      [graphVersion, { other: young.server, rules: next.judge.version }],
      [nextGraph, { other: old.server, rules: judge.version }],
    ]);
    const asked = new Set<string>();
    let nights = 0;
    for (; asked.size < halves.size || nights < scaled(2); nights += 1) {
      expect(nights).toBeLessThan(scaled(40));
      const cutoverId = `both-${nights}`;
      await night.declare(cutoverId);
      for (const minutes of [20, 35]) {
        const teller = minutes === 20 ? old.server : young.server;
        expect((await night.tell(teller, cutoverId, minutes)).status).toBe(202);
        const record = await night.question(cutoverId);
        const version = (await night.all(cutoverId, 'RunStarted')).at(-1)?.graphVersion ?? '';
        const decider = halves.get(version);
        if (decider === undefined) throw new Error(`a run of ${version}`);
        asked.add(version);
        expect((await night.adopt(decider.other, cutoverId, record)).status).toBe(200);
        expect((await night.all(cutoverId, 'PacketAdopted')).at(-1)).toMatchObject({
          binding: { packetHash: record.packetHash },
          checkerVersion: decider.rules,
        });
        expect(await night.current(cutoverId)).toEqual(record);
      }
    }
    const headsNow = () => fleet.store.heads();
    const heads = await eventually('all at rest', async () => {
      const before = await headsNow();
      await pause(1_000);
      return JSON.stringify(await headsNow()) === JSON.stringify(before) ? before : null;
    });
    for (const { cutoverId } of heads.filter(({ cutoverId }) => cutoverId.startsWith('both'))) {
      const events = await eventsOf(fleet.store, cutoverId);
      expect(decisionFaults(events, judge, next.judge)).toEqual([]);
      expect(await night.all(cutoverId, 'ApprovalCleared')).toEqual([]);
    }
    expect(await verify(fleet.store)).toMatchObject({ ok: true });
  });

  it('refuses, on record and with the rule, what its own rules do not allow any more, and then proposes what they do', async () => {
    const record = shown('tight');
    // What the old one proposes from here on would be refused as well.
    expect(await old.worker.stop()).toBe(0);
    const before = await night.current('tight');
    const answer = await night.adopt(young.server, 'tight', record);
    expect([answer.status, codeOf(answer)]).toEqual([409, 'check_failed']);
    expect(await night.all('tight', 'DecisionRefused')).toMatchObject([
      {
        code: 'check_failed',
        binding: { packetHash: record.packetHash },
        violations: expect.arrayContaining([
          expect.objectContaining({ code: 'past_last_safe_start', checkpoint: 'shift' }),
        ]),
      },
    ]);
    expect(await night.current('tight')).toEqual(before);
    await night.tell(young.server, 'tight', 14);
    const better = await night.question('tight', record.packetHash);
    expect((await night.adopt(young.server, 'tight', better)).status).toBe(200);
    expect(await night.current('tight')).toEqual(better);
  });

  it('stops, as the old one does, at the step of a build that counts the basis otherwise, which clears what waits, on record, and asks again', async () => {
    const last = await buildWith(await builtFolder(), [...otherGraph, ...otherBasis]);
    try {
      await night.declare('payments');
      await night.tell(old.server, 'payments', 20);
      const record = await night.question('payments');
      const start = fleet.startOf(last.folder);
      const words = [join(last.folder, 'service/main.js'), 'migrate'];
      const env = { PATH: process.env['PATH'], INTERLOCK_LEDGER: fleet.address };
      const migrated = spawnSync(process.execPath, words, { env, encoding: 'utf8' });
      expect(migrated.stdout + migrated.stderr).toContain('another basis');

      const server = start('serve');
      start('work');
      const again = await night.question('payments', record.packetHash);
      expect(await night.all('payments', 'ApprovalCleared')).toMatchObject([
        { packetId: record.packet.packetId, reason: 'basis_moved' },
      ]);
      await eventually('a worker that is told so', async () =>
        young.worker.said().includes('wrong_schema'),
      );
      const moves = await night.moves('payments');
      for (const half of [old.server, young.server]) {
        const answer = await night.adopt(half, 'payments', again);
        expect([answer.status, codeOf(answer)]).toEqual([503, 'ledger_wrong_schema']);
      }
      expect(await night.moves('payments')).toBe(moves);

      const stale = await night.adopt(server, 'payments', record);
      expect(stale.status).toBe(409);
      expect(await night.all('payments', 'DecisionRefused')).toMatchObject([
        { code: codeOf(stale), binding: { packetHash: record.packetHash } },
      ]);
      expect((await night.adopt(server, 'payments', again)).status).toBe(200);
      expect(await night.current('payments')).toEqual(again);
      const events = await eventsOf(fleet.store, 'payments');
      expect(decisionFaults(events, judge, next.judge, last.judge)).toEqual([]);
      expect(await verify(fleet.store)).toMatchObject({ ok: true });
    } finally {
      last.remove();
    }
  });
});
