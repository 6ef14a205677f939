/**
 * What is allowed: a command, the state and a clock reading in; events or a refusal out. Total and pure. It owns
 * which rule book answers which command; each rule book has its own file.
 */
import { acknowledgePacket } from './acknowledging.ts';
import type { LedgerCommand } from './commands.ts';
import type { CutoverState } from './cutover.ts';
import { adoptPacket, declinePacket } from './deciding.ts';
import { type DecideContext, type Decision, reject } from './decision.ts';
import { declareCutover } from './declaring.ts';
import { explainHolds } from './explaining.ts';
import { gateProposal } from './gating.ts';
import { beginNotice, endNotice, suppressNotice } from './notifying.ts';
import { answerModel, askModel } from './modelUse.ts';
import { receiveReport } from './receiving.ts';
import { reviewRequest } from './requesting.ts';
import { endRun, recordProposal, startRun } from './running.ts';

export type { DecideContext, Decision } from './decision.ts';

/** Answers every command. Before a cutover is declared, the only one it can answer with events is DeclareCutover. */
export function decide(
  command: LedgerCommand,
  state: CutoverState | null,
  context: DecideContext,
): Decision {
  if (command.type === 'DeclareCutover') return declareCutover(command, state, context);
  if (state === null) return reject('cutover_unknown', 'declare the cutover first');
  switch (command.type) {
    case 'ReceiveReport':
      return receiveReport(command, state, context);
    case 'StartRun':
      return startRun(command, state, context);
    case 'RecordProposal':
      return recordProposal(command, state);
    case 'GateProposal':
      return gateProposal(command, state, context);
    case 'AskModel':
      return askModel(command, state);
    case 'AnswerModel':
      return answerModel(command, state);
    case 'EndRun':
      return endRun(command, state);
    case 'ExplainHolds':
      return explainHolds(command, state, context);
    case 'ReviewRequest':
      return reviewRequest(state, context);
    case 'AdoptPacket':
      return adoptPacket(command, state, context);
    case 'DeclinePacket':
      return declinePacket(command, state, context);
    case 'AcknowledgePacket':
      return acknowledgePacket(command, state, context);
    case 'BeginNotice':
      return beginNotice(command, state, context);
    case 'EndNotice':
      return endNotice(command, state);
    case 'SuppressNotice':
      return suppressNotice(command, state, context);
  }
}
