/**
 * An exception that a named human grants, as the report it is: one fact like any other, judged by the next run. It
 * refuses a checkpoint that the plan does not have and an end that is not one instant.
 */
import { readInstant } from '../constraints/instants.ts';
import type { RelaxableCode } from '../ledger/codes.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { ReportBody } from '../ledger/facts.ts';
import { ownSource } from '../ledger/plan.ts';
import type { Id, Instant } from '../ledger/vocabulary.ts';

export type Exception = {
  /** Its own id, and that of the report. */
  readonly id: Id;
  readonly checkpoint: string;
  readonly relaxes: RelaxableCode;
  /** As it was written; left out: no limit. */
  readonly until?: string | undefined;
  readonly by: Id;
  readonly at: Instant;
};

/** Something is wrong with one part of what was asked for. */
export type Wrong = { readonly part: 'checkpoint' | 'until'; readonly message: string };

/** The report of an exception, or what is wrong with it. */
export function exceptionReport(wanted: Exception, state: CutoverState): ReportBody | Wrong {
  const { plan } = state.situation;
  if (!plan.checkpoints.some(({ id }) => id === wanted.checkpoint)) {
    const known = plan.checkpoints.map(({ id }) => id).join(', ');
    const message = `no checkpoint "${wanted.checkpoint}" in this plan; checkpoints: ${known}`;
    return { part: 'checkpoint', message };
  }
  const until =
    wanted.until === undefined ? null : readInstant(wanted.until, plan.zone, plan.window);
  if (until !== null && until.at === null) {
    const message = `"${wanted.until}" is not one instant; write it like 2026-11-08T02:40+00:00`;
    return { part: 'until', message };
  }
  const text = `exception ${wanted.relaxes} for ${wanted.checkpoint}`;
  return {
    source: ownSource,
    sourceEventId: wanted.id,
    sourceSequence: null,
    reporter: wanted.by,
    occurredAt: wanted.at,
    underPacketVersion: state.current?.packet.version ?? null,
    text,
    assertions: [
      {
        text,
        assertion: {
          kind: 'exception_granted',
          exception: wanted.id,
          checkpoint: wanted.checkpoint,
          relaxes: wanted.relaxes,
          untilAt: until?.at ?? null,
        },
      },
    ],
  };
}
