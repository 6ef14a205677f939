/**
 * A whole loop for tests: a real ledger in memory or in a file, the real rule book and solver, the real graph, a clock
 * set by hand and ids that count. Nothing in it is a stand-in but time.
 */
import { MemorySaver } from '@langchain/langgraph';
import { deterministicAgents } from '../../agents/deterministic.ts';
import { judge } from '../../constraints/judge.ts';
import { type GraphDeps, resume, run, type RunResult } from '../../graph/run.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import type { LedgerCommand } from '../../ledger/commands.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { DecisionBinding, LedgerEvent } from '../../ledger/events.ts';
import type { Assertion, ReportBody } from '../../ledger/facts.ts';
import { handle, type LedgerDeps, type Outcome } from '../../ledger/handle.ts';
import { load } from '../../ledger/load.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { Store } from '../../ledger/store.ts';
import { openSqliteStore } from '../../ledger/stores/sqlite.ts';
import { actor, minute } from './build.ts';

export type Loop = {
  readonly cutoverId: string;
  readonly deps: GraphDeps;
  readonly clock: { at: number };
  /** The same ledger with other parts: another checkpointer, agents or watcher. */
  with(change: Partial<GraphDeps>): Loop;
  run(): Promise<RunResult>;
  resume(decisionVersion: number): Promise<void>;
  give(command: LedgerCommand): Promise<Outcome>;
  report(assertions: readonly Assertion[], change?: Partial<ReportBody>): Promise<Outcome>;
  events(): Promise<LedgerEvent[]>;
  state(): Promise<CutoverState>;
  /** What a person who sees the pending packet binds to. */
  binding(): Promise<DecisionBinding>;
  /** The lead adopts what is pending; the position of the decision. */
  adopt(by?: string): Promise<number>;
  decline(by?: string): Promise<number>;
};

export function counter(): (kind: string) => string {
  const counts = new Map<string, number>();
  return (kind) => {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return `${kind}-${counts.get(kind)}`;
  };
}

const decided = async (loop: Loop, outcome: Outcome): Promise<number> => {
  const event = outcome.events.find(({ body }) => body.type.startsWith('Packet'));
  if (outcome.rejection !== null || event === undefined) {
    throw new Error(`${loop.cutoverId}: not decided: ${canonicalJson(outcome.rejection)}`);
  }
  return event.version;
};

/** The loop on these parts. */
export function loopWith(deps: GraphDeps, cutoverId: string, clock: { at: number }): Loop {
  const count = counter();
  const loop: Loop = {
    cutoverId,
    deps,
    clock,
    with: (change) => loopWith({ ...deps, ...change }, cutoverId, clock),
    run: () => run(deps, cutoverId),
    resume: (version) => resume(deps, cutoverId, version),
    give: (command) => handle(deps.ledger, cutoverId, command),
    report: (assertions, change = {}) =>
      loop.give({
        type: 'ReceiveReport',
        body: {
          source: 'board',
          sourceEventId: count('event'),
          sourceSequence: null,
          reporter: 'operator',
          occurredAt: clock.at,
          underPacketVersion: null,
          text: 'as told',
          assertions: assertions.map((assertion) => ({ text: assertion.kind, assertion })),
          ...change,
        },
      }),
    events: () => deps.ledger.store.read(cutoverId, { after: 0 }),
    state: async () => {
      const state = await load(deps.ledger.store, cutoverId);
      if (state === null) throw new Error(`${cutoverId} is not declared`);
      return state;
    },
    binding: async () => {
      const { pending } = await loop.state();
      if (pending?.request == null) throw new Error('nothing is pending');
      const { packetId, packetHash, basisDigest, nonce } = pending.request;
      const packetVersion = pending.record.packet.version;
      return { packetId, packetVersion, packetHash, basisDigest, nonce };
    },
    adopt: async (by = 'lead') =>
      decided(
        loop,
        await loop.give({ type: 'AdoptPacket', binding: await loop.binding(), actor: actor(by) }),
      ),
    decline: async (by = 'lead') =>
      decided(
        loop,
        await loop.give({
          type: 'DeclinePacket',
          binding: await loop.binding(),
          actor: actor(by),
          reason: 'not tonight',
        }),
      ),
  };
  return loop;
}

export type LoopOptions = {
  readonly store?: Store;
  readonly at?: number;
  readonly checkpointer?: GraphDeps['checkpointer'];
};

/** A loop on which this plan has just been declared by its lead, before the night begins. */
export async function loopOn(plan: Plan, options: LoopOptions = {}): Promise<Loop> {
  const clock = { at: options.at ?? minute(-60) };
  const store = options.store ?? (await openSqliteStore(':memory:'));
  const ledger: LedgerDeps = { store, judge, now: () => clock.at, newId: counter() };
  const deps: GraphDeps = {
    ledger,
    checkpointer: options.checkpointer ?? new MemorySaver(),
    agents: deterministicAgents,
  };
  const loop = loopWith(deps, plan.cutoverId, clock);
  const outcome = await loop.give({ type: 'DeclareCutover', plan, actor: actor() });
  if (outcome.rejection !== null) throw new Error(canonicalJson(outcome.rejection));
  return loop;
}

/** The events as a story: ids by order of appearance, no hashes, no instants of recording. */
export function storyOf(events: readonly LedgerEvent[]): string[] {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  const named = (id: string, kind: string): string => {
    const known = names.get(id);
    if (known !== undefined) return known;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const name = `${kind}#${counts.get(kind)}`;
    names.set(id, name);
    return name;
  };
  return events.map(({ body }) =>
    canonicalJson(body)
      .replaceAll(/\b(run|nonce|notice|report|fact)-\d+\b/g, (id, kind: string) => named(id, kind))
      .replaceAll(/"[0-9a-f]{64}"/g, '"digest"'),
  );
}
