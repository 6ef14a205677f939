/**
 * Finding what a verb is about: the cutover, its state, a packet named by version, check code, id or hash, and an
 * actor at this terminal.
 */
import { userInfo } from 'node:os';
import type { CutoverState, PacketRecord } from '../../ledger/cutover.ts';
import type { Actor, DecisionBinding, LedgerEvent } from '../../ledger/events.ts';
import { load } from '../../ledger/load.ts';
import type { Store } from '../../ledger/store.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { LedgerOnly } from '../openLedger.ts';
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

const page = 1_000;

/** Every event of a cutover, in order. */
export async function eventsOf(store: Store, cutoverId: string): Promise<LedgerEvent[]> {
  const all: LedgerEvent[] = [];
  for (;;) {
    const next = await store.read(cutoverId, { after: all.length, limit: page });
    all.push(...next);
    if (next.length < page) return all;
  }
}

/** Every packet ever prepared, oldest first. A version prepared again after a cleared request stands twice. */
export function packetsOf(events: readonly LedgerEvent[]): PacketRecord[] {
  return events.flatMap(({ body }) =>
    body.type === 'PacketPrepared'
      ? [{ packet: body.packet, packetHash: body.packetHash, checkCode: body.checkCode }]
      : [],
  );
}

/** The packet meant by `current`, `pending`, a version, a check code, an id or the start of a hash. */
export function findPacket(
  wanted: string,
  state: CutoverState,
  packets: readonly PacketRecord[],
): PacketRecord {
  if (wanted === 'current' && state.current !== null) return state.current;
  if (wanted === 'pending' && state.pending !== null) return state.pending.record;
  const plain = wanted.toUpperCase();
  const found = packets.findLast(
    (record) =>
      String(record.packet.version) === wanted ||
      `v${record.packet.version}` === wanted ||
      record.checkCode === plain ||
      record.packet.packetId === wanted ||
      (wanted.length >= 12 && record.packetHash.startsWith(wanted)),
  );
  if (found !== undefined) return found;
  const known = packets
    .map((record) => `${record.packet.version} (${record.checkCode})`)
    .join(', ');
  throw new UsageError(`no packet "${wanted}"; known: ${known || 'none'}`);
}

/** What a decision on this packet binds to: the bytes and facts that were shown. */
export function bindingOf(record: PacketRecord, state: CutoverState): DecisionBinding {
  const request = state.pending?.request;
  const isPending = request?.packetId === record.packet.packetId;
  return {
    packetId: record.packet.packetId,
    packetVersion: record.packet.version,
    packetHash: record.packetHash,
    basisDigest: record.packet.basisDigest,
    nonce: isPending ? request.nonce : 'none',
  };
}

/** A person acting at this terminal. Embedded mode trusts the terminal to name its user. */
export function actorAt(person: string, plan: Pick<Plan, 'people'>, now: number): Actor {
  if (!plan.people.some((known) => known.id === person)) {
    const people = plan.people.map((known) => known.id).join(', ');
    throw new UsageError(`--as "${person}" is nobody in this plan; people: ${people}`);
  }
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
