/**
 * The relay: looks through the outboxes of every cutover and sends what is due. Any number of them may run on one
 * ledger. It keeps nothing that matters: what was queued, claimed and sent stands in the ledger, and a sweep finds it.
 */
import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleType } from 'cockatiel';
import type { CutoverState } from '../../ledger/cutover.ts';
import { handle } from '../../ledger/handle.ts';
import { load } from '../../ledger/load.ts';
import type { Outbox } from '../../ledger/outbox.ts';
import type { Id, Instant } from '../../ledger/vocabulary.ts';
import { type AckSettings, ackUrlOf } from './ackLink.ts';
import { type Attempt, type AttemptDeps, makeAttempt } from './attempt.ts';
import { type Audience, courseFor } from './course.ts';
import type { Letter } from './letter.ts';
import type { Sender } from './outgoing.ts';
import { packetsOf } from './packets.ts';
import type { Sink } from './sink.ts';
import { type Step, stepFor } from './step.ts';
import { sweeper } from './sweep.ts';

export type RelayDeps = Omit<AttemptDeps, keyof Sender | 'cut'> & {
  /** Null: messages carry no link to acknowledge. */
  readonly ack: AckSettings | null;
  readonly sinks: readonly Sink[];
  readonly audience: Omit<Audience, 'channels'>;
  /** For so long a sink that fails for everybody is left alone. */
  readonly circuitOpenMs: number;
  /** Milliseconds between two looks at everything. */
  readonly sweepMs: number;
  /** Told of every trouble that a look ended in; the next look comes all the same. */
  readonly onTrouble: (cutoverId: Id | null, error: unknown) => void;
};

export type Relay = {
  /** Begins to look by itself, again and again. */
  start(): void;
  /**
   * Begins nothing more and waits for what is being sent, for as long as one attempt may take or so many milliseconds: what
   * has no answer then is broken off, and the ledger told so.
   */
  stop(drainMs?: number): Promise<void>;
  /** Sends what is due in one cutover; when something will be due next, or null when nothing waits. */
  drain(cutoverId: Id): Promise<Instant | null>;
};

const peopleAtOnce = 4;
const failuresThatOpen = 4;

/** A sink that does not work for anybody now. */
class SinkDown extends Error {
  override readonly name = 'SinkDown';
}

const newCircuit = (openForMs: number) =>
  circuitBreaker(handleType(SinkDown), {
    halfOpenAfter: openForMs,
    breaker: new ConsecutiveBreaker(failuresThatOpen),
  });

/** One circuit for each sink; for webhooks, one for each place. */
const circuitKey = ({ target }: Attempt): string =>
  target.channel === 'webhook' ? new URL(target.address).origin : target.channel;

type Progress = { readonly moved: boolean; readonly nextAt: Instant | null };

const after = (now: Instant, ms: number): Progress => ({ moved: false, nextAt: now + ms });

function attempter(deps: AttemptDeps & Pick<RelayDeps, 'circuitOpenMs'>) {
  const circuits = new Map<string, ReturnType<typeof newCircuit>>();
  return async (what: Attempt): Promise<'done' | 'not_granted' | 'circuit_open'> => {
    const key = circuitKey(what);
    const circuit = circuits.get(key) ?? newCircuit(deps.circuitOpenMs);
    circuits.set(key, circuit);
    try {
      const result = await circuit.execute(async () => {
        const made = await makeAttempt(deps, what);
        const down = ['unreachable', 'no_answer', 'refused_for_now'];
        if (made?.kind === 'failed' && !made.final && down.includes(made.reason)) {
          throw new SinkDown(made.reason);
        }
        return made;
      });
      return result === null ? 'not_granted' : 'done';
    } catch (error) {
      if (error instanceof BrokenCircuitError) return 'circuit_open';
      if (error instanceof SinkDown) return 'done';
      throw error;
    }
  };
}

type Person = { readonly cutoverId: Id; readonly person: Id; readonly outbox: Outbox };

