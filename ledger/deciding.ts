/**
 * A person's decision on the pending packet: the transaction of DESIGN.md law 4. It binds bytes and facts, and
 * everything is looked at again here, under the cutover's lock. Each mismatch is refused and the refusal kept.
 */
import { adoption, runEnding } from './adopting.ts';
import { digestOf } from './canonical.ts';
import type { RejectionCode } from './codes.ts';
import type { CommandOf } from './commands.ts';
import type { CutoverState, PacketRecord, Request } from './cutover.ts';
import { accept, type DecideContext, type Decision } from './decision.ts';
import type { Actor, DecisionBinding, EventBody } from './events.ts';
import type { Violation } from './proposal.ts';
import { redactedText } from './redaction.ts';
import { isExpired } from './requesting.ts';

type No = { code: RejectionCode; detail: string; violations?: readonly Violation[] };
type Asked = {
  readonly decision: 'adopt' | 'decline' | 'acknowledge';
  readonly actor: Actor;
  readonly binding: DecisionBinding;
};
type Pending = { readonly record: PacketRecord; readonly request: Request };

/** The refusal and its record: who, why, what was asked for, and what would have had to be named instead. */
export function refuse(
  asked: Asked,
  no: No,
  { state, context }: { state: CutoverState; context: DecideContext },
): Decision {
  const expected = state.pending?.record ?? state.current;
  const violations = [...(no.violations ?? [])];
  return {
    events: [
      {
        type: 'DecisionRefused',
        ...asked,
        code: no.code,
        expectedHash: expected?.packetHash ?? null,
        expectedBasis: context.judge.basisDigest(state),
        violations,
      },
    ],
    rejection: { code: no.code, detail: no.detail, violations },
  };
}

/** Why a packet that does not wait any more cannot be decided on: what became of it, told as it was. */
export function whyNotPending(packetId: string, state: CutoverState): No {
  const settled = Object.hasOwn(state.decided, packetId) ? state.decided[packetId] : undefined;
  if (settled === undefined) {
    return { code: 'packet_unknown', detail: `this cutover has no packet ${packetId}` };
  }
  const name = `v${settled.version}`;
  switch (settled.how) {
    case 'adopted':
    case 'declined':
      return {
        code: 'packet_already_decided',
        detail: `${name} was ${settled.how} by ${settled.by ?? 'nobody'}`,
      };
    case 'superseded':
    case 'replaced':
      return {
        code: 'packet_superseded',
        detail: `${name} was ${settled.how} by a newer packet; look at that one`,
      };
    case 'basis_moved':
      return { code: 'basis_moved', detail: `facts under ${name} moved before it was decided` };
    case 'expired':
      return { code: 'request_expired', detail: `the request for ${name} ran out` };
  }
}

const machine = (actor: Actor): No => ({
  code: 'machine_may_not_decide',
  detail: `${actor.subject} is a ${actor.kind}; only a person decides`,
});

/** The packet, version and bytes named are the ones that wait, and the bytes kept are still what they hash to. */
function bytesTrouble({ packet, packetHash }: PacketRecord, binding: DecisionBinding): No | null {
  if (binding.packetHash !== packetHash || digestOf('packet', packet) !== packetHash) {
    return {
      code: 'packet_hash_mismatch',
      detail: `v${packet.version} has another hash than the one you saw; show it again`,
    };
  }
  return binding.packetVersion === null || binding.packetVersion === packet.version
    ? null
    : {
        code: 'packet_version_mismatch',
        detail: `${packet.packetId} is v${packet.version}, not v${binding.packetVersion}`,
      };
}

/** The facts it was shown with are the facts now, and its time has not run out by the store's clock. */
function standingTrouble(
  { record, request }: Pending,
  binding: DecisionBinding,
  { state, context }: { state: CutoverState; context: DecideContext },
): No | null {
  const { version } = record.packet;
  if (binding.basisDigest !== request.basisDigest) {
    return { code: 'basis_moved', detail: `v${version} stands on other facts than you named` };
  }
  if (request.basisDigest !== context.judge.basisDigest(state)) {
    return { code: 'basis_moved', detail: `facts under v${version} moved; run again and look` };
  }
  return isExpired(request, context.now)
    ? { code: 'request_expired', detail: `the request for v${version} ran out; run again` }
    : null;
}

