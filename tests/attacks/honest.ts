/**
 * The other side of every attack: what honest minds propose on the same nights. Each refusal comes with its reasons.
 */
import type { Judge } from '../../ledger/judge.ts';
import { bodyFrom } from '../../solver/body.ts';
import { listSchedule } from '../../solver/listSchedule.ts';
import { problemFrom } from '../../solver/normalise.ts';
import { present } from './campaign.ts';
import { type Stage, stagesOf } from './stage.ts';
import { read, textOf } from './wire.ts';

/** Beside the optimum, the list schedule: the answer of a mind that has no time to search. */
function quick(stage: Stage): Stage[] {
  if (stage.agent !== 'resequencing') return [];
  const problem = problemFrom(stage.state, stage.now);
  const body = bodyFrom(problem, listSchedule(problem));
  return [{ ...stage, honest: { ...stage.honest, body } }];
}

export type Honest = {
  readonly proposals: number;
  readonly accepted: number;
  readonly refused: readonly string[];
};

/** Why an honest proposal was refused; null when it was not. */
function refusalOf(stage: Stage, judge: Judge): string | null {
  const proposal = read(textOf(stage.honest));
  if (proposal === null) return 'it could not be read';
  const outcome = present(proposal, stage, judge);
  switch (outcome.at) {
    case 'clean':
      return null;
    case 'gate':
      return [...outcome.codes].join(' ');
    case 'ledger':
      // That nothing has changed is said of a proposal without fault.
      return outcome.code === 'nothing_changed' ? null : outcome.code;
  }
}

/** Every fourth night goes all the way, adopted packets among them; the others end with their timeline. */
async function turnsOf(night: number): Promise<Stage[]> {
  const isWhole = night % 4 === 0;
  const turns: Stage[] = [];
  for await (const turn of stagesOf(500_000 + (isWhole ? night / 4 : night * 2))) {
    turns.push(turn, ...quick(turn));
    if (!isWhole && turn.agent === 'resequencing') break;
  }
  return turns;
}

/** So many honest proposals, or a few more to end the last night, each through text and the whole gate. */
export async function honestNights(asked: { judge: Judge; size: number }): Promise<Honest> {
  const refused: string[] = [];
  let proposals = 0;
  for (let night = 0; proposals < asked.size; night += 1) {
    for (const stage of await turnsOf(night)) {
      proposals += 1;
      const why = refusalOf(stage, asked.judge);
      if (why !== null) refused.push(`seed ${stage.seed} ${stage.agent}: ${why}`);
    }
  }
  return { proposals, accepted: proposals - refused.length, refused };
}
