/**
 * The verb with which a named human grants an exception: one fact like any other, judged by the next run.
 */
import { readInstant } from '../../constraints/instants.ts';
import { RelaxableCode } from '../../ledger/codes.ts';
import { handle } from '../../ledger/handle.ts';
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
  if (!plan.checkpoints.some(({ id }) => id === wanted.checkpoint)) {
    const known = plan.checkpoints.map(({ id }) => id).join(', ');
    throw new UsageError(
      `no checkpoint "${wanted.checkpoint}" in this plan; checkpoints: ${known}`,
    );
  }
  const until =
    wanted.until === undefined ? null : readInstant(wanted.until, plan.zone, plan.window);
  if (until !== null && until.at === null) {
    throw new UsageError(
      `--until "${wanted.until}" is not one instant; write it like 2026-11-08T02:40+00:00`,
    );
  }
  actorAt(wanted.as, plan, interlock.ledger.now());
  const id = interlock.ledger.newId('exception');
  const text = `exception ${relaxes.data} for ${wanted.checkpoint}`;
  const outcome = await handle(interlock.ledger, cutoverId, {
    type: 'ReceiveReport',
    body: {
      source: 'interlock',
      sourceEventId: id,
      sourceSequence: null,
      reporter: wanted.as,
      occurredAt: interlock.ledger.now(),
      underPacketVersion: state.current?.packet.version ?? null,
      text,
      assertions: [
        {
          text,
          assertion: {
            kind: 'exception_granted',
            exception: id,
            checkpoint: wanted.checkpoint,
            relaxes: relaxes.data,
            untilAt: until?.at ?? null,
          },
        },
      ],
    },
  });
  if (outcome.rejection !== null) return refused(outcome.rejection);
  return answered(`Recorded ${text} (${id}). The next run judges it: interlock run`, {
    exception: id,
  });
}
