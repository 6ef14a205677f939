/**
 * Finding what a verb is about: the cutover, its state, a packet named by version, check code, id or hash, and an
 * actor at this terminal.
 */
import { userInfo } from 'node:os';
import type { CutoverState, PacketRecord } from '../../ledger/cutover.ts';
import type { Actor } from '../../ledger/events.ts';
import { load } from '../../ledger/load.ts';
import type { Store } from '../../ledger/store.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { LedgerOnly } from '../openLedger.ts';
import { eventsOf, knownPackets, packetCalled, packetsOf } from '../packets.ts';
import { UsageError } from './answer.ts';

/** The cutover asked for, or the only one there is. */
export async function chooseCutover(store: Store, asked: string | undefined): Promise<string> {
  const known = await store.cutovers();
  if (asked !== undefined) {
    if (known.includes(asked)) return asked;
    throw new UsageError(`no cutover "${asked}" is declared; known: ${known.join(', ') || 'none'}`);
  }
  const [only, ...others] = known;
  if (only === undefined) {
    throw new UsageError(
      'no cutover is declared here; declare one with: interlock declare RUNBOOK --as PERSON',
    );
  }
  if (others.length > 0)
    throw new UsageError(
      `several cutovers are declared; add --cutover with one of: ${known.join(', ')}`,
    );
  return only;
}

/** The folded state of a cutover that is known to exist. */
export async function stateOf(store: Store, cutoverId: string): Promise<CutoverState> {
  const state = await load(store, cutoverId);
  if (state === null) throw new UsageError(`no cutover "${cutoverId}" is declared`);
  return state;
}

/** The sources that the plan of each declared cutover knows, by its id. */
export async function sourcesIn(store: Store): Promise<ReadonlyMap<string, readonly string[]>> {
  const known = new Map<string, readonly string[]>();
  for (const cutoverId of await store.cutovers()) {
    const { plan } = (await stateOf(store, cutoverId)).situation;
    known.set(
      cutoverId,
      plan.sources.map(({ id }) => id),
    );
  }
  return known;
}

/** The packet meant by `current`, `pending`, a version, a check code, an id or the start of a hash. */
export function findPacket(
  wanted: string,
  state: CutoverState,
  packets: readonly PacketRecord[],
): PacketRecord {
  const found = packetCalled(wanted, state, packets);
  if (found !== null) return found;
  throw new UsageError(`no packet "${wanted}"; known: ${knownPackets(packets)}`);
}

type People = Pick<Plan, 'people'>;

/** Refuses who is nobody in this plan, named with this option, and says who is somebody. */
export function assertKnown(person: string, { people }: People, option: '--as' | '--for'): void {
  if (people.some(({ id }) => id === person)) return;
  const known = people.map(({ id }) => id).join(', ');
  throw new UsageError(`${option} "${person}" is nobody in this plan; people: ${known}`);
}

/** A person acting at this terminal. Embedded mode trusts the terminal to name its user. */
export function actorAt(person: string, plan: People, now: number): Actor {
  assertKnown(person, plan, '--as');
  return {
    kind: 'person',
    issuer: 'cli',
    subject: person,
    role: null,
    authenticatedAt: now,
    origin: `terminal of ${userInfo().username}`,
  };
}

/** Loads what most verbs need at once. */
export async function open(
  interlock: LedgerOnly,
  asked: string | undefined,
): Promise<{ cutoverId: string; state: CutoverState }> {
  const { store } = interlock.ledger;
  const cutoverId = await chooseCutover(store, asked);
  return { cutoverId, state: await stateOf(store, cutoverId) };
}

/** A packet named by a person who acts on it. */
export type PacketWanted = {
  readonly cutover?: string | undefined;
  readonly as: string;
  readonly packet: string;
  readonly utc?: boolean | undefined;
};

/** The packet, the state it is in, and who acts. */
export async function packetNamed(interlock: LedgerOnly, wanted: PacketWanted) {
  const { cutoverId, state } = await open(interlock, wanted.cutover);
  const packets = packetsOf(await eventsOf(interlock.ledger.store, cutoverId));
  const record = findPacket(wanted.packet, state, packets);
  const actor = actorAt(wanted.as, state.situation.plan, interlock.ledger.now());
  return { cutoverId, state, record, actor };
}
