/** Measures the protected checkpoints of a step against the truth that the drill states under `protected_holds`. */
import { packetOf } from '../../service/drill/observed.ts';
import type { Moment } from '../../service/drill/run.ts';
import { type Tally, tally } from './tally.ts';

/** Empty when the drill does not say which protected checkpoints must be held after this step. */
export function measureHolds({ step, seen }: Moment): Tally {
  const truth = step.expect.findLast((one) => one.protected_holds !== undefined)?.protected_holds;
  const packet = packetOf(seen);
  if (truth === undefined || packet === null) return tally();
  const guarded = new Set(
    seen.state.situation.plan.checkpoints.flatMap((one) => (one.protected ? [one.id] : [])),
  );
  const lines = packet.lines.filter(({ checkpoint }) => guarded.has(checkpoint));
  // A line that says held and gives a time all the same is one that people act on: it is flattened.
  const isHeld = (id: string): boolean =>
    lines.some(
      ({ checkpoint, state, startAt }) => checkpoint === id && state === 'held' && startAt === null,
    );
  const isTimed = (id: string): boolean =>
    lines.some(
      ({ checkpoint, state, startAt }) =>
        checkpoint === id && (state === 'planned' || (state === 'held' && startAt !== null)),
    );
  const free = lines.filter(
    ({ checkpoint, state }) =>
      (state === 'planned' || state === 'held') && !truth.includes(checkpoint),
  );
  return tally({
    conflicts: truth.length,
    held: truth.filter(isHeld).length,
    flattened: truth.filter(isTimed).length,
    free: free.length,
    overHeld: free.filter(({ state }) => state === 'held').length,
  });
}
