/**
 * Receiving a report: it is kept as having happened, whoever sent it. Whether each fact in it counts is ruled on
 * later. One source event id has one body for ever: the same body again is silence, another body is refused.
 */
import { digestOf } from './canonical.ts';
import type { CommandOf } from './commands.ts';
import type { CutoverState } from './cutover.ts';
import { accept, type DecideContext, type Decision, reject, unchanged } from './decision.ts';
import type { Fact, ReportBody } from './facts.ts';
import { isWordedAsPromise } from './promises.ts';
import { redactedReport } from './redaction.ts';
import type { Digest, Id } from './vocabulary.ts';

function factsOf(body: ReportBody, reportId: Id, { now, newId }: DecideContext): Fact[] {
  const { source, sourceEventId, sourceSequence, reporter, occurredAt } = body;
  return body.assertions.map(({ text, assertion }) => ({
    factId: newId('fact'),
    reportId,
    source,
    sourceEventId,
    sourceSequence,
    reporter,
    occurredAt,
    receivedAt: now,
    text,
    ...(isWordedAsPromise(assertion, text) ? { promised: true as const } : {}),
    assertion,
  }));
}

function refuseReuse(body: ReportBody, digests: { body: Digest; known: Digest }): Decision {
  const { source, sourceEventId, text } = body;
  return {
    events: [
      {
        type: 'ReportRefused',
        source,
        sourceEventId,
        bodyDigest: digests.body,
        knownDigest: digests.known,
        text,
        reason: 'source_event_reused',
      },
    ],
    rejection: {
      code: 'source_event_reused',
      detail: `${source} has already used event id ${sourceEventId} for another body; send a correction under a new id`,
      violations: [],
    },
  };
}

/** Appends the report, redacted, with new ids for it and each of its facts. */
export function receiveReport(
  { body: told }: CommandOf<'ReceiveReport'>,
  state: CutoverState,
  context: DecideContext,
): Decision {
  // Redacted first: a digest of what was taken out could be guessed back into it.
  const { body, count } = redactedReport(told);
  const bodyDigest = digestOf('report', body);
  const known = context.knownReport;
  if (known !== null) {
    return known.bodyDigest === bodyDigest
      ? unchanged
      : refuseReuse(body, { body: bodyDigest, known: known.bodyDigest });
  }
  if (body.assertions.length === 0) {
    return reject('report_empty', `${body.source} ${body.sourceEventId} asserts nothing`);
  }
  const { assertions: _facts, ...kept } = body;
  const reportId = context.newId('report');
  return accept({
    type: 'ReportReceived',
    report: {
      ...kept,
      ...(count === 0 ? {} : { redacted: count }),
      reportId,
      bodyDigest,
      receivedAt: context.now,
      currentPacketVersion: state.current?.packet.version ?? null,
      facts: factsOf(body, reportId, context),
    },
  });
}
