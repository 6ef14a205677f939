/**
 * A night for tests of notices: a real store and fold, packets adopted by the ledger's own adoption without the
 * workflow before it, a clock set by hand. What is adopted is what the test says.
 */
import { acknowledgersOf, deltasOf, notNotifiedOf } from '../../constraints/packetDeltas.ts';
import { adoption } from '../../ledger/adopting.ts';
import { digestOf } from '../../ledger/canonical.ts';
import { chain } from '../../ledger/chain.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { EventBody, LedgerEvent } from '../../ledger/events.ts';
import { foresee } from '../../ledger/evolve.ts';
import { handle, type LedgerDeps } from '../../ledger/handle.ts';
import { load, loadThrough } from '../../ledger/load.ts';
import type { Packet, PacketLine } from '../../ledger/packet.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { Store } from '../../ledger/store.ts';
import { openSqliteStore } from '../../ledger/stores/sqlite.ts';
import { relay, type Relay, type RelayDeps } from '../../service/notices/relay.ts';
import type { Sink } from '../../service/notices/sink.ts';
import { actor, nightAt } from './build.ts';
import { lenient } from './ledger.ts';
import { counter } from './loop.ts';
import { packetOn } from './packets.ts';

/** Changes of lines, by checkpoint. */
export type Changes = Readonly<Record<string, Partial<PacketLine>>>;

export type NoticeNight = {
  readonly cutoverId: string;
  readonly ledger: LedgerDeps;
  readonly clock: { at: number };
  /** Makes a packet with these lines changed current, in one commit; `beforeCommit` holds it open. */
  readonly adopt: (changes: Changes, beforeCommit?: () => Promise<void>) => Promise<Packet>;
  readonly state: () => Promise<CutoverState>;
  readonly events: () => Promise<LedgerEvent[]>;
  /** Bodies of the events of one type, in order. */
  readonly of: <T extends EventBody['type']>(type: T) => Promise<Extract<EventBody, { type: T }>[]>;
  readonly relay: (sinks: readonly Sink[], change?: Partial<RelayDeps>) => Relay;
};

export const ackSettings = {
  publicUrl: 'https://interlock.example.test',
  secret: 'a secret that is long enough for tests',
  validMinutes: 720,
};

function bodiesOf(state: CutoverState, changes: Changes, { judge, newId, now }: LedgerDeps) {
  const drawn = packetOn(state, judge);
  const before = new Map(state.current?.packet.lines.map((line) => [line.checkpoint, line]));
  const lines = drawn.lines.map((line) => ({
    ...(before.get(line.checkpoint) ?? line),
    ...changes[line.checkpoint],
  }));
  const { plan } = state.situation;
  const current = state.current?.packet.lines ?? [];
  const deltas = deltasOf(lines, current, plan);
  const packet: Packet = {
    ...drawn,
    packetId: newId('packet'),
    preparedAt: now(),
    lines,
    deltas,
    mustAcknowledge: acknowledgersOf(deltas),
    notNotified: notNotifiedOf(lines, current, plan),
  };
  const packetHash = digestOf('packet', packet);
  const record = {
    packet,
    packetHash,
    checkCode: `AAAA-${String(packet.version).padStart(4, '0')}`,
  };
  const request = {
    packetId: packet.packetId,
    packetHash,
    basisDigest: packet.basisDigest,
    nonce: newId('nonce'),
    expiresAt: now() + 3_600_000,
    runId: 'run-none',
  };
  const waiting: EventBody[] = [
    { type: 'PacketPrepared', ...record, proposalIds: [] },
    { type: 'ApprovalRequested', ...request },
  ];
  const pending = foresee(state, waiting, now());
  const context = { judge, newId, now: now(), knownReport: null };
  return {
    packet,
    bodies: [...waiting, ...adoption(pending, { record, request, actor: actor() }, context)],
  };
}

/** The night of this plan on this store, declared. */
export async function noticeNight(plan: Plan, given: { store?: Store } = {}): Promise<NoticeNight> {
  const { cutoverId } = plan;
  const store = given.store ?? (await openSqliteStore(':memory:'));
  const clock = { at: nightAt - 3_600_000 };
  const ledger: LedgerDeps = { store, judge: lenient, now: () => clock.at, newId: counter() };
  await handle(ledger, cutoverId, { type: 'DeclareCutover', plan, actor: actor() });
  const state = async (): Promise<CutoverState> => {
    const loaded = await load(store, cutoverId);
    if (loaded === null) throw new Error('not declared');
    return loaded;
  };
  const events = (): Promise<LedgerEvent[]> => store.read(cutoverId, { after: 0 });
  return {
    cutoverId,
    ledger,
    clock,
    state,
    events,
    adopt: (changes, beforeCommit) =>
      store.transact(cutoverId, async (transaction) => {
        const { state: before } = await loadThrough(store, transaction, cutoverId);
        if (before === null) throw new Error('not declared');
        const { packet, bodies } = bodiesOf(before, changes, ledger);
        const head = { version: before.version, hash: before.headHash };
        const place = { cutoverId, recordedAt: clock.at };
        await transaction.append(cutoverId, before.version, chain(head, bodies, place));
        await beforeCommit?.();
        return packet;
      }),
    of: async <T extends EventBody['type']>(type: T) =>
      (await events()).flatMap(({ body }) =>
        body.type === type ? [body as Extract<EventBody, { type: T }>] : [],
      ),
    relay: (sinks, change = {}) =>
      relay({
        ledger,
        sinks,
        audience: {
          allow: [
            { channel: 'email', address: '*@example.test' },
            { channel: 'slack', address: '*' },
            { channel: 'webhook', address: 'http://127.0.0.1/' },
          ],
          testRecipients: [],
        },
        ack: ackSettings,
        relay: 'relay-1',
        windowSeconds: 60,
        claimSeconds: 90,
        circuitOpenMs: 1,
        sweepMs: 20,
        onTrouble: (_cutover, error) => {
          throw error;
        },
        ...change,
      }),
  };
}
