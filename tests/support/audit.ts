/**
 * Reads a whole ledger of events and says what is wrong with its decisions, position by position: an adoption that
 * was not bound to what it adopted, two current packets, a refusal without its record. Shares only the fold.
 */
import { digestOf } from '../../ledger/canonical.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { EventOf, LedgerEvent } from '../../ledger/events.ts';
import { evolve } from '../../ledger/evolve.ts';
import type { Judge } from '../../ledger/judge.ts';

type Walk = {
  /** Packets whose bytes the gate found clean, by the hash of the bytes proposed. */
  readonly clean: Set<string>;
  readonly nonces: Set<string>;
  readonly proposed: Map<string, string>;
  adoptions: number;
};

function adoptionFaults(
  body: EventOf<'PacketAdopted'>,
  event: LedgerEvent,
  { before, walk, judge }: { before: CutoverState; walk: Walk; judge: Judge },
): string[] {
  const record = before.pending?.record;
  const request = before.pending?.request;
  if (record?.packet.packetId !== body.packetId || !request) return ['it was not pending'];
  const hash = digestOf('packet', record.packet);
  const { binding, actor } = body;
  const truths: readonly (readonly [string, boolean])[] = [
    ['its bytes have another hash', binding.packetHash === hash && record.packetHash === hash],
    ['its basis is not that of its position', binding.basisDigest === judge.basisDigest(before)],
    ['its packet stands on another basis', record.packet.basisDigest === binding.basisDigest],
    ['its version is another', body.version === record.packet.version],
    ['no person adopted it', actor.kind === 'person'],
    [
      'its actor may not',
      judge.mayDecide({ actor, record, decision: 'adopt' }, before, event.recordedAt) === null,
    ],
    ['its time had run out', event.recordedAt <= request.expiresAt],
    [
      'its nonce was used or is another',
      !walk.nonces.has(binding.nonce) && binding.nonce === request.nonce,
    ],
    ['its bytes were never found clean', walk.clean.has(hash)],
    ['it breaks a rule', judge.checkPacket(record, before, event.recordedAt).length === 0],
  ];
  return truths.flatMap(([fault, holds]) => (holds ? [] : [fault]));
}

/**
 * Everything wrong with the decisions of this ledger; empty when nothing is. With the rules of several builds each
 * adoption is held against those by which it says it was checked.
 */
export function decisionFaults(
  events: readonly LedgerEvent[],
  ...builds: readonly [Judge, ...Judge[]]
): string[] {
  const faults: string[] = [];
  const walk: Walk = { clean: new Set(), nonces: new Set(), proposed: new Map(), adoptions: 0 };
  let state: CutoverState | null = null;
  for (const [index, event] of events.entries()) {
    const before: CutoverState | null = state;
    const { body } = event;
    const say = (fault: string) => faults.push(`${event.version} ${body.type}: ${fault}`);
    state = evolve(state, event);
    if (body.type === 'ProposalMade' && body.proposal.body.agent === 'packet') {
      const hash = digestOf('packet', body.proposal.body.packet);
      walk.proposed.set(body.proposal.proposalId, hash);
    }
    if (body.type === 'VerdictGiven' && body.clean) {
      walk.clean.add(walk.proposed.get(body.proposalId) ?? '');
    }
    if (body.type === 'PacketAdopted' && before !== null) {
      const [only, ...others] = builds;
      const judge =
        others.length === 0 ? only : builds.find(({ version }) => version === body.checkerVersion);
      if (judge === undefined) say('it was checked by rules of nobody');
      else adoptionFaults(body, event, { before, walk, judge }).forEach(say);
      walk.adoptions += 1;
      walk.nonces.add(body.binding.nonce);
      const next = events[index + 1]?.body;
      const old = before.current?.packet.packetId;
      if (old !== undefined && (next?.type !== 'PacketSuperseded' || next.packetId !== old)) {
        say(`it left ${old} in force`);
      }
    }
    if (body.type === 'PacketDeclined') walk.nonces.add(body.binding.nonce);
    if ((state.current !== null) !== walk.adoptions > 0) say('current without adoption');
    const wasCurrent = before?.current?.packet.packetId;
    const isCurrent = state.current?.packet.packetId;
    if (wasCurrent !== isCurrent && body.type !== 'PacketAdopted') say('it changed the current');
    if (wasCurrent !== undefined && isCurrent === undefined) say('it left no current packet');
  }
  return faults;
}

/** How many refusals of decisions and reports the ledger holds. */
export const refusalsOnRecord = (events: readonly LedgerEvent[]): number =>
  events.filter(({ body }) => body.type === 'DecisionRefused' || body.type === 'ReportRefused')
    .length;
