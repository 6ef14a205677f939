/**
 * Reports as they are sent over HTTP: the same words as in a facts file, read by the same reader, so that a time that is
 * not clear is held and not refused.
 */
import { z } from '@hono/zod-openapi';
import type { ReportBody } from '../../ledger/facts.ts';
import { ReportText } from '../runbook/factsFormat.ts';
import { factsFrom } from '../runbook/parse.ts';
import { fileProblem } from './body.ts';
import type { Place } from './route.ts';

/** `received` is of files for drills: what comes in here arrives now. */
export const Report = z
  .strictObject(ReportText.omit({ received: true, note: true }).shape)
  .openapi('Report');
export const Reports = z
  .strictObject({ reports: z.array(Report).min(1).max(200) })
  .openapi('Reports');
export type Report = z.infer<typeof Report>;
export type Reports = z.infer<typeof Reports>;

/** Where what became of each fact of a report can be looked up; null when it is not in the ledger. */
export const placeOfRuling = (cutoverId: string, reportId: string | null): string | null =>
  reportId === null ? null : `/cutovers/${cutoverId}/reports/${reportId}`;

/** The reports as the ledger takes them; every problem at once, and then nothing is taken. */
export function bodiesOf(
  reports: readonly Report[],
  { state }: Place,
  under: string,
): ReportBody[] {
  const read = factsFrom(under === '' ? reports[0] : { reports }, state.situation.plan);
  if (read.problems.length === 0) return [...read.reports];
  throw fileProblem(read.problems, '');
}
