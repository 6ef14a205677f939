/**
 * What a verb answers: a text for people, the same as JSON for machines, and an exit code. Verbs never print.
 */
import type { Rejection } from '../../ledger/commands.ts';
import { rejectionWords, violationWords } from '../words/codes.ts';

/** Documented in README.md; scripts rely on them. */
export const exits = {
  ok: 0,
  /** An unexpected failure of Interlock itself. */
  failed: 1,
  /** The command line was wrong. */
  usage: 2,
  /** A runbook, facts or drill file has problems; nothing was written. */
  invalidInput: 3,
  /** The ledger said no; the refusal is on record where it must be. */
  refused: 4,
  /** A verification or a drill did not hold. */
  notVerified: 5,
  /** The ledger cannot be opened or is busy; nothing was written. Try again. */
  unavailable: 6,
} as const;

export type Answer = {
  readonly exit: (typeof exits)[keyof typeof exits];
  readonly text: string;
  readonly json: unknown;
};

/** A problem that the person at the keyboard can mend. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exit: Answer['exit'];
  constructor(message: string, exit: Answer['exit'] = exits.usage) {
    super(message);
    this.exit = exit;
  }
}

/** Done. */
export const answered = (text: string, json: unknown): Answer => ({ exit: exits.ok, text, json });

/** A refusal as an answer: the code, its sentence, the detail, and every broken rule. */
export function refused(rejection: Rejection): Answer {
  const rules = rejection.violations.map(
    (violation) =>
      `  ${violation.code}: ${violation.checkpoint === null ? 'it' : violation.checkpoint} ${violationWords[violation.code]}`,
  );
  return {
    exit: exits.refused,
    text: [
      `Refused: ${rejectionWords[rejection.code]} (${rejection.code}).`,
      rejection.detail,
      ...rules,
    ]
      .filter((line) => line !== '')
      .join('\n'),
    json: { refused: rejection },
  };
}
