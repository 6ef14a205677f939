/**
 * Names for ids, from the plan. An id that the plan does not know is shown as it is: nothing is hidden.
 */
import type { Plan } from '../../ledger/plan.ts';
import type { Id } from '../../ledger/vocabulary.ts';

export type Names = {
  readonly zone: string;
  readonly checkpoint: (id: Id) => string;
  readonly person: (id: Id) => string;
  readonly role: (id: Id) => string;
  readonly boundary: (id: Id) => string;
  readonly condition: (id: Id) => string;
};

const lookUp =
  (list: readonly { readonly id: Id; readonly name: string }[]) =>
  (id: Id): string =>
    list.find((item) => item.id === id)?.name ?? id;

/** Look-ups over one plan; `zone` is the zone to show times in. */
export function namesOf(plan: Plan, zone: string = plan.zone): Names {
  return {
    zone,
    checkpoint: lookUp(plan.checkpoints),
    person: lookUp(plan.people),
    role: lookUp(plan.roles),
    boundary: lookUp(plan.boundaries),
    condition: lookUp(plan.conditions),
  };
}
