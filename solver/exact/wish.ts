/** The order in which levels are brought down: that of levels.ts, or one wished for once. It weighs nothing. */
import { levelNames } from '../problem.ts';

/** A level that comes right after the holds for once, before all others. */
export type Wish = 'newly_woken' | 'owner_changes';

/** The levels as levels.ts has them. */
export const usual: readonly number[] = [...levelNames.keys()];

/** The levels with the wish right after the holds; `usual` itself when there is none. */
export function orderFor(wish: Wish | undefined): readonly number[] {
  if (wish === undefined) return usual;
  const wished = levelNames.indexOf(wish);
  const rest = usual.filter((level) => level !== wished);
  return [...rest.slice(0, 3), wished, ...rest.slice(3)];
}