function nonceTrouble({ request }: Pending, { nonce }: DecisionBinding, used: readonly string[]) {
  if (used.includes(nonce)) {
    return { code: 'nonce_reused', detail: 'this request was already answered once' } as const;
  }
  return nonce === request.nonce
    ? null
    : ({ code: 'nonce_mismatch', detail: 'this answer belongs to another request' } as const);
}

function authorityTrouble(
  { record }: Pending,
  { actor, decision }: { actor: Actor; decision: 'adopt' | 'decline' },
  { state, context }: { state: CutoverState; context: DecideContext },
): No | null {
  const code = context.judge.mayDecide({ actor, record, decision }, state, context.now);
  if (code === null) return null;
  const no = `${actor.subject} may not ${decision} v${record.packet.version} now`;
  const { leadRole } = state.situation.plan;
  return code === 'separation_of_duties'
    ? {
        code,
        detail: `${no}: let another ${leadRole} decide; where there is none, hand the role over (a holder_changed fact), and the new holder decides on the packet that follows`,
      }
    : { code, detail: no };
}

function checkTrouble(record: PacketRecord, state: CutoverState, context: DecideContext) {
  const violations = context.judge.checkPacket(record, state, context.now);
  return violations.length === 0
    ? null
    : ({
        code: 'check_failed',
        detail: `v${record.packet.version} breaks ${violations.length} rules if adopted now`,
        violations,
      } as const);
}

function pendingNamed(packetId: string, state: CutoverState): Pending | null {
  const { record, request } = state.pending ?? {};
  return record?.packet.packetId === packetId && request ? { record, request } : null;
}

type Deciding = Asked & { readonly decision: 'adopt' | 'decline' };
type Course = {
  /** The last look, once everything that both decisions need is as it should be. */
  readonly last: (pending: Pending) => No | null;
  readonly effects: (pending: Pending) => readonly EventBody[];
};

/**
 * What both decisions ask, in the order of the most truthful refusal. Only adopting needs the facts to stand and the
 * request to be in time: saying no is always safe.
 */
function decideOn(
  asked: Deciding,
  at: { state: CutoverState; context: DecideContext },
  { last, effects }: Course,
): Decision {
  const { actor, binding, decision } = asked;
  const pending = pendingNamed(binding.packetId, at.state);
  if (pending === null) return refuse(asked, whyNotPending(binding.packetId, at.state), at);
  const no =
    (actor.kind === 'person' ? null : machine(actor)) ??
    bytesTrouble(pending.record, binding) ??
    (decision === 'adopt' ? standingTrouble(pending, binding, at) : null) ??
    nonceTrouble(pending, binding, at.state.usedNonces) ??
    authorityTrouble(pending, asked, at) ??
    last(pending);
  return no === null ? accept(...effects(pending)) : refuse(asked, no, at);
}

/** Makes the pending packet current, with everything that follows from it, or refuses and keeps the refusal. */
export const adoptPacket = (
  { binding, actor }: CommandOf<'AdoptPacket'>,
  state: CutoverState,
  context: DecideContext,
): Decision =>
  decideOn(
    { decision: 'adopt', actor, binding },
    { state, context },
    {
      last: ({ record }) => checkTrouble(record, state, context),
      effects: (pending) => adoption(state, { ...pending, actor }, context),
    },
  );

const withoutReason: No = { code: 'reason_missing', detail: 'say why it is declined' };

/**
 * Takes the pending packet away on the lead's word; the current one stays in force. It may be declined after its
 * facts moved or its time ran out.
 */
export const declinePacket = (
  { binding, actor, reason }: CommandOf<'DeclinePacket'>,
  state: CutoverState,
  context: DecideContext,
): Decision =>
  decideOn(
    { decision: 'decline', actor, binding },
    { state, context },
    {
      last: () => (reason.trim() === '' ? withoutReason : null),
      effects: ({ request }) => [
        {
          type: 'PacketDeclined',
          packetId: binding.packetId,
          binding,
          actor,
          reason: redactedText(reason).text,
        },
        ...runEnding(state, request, 'declined'),
      ],
    },
  );
