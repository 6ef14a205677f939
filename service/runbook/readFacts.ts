/**
 * A facts file as reports for the ledger, in the steps it is written in. A report without an id is given one made
 * from its content, so that telling the same thing twice is one report.
 */
import { z } from 'zod';
import { digestOf } from '../../ledger/canonical.ts';
import { ReportBody } from '../../ledger/facts.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { Id, Instant } from '../../ledger/vocabulary.ts';
import { cutText } from '../../ledger/wellFormed.ts';
import { type Desk, instant } from './clock.ts';
import {
  type FactsReport,
  type FactsStep,
  FactsText,
  type FactText,
  ReportText,
} from './factsFormat.ts';
import { schemaTree } from './jsonSchema.ts';
import type { FilePath, Finding } from './problems.ts';
import { schemaFindings } from './schemaProblems.ts';
import { assertionOf, keyOfFact } from './toAssertion.ts';
import { whole } from './toCheckpoint.ts';
import { deskOf } from './toPlan.ts';

export type ReadFacts = {
  readonly steps: readonly FactsStep[];
  readonly findings: readonly Finding[];
};

/** What reading the reports of one file needs. */
export type Pen = {
  readonly desk: Desk;
  readonly plan: Plan;
  /** The approved rank of each checkpoint, with those that these reports add. */
  readonly ranks: Map<Id, number>;
};

export const penOf = (plan: Plan): Pen => ({
  desk: deskOf(plan),
  plan,
  ranks: new Map(plan.checkpoints.map(({ id, rank }) => [id, rank])),
});

const short = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value).replaceAll('"', '');

/** `finished: checkpoint rollback, at 23:50`: the words of a fact that brings none of its own. */
function wordsOf(fact: FactText): string {
  const key = keyOfFact(fact);
  const value = key === undefined ? undefined : fact[key];
  if (typeof value !== 'object') return short(value ?? '');
  const parts = Object.entries(value).map(([name, part]) => `${name} ${short(part)}`);
  return cutText(`${key}: ${parts.join(', ')}`, 4_000);
}

function ownWords(fact: FactText): string | undefined {
  const key = keyOfFact(fact);
  const value = key === undefined ? undefined : fact[key];
  return typeof value === 'object' ? value.text : value;
}

/** One report as the ledger takes it, or null with findings in the pen's desk. */
export function reportOf(text: ReportText, path: FilePath, pen: Pen): FactsReport | null {
  const { desk, plan, ranks } = pen;
  const moment = (key: 'occurred' | 'received', when: string) =>
    instant(when, { file: [...path, key], plan: null }, desk);
  const occurredAt = moment('occurred', text.occurred);
  const receivedAt = text.received === undefined ? null : moment('received', text.received);
  const context = { desk, plan, reporter: text.by, occurredAt: occurredAt ?? 0, ranks };
  const assertions = whole(
    text.facts.map((fact, index) => {
      const place = [...path, 'facts', index, keyOfFact(fact) ?? 0];
      const assertion = assertionOf(fact, { ...context, path: place });
      const words = ownWords(fact) ?? text.text ?? wordsOf(fact);
      return assertion === null ? null : { text: words, assertion };
    }),
  );
  if (occurredAt === null || assertions === null) return null;
  if (text.received !== undefined && receivedAt === null) return null;
  const body = {
    source: text.source,
    sourceSequence: text.sequence ?? null,
    reporter: text.by,
    occurredAt,
    underPacketVersion: text.packet ?? null,
    text: text.text ?? text.facts.map(wordsOf).join('; '),
    assertions,
  };
  const sourceEventId =
    text.id === undefined ? `content-${digestOf('report', body).slice(0, 16)}` : String(text.id);
  return { body: { ...body, sourceEventId }, receivedAt };
}

const readable = <T>(items: readonly (T | null)[]): T[] => items.filter((item) => item !== null);

function cutoverFinding({ cutover }: FactsText, plan: Plan): Finding[] {
  if (cutover === undefined || cutover === plan.cutoverId) return [];
  return [
    {
      path: ['cutover'],
      message: `the file is about "${cutover}", not about "${plan.cutoverId}"`,
      fix: 'report it to that cutover, or correct the name',
    },
  ];
}

/** Reports of a step without an arrival arrive when they occurred, at the latest when the step runs. */
const arrivals = (reports: readonly FactsReport[], now: Instant | null): FactsReport[] =>
  reports.map(({ body, receivedAt }) => ({
    body,
    receivedAt: receivedAt ?? Math.min(body.occurredAt, now ?? body.occurredAt),
  }));

function stepsOf(file: FactsText, pen: Pen): FactsStep[] {
  if (file.steps === undefined) {
    const reports = (file.reports ?? []).map((text, index) =>
      reportOf(text, ['reports', index], pen),
    );
    return [{ name: null, now: null, reports: readable(reports) }];
  }
  return file.steps.map((step, index) => {
    const now = instant(step.now, { file: ['steps', index, 'now'], plan: null }, pen.desk);
    const reports = step.reports.map((text, at) =>
      reportOf(text, ['steps', index, 'reports', at], pen),
    );
    return { name: step.name ?? null, now, reports: arrivals(readable(reports), now) };
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const looksRaw = (value: unknown): boolean => isRecord(value) && 'assertions' in value;

type Shaped<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly findings: Finding[] };

function shaped<T>(schema: z.ZodType<T>, value: unknown): Shaped<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const context = { root: schemaTree(schema), value };
  return { ok: false, findings: schemaFindings(parsed.error, context) };
}

/** Reports in the ledger's own shape need no reading. */
function readRaw(value: unknown): ReadFacts {
  const list = Array.isArray(value) ? value : [value];
  const parsed = shaped(z.array(ReportBody), list);
  if (!parsed.ok) {
    const at = ({ path, ...rest }: Finding): Finding => ({
      ...rest,
      path: Array.isArray(value) ? path : path.slice(1),
    });
    return { steps: [], findings: parsed.findings.map(at) };
  }
  const reports = parsed.value.map((body) => ({ body, receivedAt: null }));
  return { steps: [{ name: null, now: null, reports }], findings: [] };
}

/**
 * Reads the value of a facts file: a file of reports or of steps, one report by itself, a list of reports, or reports
 * in the ledger's own shape. The steps are only to be used when nothing is found.
 */
export function readFacts(value: unknown, plan: Plan): ReadFacts {
  const list = Array.isArray(value) ? value : [value];
  if (list.length > 0 && list.every(looksRaw)) return readRaw(value);
  const pen = penOf(plan);
  if (Array.isArray(value) || (isRecord(value) && 'source' in value)) {
    const parsed = shaped(z.array(ReportText).min(1), list);
    const up = ({ path, ...rest }: Finding): Finding => ({
      ...rest,
      path: Array.isArray(value) ? path : path.slice(1),
    });
    if (!parsed.ok) return { steps: [], findings: parsed.findings.map(up) };
    const reports = readable(parsed.value.map((text, index) => reportOf(text, [index], pen)));
    const findings = pen.desk.findings.map(up);
    return { steps: [{ name: null, now: null, reports }], findings };
  }
  const parsed = shaped(FactsText, value);
  if (!parsed.ok) return { steps: [], findings: parsed.findings };
  const steps = stepsOf(parsed.value, pen);
  return { steps, findings: [...cutoverFinding(parsed.value, plan), ...pen.desk.findings] };
}
