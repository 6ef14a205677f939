/**
 * Where each open checkpoint could start under each possible owner if every other open one stood aside, in the order in
 * which the least optimum prefers owners. Nothing is decided here.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import { boardOf } from '../board/board.ts';
import type { Ranges } from '../board/ranges.ts';
import type { OpenCheckpoint, Problem } from '../problem.ts';

/** A possible owner and the starts left under them; never empty. */
export type Choice = {
  readonly person: Id;
  readonly isPreferred: boolean;
  readonly newlyWoken: boolean;
  readonly starts: Ranges;
};

/** An open checkpoint with its choices in the order of its candidates; without any it can only be held. */
export type Member = { readonly checkpoint: OpenCheckpoint; readonly choices: readonly Choice[] };

/** The members of a problem, in the order of `problem.open`. */
export function membersOf(problem: Problem): Member[] {
  const { byId } = boardOf(problem);
  return problem.open.map((checkpoint) => {
    const options = byId.get(checkpoint.id)?.possible ?? [];
    const choices = checkpoint.candidates.flatMap((candidate): Choice[] => {
      const option = options.find(({ person }) => person === candidate.person);
      if (option === undefined) return [];
      const { person, newlyWoken, domain: starts } = option;
      return [{ person, isPreferred: person === checkpoint.preferredOwner, newlyWoken, starts }];
    });
    return { checkpoint, choices };
  });
}
