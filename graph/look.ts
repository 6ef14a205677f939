/**
 * Where a run stands, read from the ledger: the view that `route` decides on. It reads and never writes.
 */
import { differs } from '../agents/changes.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import { awaitsExplanation } from '../ledger/explaining.ts';
import type { LedgerDeps } from '../ledger/handle.ts';
import { load } from '../ledger/load.ts';
import type { Proposal } from '../ledger/proposal.ts';
import { requestTrouble } from '../ledger/requesting.ts';
import { type AgentName, type Digest, type Id, secondMs } from '../ledger/vocabulary.ts';
import type { Standing, View } from './route.ts';

export type RunRef = { readonly cutoverId: Id; readonly runId: Id };
export type Seen = {
  readonly view: View;
  readonly state: CutoverState;
  readonly basisDigest: Digest;
};

/** The state of a cutover that must exist. Throws when the ledger has none of that name. */
export async function stateOf(deps: LedgerDeps, cutoverId: Id): Promise<CutoverState> {
  const state = await load(deps.store, cutoverId);
  if (state === null) throw new Error(`${cutoverId}: no such cutover in this ledger`);
  return state;
}

/** Refused proposals of one agent on the facts as they are now, by kind of mind. */
async function refusals(
  deps: LedgerDeps,
  { state, basisDigest }: Omit<Seen, 'view'>,
  name: AgentName,
): Promise<Standing> {
  const events = await deps.store.read(state.cutoverId, { after: state.run?.startedVersion ?? 0 });
  const refused = new Set(
    events.flatMap(({ body }) =>
      body.type === 'VerdictGiven' && !body.clean ? [body.proposalId] : [],
    ),
  );
  const kinds = events.flatMap(({ body }) =>
    body.type === 'ProposalMade' &&
    body.proposal.agent === name &&
    refused.has(body.proposal.proposalId) &&
    isFresh(body.proposal, { state, basisDigest })
      ? [body.proposal.mind.kind]
      : [],
  );
  const deterministic = kinds.filter((kind) => kind === 'deterministic').length;
  return { at: 'refused', model: kinds.length - deterministic, deterministic };
}

/** Made on the facts as they are now: same digest, and no report has come since. */
const isFresh = (
  proposal: Proposal,
  { state, basisDigest }: { state: CutoverState; basisDigest: Digest },
): boolean => proposal.basisDigest === basisDigest && proposal.basisVersion >= state.inputVersion;

async function standingOf(
  deps: LedgerDeps,
  seen: Omit<Seen, 'view'>,
  name: AgentName,
): Promise<Standing> {
  const attempt = seen.state.run?.attempts[name];
  if (attempt === undefined) return { at: 'silent' };
  const fresh = isFresh(attempt.proposal, seen);
  switch (attempt.clean) {
    case null:
      return { at: fresh ? 'unjudged' : 'silent' };
    case true:
      // A report that moved nothing the timeline stands on leaves a clean proposal clean.
      return { at: attempt.proposal.basisDigest === seen.basisDigest ? 'clean' : 'silent' };
    case false:
      return fresh ? refusals(deps, seen, name) : { at: 'silent' };
  }
}

function pendingOf(deps: LedgerDeps, state: CutoverState, runId: Id): View['pending'] {
  const request = state.pending?.request ?? null;
  if (request === null) return 'none';
  if (request.runId !== runId) return 'other';
  const trouble = requestTrouble(state, { judge: deps.judge, now: deps.now() });
  return trouble === null ? 'mine' : 'mine_lapsed';
}

const stands = (deps: LedgerDeps, state: CutoverState): boolean =>
  state.pending !== null && requestTrouble(state, { judge: deps.judge, now: deps.now() }) === null;

/** Whether a whole tick has begun since the instant the open run reasons about. */
function isLate(deps: LedgerDeps, { run, situation }: CutoverState): boolean {
  if (run === null) return false;
  const tickMs = situation.plan.tickSeconds * secondMs;
  return Math.ceil(deps.now() / tickMs) > Math.ceil(run.nowAt / tickMs);
}

/** Loads the cutover and says where the run stands. Throws when the cutover does not exist. */
export async function look(deps: LedgerDeps, { cutoverId, runId }: RunRef): Promise<Seen> {
  const state = await stateOf(deps, cutoverId);
  const seen = { state, basisDigest: deps.judge.basisDigest(state) };
  const pending = pendingOf(deps, state, runId);
  const open = state.run?.runId === runId || pending === 'mine';
  const standing = {
    readiness: await standingOf(deps, seen, 'readiness'),
    resequencing: await standingOf(deps, seen, 'resequencing'),
    holds: await standingOf(deps, seen, 'holds'),
    packet: await standingOf(deps, seen, 'packet'),
  };
  const timed = standing.resequencing.at === 'clean' && standing.holds.at === 'clean';
  // Once a packet is proposed, that question has been answered.
  const asks = open && pending !== 'mine' && timed && standing.packet.at === 'silent';
  const view: View = {
    open,
    waiting: state.unruled.length > 0,
    pending,
    standing,
    explained: !awaitsExplanation(state),
    differs: !asks || differs(state, { ...seen, pendingStands: stands(deps, state) }),
    late: isLate(deps, state),
  };
  return { ...seen, view };
}
