/**
 * Runs a drill: declares its runbook on a ledger of its own, delivers its reports, runs the same workflow that serves
 * people, takes its decisions, and scores what was expected after each step. Ids are counted and the clock is the
 * drill's, so that one drill always gives the same bytes.
 */
import { resume, run, type RunResult } from '../../graph/run.ts';
import type { Actor, DecisionBinding, LedgerEvent } from '../../ledger/events.ts';
import { handle } from '../../ledger/handle.ts';
import { load } from '../../ledger/load.ts';
import type { AgentName } from '../../ledger/vocabulary.ts';
import type { Interlock } from '../interlock.ts';
import type { ExpectationText } from './expectations.ts';
import type { AcknowledgementText, DecideText } from './format.ts';
import type { Drill, DrillStep } from './load.ts';
import { type Delivery, type Observed, preparedIn } from './observed.ts';
import { score } from './score.ts';

export type DrillClock = { readonly now: () => number; readonly newId: (kind: string) => string };

/** How the workflow is opened: a new ledger in memory, on the drill's clock and ids. */
export type DrillDeps = {
  readonly open: (clock: DrillClock) => Promise<Interlock>;
  /** Shown every step once it is scored, before the ledger is closed. */
  readonly watch?: (moment: Moment, interlock: Interlock) => Promise<void>;
};

/** One step as it was played: what was seen after it and how long the workflow worked on it. */
export type Moment = {
  readonly step: DrillStep;
  readonly seen: Observed;
  readonly workedMs: number;
};

export type Scored = {
  readonly step: string;
  readonly expectation: ExpectationText;
  /** Whether the expectation is one that must not be met; `met` then says that it was not. */
  readonly never: boolean;
  readonly met: boolean;
  readonly found: string;
};

export type DrillResult = {
  readonly file: string;
  readonly name: string;
  readonly agent: AgentName | null;
  readonly met: number;
  readonly expected: number;
  readonly passed: boolean;
  readonly scored: readonly Scored[];
};

type Stage = {
  readonly drill: Drill;
  readonly interlock: Interlock;
  readonly clock: { at: number };
  readonly deliveries: Map<string, Delivery>;
  /** The ledger position at the end of the last step. */
  heard: number;
};

function actorOf({ drill, clock }: Stage, person: string): Actor {
  return {
    kind: 'person',
    issuer: 'cli',
    subject: person,
    role: drill.plan.leadRole,
    authenticatedAt: clock.at,
    origin: 'drill',
  };
}

async function eventsOf({ drill, interlock }: Stage): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  const page = 1_000;
  for (;;) {
    const more = await interlock.ledger.store.read(drill.plan.cutoverId, {
      after: events.length,
      limit: page,
    });
    events.push(...more);
    if (more.length < page) return events;
  }
}

async function stateOf({ drill, interlock }: Stage) {
  const state = await load(interlock.ledger.store, drill.plan.cutoverId);
  if (state === null) throw new Error(`${drill.file}: the cutover was not declared`);
  return state;
}

/** Declares the runbook. Throws when the ledger refuses it: the drill's files were checked before. */
async function declare(stage: Stage): Promise<void> {
  const { drill, interlock } = stage;
  const outcome = await handle(interlock.ledger, drill.plan.cutoverId, {
    type: 'DeclareCutover',
    plan: drill.plan,
    actor: actorOf(stage, drill.declarer),
  });
  if (outcome.rejection !== null) {
    throw new Error(`${drill.file}: not declared: ${outcome.rejection.detail}`);
  }
}

async function deliver(stage: Stage, step: DrillStep): Promise<void> {
  const { drill, interlock, clock, deliveries } = stage;
  const again = Array.from({ length: step.deliveries }, () => step.reports).flat();
  for (const { body, receivedAt } of again) {
    const arrivedAt = receivedAt ?? Math.min(body.occurredAt, step.now);
    clock.at = Math.max(clock.at, arrivedAt);
    const outcome = await handle(interlock.ledger, drill.plan.cutoverId, {
      type: 'ReceiveReport',
      body,
    });
    const known = outcome.repeated ? 'known_already' : 'received';
    deliveries.set(body.sourceEventId, outcome.rejection === null ? known : 'refused');
  }
}

/** What a person binds a decision to: the packet that waits, or the version they believe in. */
async function bindingFor(stage: Stage, version: number | null): Promise<DecisionBinding> {
  const { pending } = await stateOf(stage);
  const prepared = (await eventsOf(stage)).flatMap(({ body }) =>
    body.type === 'PacketPrepared' ? [body] : [],
  );
  const asked = prepared.findLast(({ packet }) => packet.version === version);
  const believed = asked ?? prepared.at(-1);
  return {
    packetId: believed?.packet.packetId ?? 'none',
    packetVersion: believed?.packet.version ?? null,
    packetHash: believed?.packetHash ?? '',
    basisDigest: believed?.packet.basisDigest ?? '',
    nonce: pending?.request?.nonce ?? 'none',
  };
}

