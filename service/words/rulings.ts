/**
 * Rulings in words: why a fact is not simply accepted, what else it could mean and what it disagrees with.
 */
import type { ReadinessCode } from '../../ledger/codes.ts';
import type { Id, Instant } from '../../ledger/vocabulary.ts';
import { readinessWords } from './codes.ts';
import type { Names } from './names.ts';
import { timeText } from './times.ts';

type Why = {
  readonly code: ReadinessCode | null;
  readonly candidates: readonly Instant[];
  readonly against: Id | null;
};

/** `its weekday and its date disagree; could mean Sat 02:10 or Sun 02:10`; empty for what is simply accepted. */
export function whyText({ code, candidates, against }: Why, names: Names): string {
  if (code === null) return '';
  const other = against === null ? '' : ` (against ${against})`;
  const meant =
    candidates.length === 0
      ? ''
      : `; could mean ${candidates.map((at) => timeText(at, names.zone)).join(' or ')}`;
  return `${readinessWords[code]}${other}${meant}`;
}
