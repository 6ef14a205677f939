/**
 * Declaring a cutover: the plan enters the ledger once, whole, and only when it does not contradict itself.
 */
import type { CommandOf } from './commands.ts';
import { digestOf } from './canonical.ts';
import type { CutoverState } from './cutover.ts';
import { accept, type DecideContext, type Decision, reject } from './decision.ts';

/** Refuses a second declaration, and a plan with any contradiction (all of them are in the detail). */
export function declareCutover(
  { plan, actor }: CommandOf<'DeclareCutover'>,
  state: CutoverState | null,
  { judge, now }: DecideContext,
): Decision {
  if (state !== null) {
    return reject(
      'cutover_already_declared',
      `${state.cutoverId} was declared by ${state.declaredBy.subject}; report changes to it instead`,
    );
  }
  const problems = judge.planProblems(plan);
  if (problems.length > 0) {
    const listed = problems.map(({ path, message, fix }) => `${path}: ${message} (${fix})`);
    return reject('plan_contradicts_itself', listed.join('\n'));
  }
  return accept({
    type: 'CutoverDeclared',
    plan,
    planDigest: digestOf('plan', plan),
    actor,
    declaredByLead: judge.isReleaseLead(actor, plan, now),
  });
}
