/**
 * One small night that is walked over HTTP while processes die: reports, each sent twice, decisions in between, and
 * notices to a real receiver. It keeps what it was promised, and afterwards says what of that does not hold.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { judge } from '../../constraints/judge.ts';
import type { CutoverState, PacketRecord } from '../../ledger/cutover.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import { load } from '../../ledger/load.ts';
import { isWaiting } from '../../ledger/outbox.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { Store } from '../../ledger/store.ts';
import { decisionFaults } from './audit.ts';
import { eventsOf, eventually, fleetPlan, tonight, typesOf } from './fleet.ts';
import { type Answer, type Call, type Caller, codeOf, postUntilAnswered } from './httpCallers.ts';
import type { Receiver } from './sinks.ts';

/** The fleet's plan, with everybody reachable by the receiver. */
export function killPlan(cutoverId: string, receiver: Receiver): Plan {
  const plan = fleetPlan(cutoverId, { notices: 'on' });
  const contacts = [{ channel: 'webhook' as const, address: receiver.url }];
  return { ...plan, people: plan.people.map((person) => ({ ...person, contacts })) };
}

export type Walker = {
  readonly store: Store;
  /** Where servers listen now, in the order in which they are asked. */
  readonly servers: () => readonly string[];
  readonly board: Caller;
  readonly lead: Caller;
};

/** What somebody outside was told. */
export type Promised = {
  /** Source event ids of reports that were acknowledged. */
  readonly acknowledged: readonly string[];
  /** The packets that were said to be adopted, in their order. */
  readonly adopted: readonly string[];
  /** Requests that got no answer. */
  readonly lost: number;
  /** What was waited for longest: a packet, an answer, a decision, a cutover at rest. */
  readonly longestWait: { readonly what: string; readonly ms: number };
};

/** The request that says that the first step starts so many minutes into the night. */
export const lateReport = (
  cutoverId: string,
  { id, minutes }: { readonly id: string; readonly minutes: number },
): Call & { readonly body: object } => ({
  path: `/cutovers/${cutoverId}/reports`,
  body: {
    id,
    source: 'board',
    by: 'operator',
    occurred: new Date().toISOString(),
    facts: [{ revised: { checkpoint: 'rollback', at: new Date(tonight(minutes)).toISOString() } }],
  },
});

/** The request that adopts or declines the packet that waits. */
export const decisionOn = (
  cutoverId: string,
  { packet, packetHash: ifMatch }: PacketRecord,
  decision: 'adopt' | 'decline',
): Call => ({
  path: `/cutovers/${cutoverId}/packets/${packet.packetId}/${decision}`,
  body: decision === 'adopt' ? {} : { reason: 'wait' },
  ifMatch,
});

/** The packet that waits for a decision on everything that was reported; null while there is none. */
export const waitsForDecision = (state: CutoverState | null): PacketRecord | null =>
  state !== null && state.unruled.length === 0 && state.pending?.request != null
    ? state.pending.record
    : null;

const isTaken = ({ status }: Answer): boolean => status === 200 || status === 202;

