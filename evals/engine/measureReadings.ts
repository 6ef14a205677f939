/** Measures what was read out of free text against what the drill states under `reads` after a step. */
import { readingsOf } from '../../service/drill/readings.ts';
import type { Moment } from '../../service/drill/run.ts';
import { sum, type Tally, tally } from './tally.ts';

/** Empty when the drill does not say what can be read. */
export const measureReadings = ({ step, seen }: Moment): Tally =>
  sum(
    step.expect.map(({ reads }) => {
      if (reads === undefined) return tally();
      const { readable, rightly, wrongly } = readingsOf(reads, seen);
      return tally({ texts: 1, readable, readRightly: rightly, readWrongly: wrongly.length });
    }),
  );
