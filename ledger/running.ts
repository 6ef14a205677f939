/**
 * Runs and their proposals. A run starts when there is something to look at; a proposal is kept as it was made
 * and changes nothing until the gate has judged it (gating.ts).
 */
import { digestOf } from './canonical.ts';
import type { CommandOf } from './commands.ts';
import type { CutoverState, Run } from './cutover.ts';
import { accept, type DecideContext, type Decision, reject, unchanged } from './decision.ts';
import type { EventBody } from './events.ts';
import { awaitsExplanation } from './explaining.ts';
import { clearing, questionStands, requestTrouble, waitingRun } from './requesting.ts';
import { clockCallsForRun } from './slipping.ts';
import type { Id } from './vocabulary.ts';
import { malformedPlaces, malformedText } from './wellFormed.ts';

/** What a run is asked for by: the rule book, and the clock. */
type Asking = Pick<DecideContext, 'judge' | 'now'>;

/** What has to end before a new run may start; null when the open run still has work of its own to do. */
function makeRoom(state: CutoverState, context: Asking): EventBody[] | null {
  const trouble = requestTrouble(state, context);
  const waiting = waitingRun(state);
  if (state.run !== null && waiting === null) return null;
  if (trouble !== null) return clearing(state, trouble);
  if (state.run === null || waiting === null) return [];
  return state.inputVersion > state.run.startedVersion
    ? [{ type: 'RunEnded', runId: waiting, outcome: 'overtaken' }]
    : null;
}

/** What ends so that a run may start now; null when there is nothing for one to do. */
function roomToStart(state: CutoverState, context: Asking): EventBody[] | null {
  const room = makeRoom(state, context);
  if (room === null) return null;
  const somethingNew = state.inputVersion > state.lastRunStartedVersion || room.length > 0;
  const calls = somethingNew || (state.pending === null && clockCallsForRun(state, context.now));
  return calls ? room : null;
}

/**
 * Whether a worker has anything to do here: a run is open that waits for nobody, holds are to be explained, or a run
 * would start. While a question stands none does, whatever has come since.
 */
export const workWaits = (state: CutoverState, context: Asking): boolean =>
  (state.run !== null && waitingRun(state) === null) ||
  awaitsExplanation(state) ||
  (!questionStands(state, context) && roomToStart(state, context) !== null);

/**
 * Starts a run when something is new: a report, a request that no longer stands, or a slip past the tolerance.
 * Does nothing while a run is open, unless all that run does is wait for a person on facts that have moved on.
 */
export function startRun(
  { runId, graphVersion }: CommandOf<'StartRun'>,
  state: CutoverState,
  context: DecideContext,
): Decision {
  const room = roomToStart(state, context);
  if (room === null) return unchanged;
  return accept(...room, { type: 'RunStarted', runId, nowAt: context.now, graphVersion });
}

/** The open run, when it is the one named; else the refusal. */
function openRun(state: CutoverState, runId: Id): Run | Decision {
  if (state.run?.runId === runId) return state.run;
  return state.lastRunId === runId
    ? reject('run_already_ended', `${runId} has ended; start another run`)
    : reject('run_unknown', `${runId} is not the open run (${state.run?.runId ?? 'none is open'})`);
}

/** Ends the open run without a packet. A request that waits for a person stays as it is. */
export function endRun({ runId, outcome }: CommandOf<'EndRun'>, state: CutoverState): Decision {
  const run = openRun(state, runId);
  return 'events' in run ? run : accept({ type: 'RunEnded', runId, outcome });
}

function shapeTrouble(
  { proposal }: CommandOf<'RecordProposal'>,
  state: CutoverState,
  run: Run,
): Decision | null {
  if (proposal.agent !== proposal.body.agent) {
    return reject(
      'proposal_malformed',
      `${proposal.agent} proposed what only ${proposal.body.agent} may`,
    );
  }
  const others = Object.values(run.attempts).map((attempt) => attempt.proposal.proposalId);
  if (others.includes(proposal.proposalId)) {
    return reject('proposal_malformed', `the id ${proposal.proposalId} is already used`);
  }
  if (proposal.basisVersion > state.version) {
    return reject(
      'basis_unknown',
      `${proposal.proposalId} reasons about position ${proposal.basisVersion}; the ledger ends at ${state.version}`,
    );
  }
  const due = (run.attempts[proposal.agent]?.proposal.attempt ?? 0) + 1;
  return proposal.attempt === due
    ? null
    : reject(
        'attempt_out_of_order',
        `attempt ${proposal.attempt} of ${proposal.agent}; ${due} is due`,
      );
}

/** Keeps a proposal of the open run. The same proposal again changes nothing. */
export function recordProposal(
  command: CommandOf<'RecordProposal'>,
  state: CutoverState,
): Decision {
  const { proposal } = command;
  const run = openRun(state, proposal.runId);
  if ('events' in run) return run;
  const [broken] = malformedPlaces(proposal);
  if (broken !== undefined) {
    return reject('proposal_malformed', `${broken.join('.')}: ${malformedText}`);
  }
  const proposalDigest = digestOf('proposal', proposal);
  const known = run.attempts[proposal.agent]?.proposal;
  if (known !== undefined && digestOf('proposal', known) === proposalDigest) return unchanged;
  return (
    shapeTrouble(command, state, run) ?? accept({ type: 'ProposalMade', proposal, proposalDigest })
  );
}