async function report(
  { servers, board }: Walker,
  cutoverId: string,
  said: { readonly id: string; readonly minutes: number },
): Promise<number> {
  const { id } = said;
  const { path, body } = lateReport(cutoverId, said);
  const first = await postUntilAnswered(servers, board, { path, body });
  const others = () => servers().toReversed();
  const again = await postUntilAnswered(others, board, { path, body });
  for (const { answer } of [first, again]) {
    if (!isTaken(answer)) throw new Error(`${id}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  return first.lost + again.lost;
}

/** Adopts what waits; what was overtaken meanwhile is looked at again, as a person would. */
async function adopt({ store, servers, lead }: Walker, cutoverId: string) {
  let lost = 0;
  return eventually('a packet adopted over HTTP', async () => {
    const record = waitsForDecision(await load(store, cutoverId));
    if (record === null) return null;
    const { packet } = record;
    const asked = await postUntilAnswered(servers, lead, decisionOn(cutoverId, record, 'adopt'));
    lost += asked.lost;
    const isDone = isTaken(asked.answer) || codeOf(asked.answer) === 'packet_already_decided';
    return isDone ? { adopted: packet.packetId, lost } : null;
  });
}

/** Nothing is left to do: everything is ruled on, the next packet waits, nobody waits for a notice, no lease runs. */
const isQuiet = async (store: Store, cutoverId: string): Promise<boolean> => {
  const state = await load(store, cutoverId);
  if (state === null || waitsForDecision(state) === null) return false;
  if (Object.values(state.outbox).some(isWaiting)) return false;
  const lease = await store.transact(cutoverId, (transaction) => transaction.lease(cutoverId));
  return lease === null || lease.until <= Date.now();
};

const roundsAtMost = 4;
/** A dead worker's job stays its own in Redis for so long (service/doorbell/bull.ts), and no other job of its cutover begins. Milliseconds. */
const jobOfTheDeadMs = 16_000;

/**
 * From a declared cutover through reports and adopted packets to one that waits: two reports with a decision in between,
 * and another decision and report for as long as `goesOn` says so, a few times at most.
 */
export async function walkNight(
  walker: Walker,
  cutoverId: string,
  goesOn: () => Promise<boolean> = async () => false,
): Promise<Promised> {
  const { store } = walker;
  let longestWait = { what: 'nothing', ms: 0 };
  const timed = async <T>(what: string, work: Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const done = await work;
    const ms = Math.round(performance.now() - startedAt);
    if (ms > longestWait.ms) longestWait = { what, ms };
    return done;
  };
  const acknowledged: string[] = [];
  const adopted: string[] = [];
  let lost = 0;
  const tell = async (minutes: number): Promise<void> => {
    const id = `report-${acknowledged.length + 1}`;
    lost += await timed(`answers to ${id}`, report(walker, cutoverId, { id, minutes }));
    acknowledged.push(id);
  };
  /** Before the last round there is time for whoever dies of a job and has none yet. */
  const oneMore = async (): Promise<boolean> => {
    const endsAt = performance.now() + jobOfTheDeadMs;
    let isOn = await goesOn();
    while (isOn && adopted.length === roundsAtMost - 1 && performance.now() < endsAt) {
      await pause(250);
      isOn = await goesOn();
    }
    return isOn && adopted.length < roundsAtMost;
  };
  await timed(
    'packet 1',
    eventually('packet 1', async () => (await load(store, cutoverId))?.current),
  );
  await tell(20);
  do {
    const decided = await timed('a packet, and its adoption', adopt(walker, cutoverId));
    adopted.push(decided.adopted);
    lost += decided.lost;
    await tell(30 + 5 * adopted.length);
    const quiet = eventually('a quiet cutover', () => isQuiet(store, cutoverId));
    await timed('a cutover at rest', quiet);
  } while (await oneMore());
  return { acknowledged, adopted, lost, longestWait };
}

const timesOf = (values: readonly string[]): Map<string, number> =>
  values.reduce(
    (times, value) => times.set(value, (times.get(value) ?? 0) + 1),
    new Map<string, number>(),
  );

const notOnce = (what: string, values: readonly string[]): string[] =>
  [...timesOf(values)].flatMap(([value, times]) =>
    times === 1 ? [] : [`${what} ${value}: ${times} times`],
  );

function reportFaults(events: readonly LedgerEvent[], { acknowledged }: Promised): string[] {
  const received = events.flatMap(({ body }) =>
    body.type === 'ReportReceived' ? [body.report.sourceEventId] : [],
  );
  return [
    ...acknowledged.filter((id) => !received.includes(id)).map((id) => `lost report ${id}`),
    ...notOnce('report', received),
  ];
}

/** What everybody was told, in the order in which it reached them, against what the ledger queued and says it sent. */
function noticeFaults(
  events: readonly LedgerEvent[],
  cutoverId: string,
  receiver: Receiver,
): string[] {
  const queued = events.flatMap(({ body }) => (body.type === 'NoticeQueued' ? [body] : []));
  const sent = events.flatMap(({ body }) =>
    body.type === 'NoticeSent' ? [`${body.person} ${body.version}`] : [],
  );
  const effects = receiver.effects.filter(({ data }) => data.cutover === cutoverId);
  const told = effects.map(({ data }) => `${data.person} ${data.version}`);
  const last = new Map<string, number>();
  const backwards = effects.flatMap(({ data: { person, version } }) => {
    const before = last.get(person) ?? 0;
    last.set(person, Math.max(before, version));
    return version <= before ? [`${person} was told ${version} after ${before}`] : [];
  });
  return [
    ...notOnce('told', told),
    ...notOnce('sent', sent),
    ...effects
      .filter(({ data }) => !queued.some((one) => one.noticeId === data.noticeId))
      .map(({ data }) => `told but not queued: ${data.person} ${data.version}`),
    ...sent.filter((one) => !told.includes(one)).map((one) => `sent but not told: ${one}`),
    ...backwards,
  ];
}

/** Everything that does not hold of this night; empty when all does. */
export async function nightFaults(
  { store }: Walker,
  cutoverId: string,
  { promised, receiver }: { readonly promised: Promised; readonly receiver: Receiver },
): Promise<string[]> {
  const events = await eventsOf(store, cutoverId);
  const state = await load(store, cutoverId);
  const adopted = typesOf(events).filter((type) => type === 'PacketAdopted').length;
  return [
    ...decisionFaults(events, judge),
    ...reportFaults(events, promised),
    ...noticeFaults(events, cutoverId, receiver),
    ...(state?.current?.packet.packetId === promised.adopted.at(-1) ? [] : ['another is current']),
    // Nobody was asked about packet 1.
    ...(adopted === promised.adopted.length + 1 ? [] : [`${adopted} packets were adopted`]),
  ];
}