async function decide(stage: Stage, wanted: DecideText): Promise<Observed['decision']> {
  const { drill, interlock } = stage;
  const { cutoverId } = drill.plan;
  const adopting = 'adopt' in wanted;
  const binding = await bindingFor(stage, adopting ? (wanted.packet ?? null) : null);
  const outcome = await handle(
    interlock.ledger,
    cutoverId,
    adopting
      ? { type: 'AdoptPacket', binding, actor: actorOf(stage, wanted.adopt) }
      : {
          type: 'DeclinePacket',
          binding,
          actor: actorOf(stage, wanted.decline),
          reason: wanted.reason,
        },
  );
  const decision = outcome.events.find(
    ({ body }) => body.type === 'PacketAdopted' || body.type === 'PacketDeclined',
  );
  if (decision !== undefined) await resume(interlock.graph, cutoverId, decision.version);
  return outcome.rejection === null ? 'taken' : outcome.rejection.code;
}

/** A person says to have seen the current packet, or the version they name. */
async function acknowledge(
  stage: Stage,
  wanted: AcknowledgementText,
): Promise<Observed['acknowledgement']> {
  const { drill, interlock } = stage;
  const own = typeof wanted === 'string' ? { person: wanted, packet: null } : wanted;
  const { person } = own;
  const { current } = await stateOf(stage);
  const version = own.packet ?? current?.packet.version;
  const seen = preparedIn(await eventsOf(stage)).find((packet) => packet.version === version);
  const outcome = await handle(interlock.ledger, drill.plan.cutoverId, {
    type: 'AcknowledgePacket',
    packetId: seen?.packetId ?? 'none',
    person,
    actor: actorOf(stage, person),
  });
  return outcome.rejection === null ? 'taken' : outcome.rejection.code;
}

/** The same ledger with every graph checkpoint gone, as after a crash that lost them. */
async function forgetCheckpoints({ interlock }: Stage): Promise<void> {
  const threads = new Set<string>();
  for await (const tuple of interlock.graph.checkpointer.list({})) {
    const thread: unknown = tuple.config.configurable?.['thread_id'];
    if (typeof thread === 'string') threads.add(thread);
  }
  for (const thread of threads) await interlock.graph.checkpointer.deleteThread(thread);
}

async function play(stage: Stage, step: DrillStep): Promise<Moment> {
  const { drill, interlock, clock } = stage;
  const since = stage.heard;
  await deliver(stage, step);
  clock.at = Math.max(clock.at, step.now);
  if (step.restart) await forgetCheckpoints(stage);
  let outcome: RunResult['outcome'] | null = null;
  const begun = performance.now();
  for (let turn = 0; turn < step.runs; turn += 1) {
    ({ outcome } = await run(interlock.graph, drill.plan.cutoverId));
  }
  const workedMs = performance.now() - begun;
  const decision = step.decide === null ? null : await decide(stage, step.decide);
  let acknowledgement: Observed['acknowledgement'] = null;
  for (const one of step.acknowledge) acknowledgement = await acknowledge(stage, one);
  const events = await eventsOf(stage);
  stage.heard = events.length;
  const seen = {
    state: await stateOf(stage),
    events,
    since,
    agent: drill.agent,
    run: outcome,
    deliveries: stage.deliveries,
    decision,
    acknowledgement,
  };
  return { step, seen, workedMs };
}

/** Every expectation of a step with what was found; one that must not be met counts as met when it is not. */
function scoredIn({ step, seen }: Moment): Scored[] {
  const marked = (never: boolean) => (expectation: ExpectationText) => {
    const { met, found } = score(expectation, seen);
    return { step: step.name, expectation, never, met: met !== never, found };
  };
  return [...step.expect.map(marked(false)), ...step.never.map(marked(true))];
}

/** Runs a loaded drill and scores every expectation of every step. */
export async function runDrill(drill: Drill, deps: DrillDeps): Promise<DrillResult> {
  const clock = { at: drill.steps[0]?.now ?? 0 };
  const counts = new Map<string, number>();
  const newId = (kind: string): string => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return `${kind}-${count}`;
  };
  const interlock = await deps.open({ now: () => clock.at, newId });
  const stage: Stage = { drill, interlock, clock, deliveries: new Map(), heard: 0 };
  const scored: Scored[] = [];
  try {
    await declare(stage);
    for (const step of drill.steps) {
      const moment = await play(stage, step);
      scored.push(...scoredIn(moment));
      await deps.watch?.(moment, interlock);
    }
  } finally {
    await interlock.close();
  }
  const met = scored.filter((one) => one.met).length;
  const { file, name, agent } = drill;
  return { file, name, agent, met, expected: scored.length, passed: met === scored.length, scored };
}
