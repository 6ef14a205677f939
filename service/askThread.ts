/**
 * A thread that thinks for another (askApart.ts): it reads the ledger itself, on a connection of its own, and answers
 * with text. What goes wrong goes back as a value, because an error loses its kind between threads.
 */
import { StoreTrouble } from '../ledger/trouble.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { openLedger } from './openLedger.ts';
import { type Questions, questionsHere, type WhatIf } from './questions.ts';

/** What is asked, of the ledger at this place. */
export type Task = { readonly ledger: string } & (
  { readonly about: 'status'; readonly cutoverId: Id } | ({ readonly about: 'what_if' } & WhatIf)
);

export type Told =
  | { readonly is: 'answer'; readonly text: string }
  | {
      readonly is: 'store_trouble';
      readonly code: StoreTrouble['code'];
      readonly message: string;
    }
  | {
      readonly is: 'failure';
      readonly error: Pick<Error, 'name' | 'message' | 'stack'> & { readonly code?: unknown };
    };

/** What is known of an error, of whichever library: some of them are no Error any more on the other side of a thread. */
function failure(error: Error): Told {
  const { name, message, stack } = error;
  const code = 'code' in error ? { code: String(error.code) } : {};
  return {
    is: 'failure',
    error: { name, message, ...(stack === undefined ? {} : { stack }), ...code },
  };
}

let opened: Promise<Questions> | null = null;

const questionsOn = (ledger: string): Promise<Questions> => {
  opened ??= openLedger({ ledger }).then(
    (open) => questionsHere(open.ledger),
    (error: unknown) => {
      opened = null;
      throw error;
    },
  );
  return opened;
};

/** Answers one task. A thread is asked about one ledger only. */
export async function answerTask(task: Task): Promise<Told> {
  try {
    const questions = await questionsOn(task.ledger);
    const text =
      task.about === 'status'
        ? await questions.status(task.cutoverId)
        : await questions.whatIf(task);
    return { is: 'answer', text };
  } catch (error) {
    if (error instanceof StoreTrouble) {
      return { is: 'store_trouble', code: error.code, message: error.message };
    }
    if (error instanceof Error) return failure(error);
    throw error;
  }
}
