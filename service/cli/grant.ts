/**
 * The verb with which a named human grants an exception: one fact like any other, judged by the next run.
 */
import { RelaxableCode } from '../../ledger/codes.ts';
import { handle } from '../../ledger/handle.ts';
import { exceptionReport } from '../exception.ts';
import type { LedgerOnly } from '../openLedger.ts';
import { type Answer, answered, refused, UsageError } from './answer.ts';
import { actorAt, open } from './cutovers.ts';

type Grant = {
  readonly cutover?: string | undefined;
  readonly as: string;
  readonly checkpoint: string;
  readonly relaxes: string;
  readonly until?: string | undefined;
};

/** Reports an exception that a named human grants. It is a fact like any other: the next run judges and uses it. */
export async function grant(interlock: LedgerOnly, wanted: Grant): Promise<Answer> {
  const { cutoverId, state } = await open(interlock, wanted.cutover);
  const { plan } = state.situation;
  const relaxes = RelaxableCode.safeParse(wanted.relaxes);
  if (!relaxes.success) {
    throw new UsageError(
      `"${wanted.relaxes}" cannot be relaxed; one of: ${RelaxableCode.options.join(', ')}`,
    );
  }
  actorAt(wanted.as, plan, interlock.ledger.now());
  const id = interlock.ledger.newId('exception');
  const body = exceptionReport(
    {
      id,
      checkpoint: wanted.checkpoint,
      relaxes: relaxes.data,
      until: wanted.until,
      by: wanted.as,
      at: interlock.ledger.now(),
    },
    state,
  );
  if ('part' in body) throw new UsageError(body.message);
  const outcome = await handle(interlock.ledger, cutoverId, { type: 'ReceiveReport', body });
  if (outcome.rejection !== null) return refused(outcome.rejection);
  return answered(`Recorded ${body.text} (${id}). The next run judges it: interlock run`, {
    exception: id,
  });
}