function stepper(deps: RelayDeps, attempt: ReturnType<typeof attempter>) {
  const sinks = new Map(deps.sinks.map((sink) => [sink.channel, sink]));
  const retrySoonMs = 1_000;
  const tryTargets = async (
    { cutoverId, person, outbox }: Person,
    targets: Extract<Step, { kind: 'attempt' }>['targets'],
  ): Promise<Progress> => {
    const { now } = deps.ledger;
    for (const target of targets) {
      const sink = sinks.get(target.channel);
      if (sink === undefined) continue;
      const wait = await sink.takePlace(target);
      if (wait > 0) return after(now(), wait);
      const { noticeId } = outbox;
      const became = await attempt({ cutoverId, person, noticeId, target, sink });
      if (became === 'done') return { moved: true, nextAt: null };
      if (became === 'not_granted') return after(now(), retrySoonMs);
    }
    return after(now(), Math.ceil(deps.circuitOpenMs / 5));
  };
  return async (who: Person, step: Step): Promise<Progress> => {
    switch (step.kind) {
      case 'wait':
        return { moved: false, nextAt: step.until };
      case 'suppress': {
        const { cutoverId, person, outbox } = who;
        const { noticeId } = outbox;
        const { reason } = step;
        const { events } = await handle(deps.ledger, cutoverId, {
          type: 'SuppressNotice',
          noticeId,
          person,
          reason,
        });
        return events.length > 0
          ? { moved: true, nextAt: null }
          : after(deps.ledger.now(), retrySoonMs);
      }
      case 'attempt':
        return tryTargets(who, step.targets);
    }
  };
}

type Work = { readonly who: Person; readonly step: Step };

/** What there is to do in a cutover, those who must acknowledge first. */
function workOf(state: CutoverState, deps: RelayDeps): Work[] {
  const { cutoverId, situation, current } = state;
  if (current === null) return [];
  const audience = {
    ...deps.audience,
    channels: new Set(deps.sinks.map(({ channel }) => channel)),
  };
  const at = { now: deps.ledger.now(), windowSeconds: deps.windowSeconds };
  const first = new Set(current.packet.mustAcknowledge);
  return Object.entries(state.outbox)
    .flatMap(([person, outbox]) => {
      const step = stepFor(outbox, courseFor(person, situation.plan, audience), at);
      return step === null ? [] : [{ who: { cutoverId, person, outbox }, step }];
    })
    .toSorted(
      (one, other) => Number(first.has(other.who.person)) - Number(first.has(one.who.person)),
    );
}

/** All of it, some at a time. Ends only when nothing is under way any more, even when something failed. */
async function inTurns<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  isOver: () => boolean,
): Promise<R[]> {
  const results: R[] = [];
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) {
      if (isOver()) return;
      results.push(await work(item));
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: peopleAtOnce }, worker));
  const failure = ended.find((one) => one.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return results;
}

const earliest = (instants: readonly (Instant | null)[]): Instant | null => {
  const known = instants.filter((instant) => instant !== null);
  return known.length === 0 ? null : Math.min(...known);
};

/** A relay on these parts. Nothing is sent before `start` or `drain`. */
export function relay(deps: RelayDeps): Relay {
  const packets = packetsOf(deps.ledger.store);
  const { ack } = deps;
  const linkOf = ack === null ? null : (letter: Letter) => ackUrlOf(letter, ack);
  const cut = new AbortController();
  const doStep = stepper(deps, attempter({ ...deps, packets, linkOf, cut: cut.signal }));
  let isStopping = false;
  const drain = async (cutoverId: Id): Promise<Instant | null> => {
    for (;;) {
      const state = await load(deps.ledger.store, cutoverId);
      const work = state === null ? [] : workOf(state, deps);
      if (work.length === 0) return null;
      if (isStopping) return deps.ledger.now();
      const progress = await inTurns(
        work,
        ({ who, step }) => doStep(who, step),
        () => isStopping,
      );
      if (!progress.some(({ moved }) => moved)) {
        return earliest(progress.map(({ nextAt }) => nextAt));
      }
    }
  };
  const sweep = sweeper({ ...deps, drain });
  return {
    drain: (cutoverId) => sweep.drainNow(cutoverId),
    start: () => sweep.start(),
    stop: async (drainMs) => {
      isStopping = true;
      const patience = drainMs === undefined ? null : setTimeout(() => cut.abort(), drainMs);
      await sweep.stop();
      if (patience !== null) clearTimeout(patience);
      await Promise.all(deps.sinks.map((sink) => sink.close()));
    },
  };
}
