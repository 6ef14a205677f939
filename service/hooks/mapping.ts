/**
 * A message as the report that the ledger takes, by the mapping of its hook. Each fact is read on its own; what cannot
 * be read becomes a statement, word for word, which the rule book holds for a person. Nothing is ever left out.
 */
import { createHash } from 'node:crypto';
import { ReportBody } from '../../ledger/facts.ts';
import type { Plan } from '../../ledger/plan.ts';
import { Id, type Instant } from '../../ledger/vocabulary.ts';
import { cutText, malformedPlaces } from '../../ledger/wellFormed.ts';
import { readFacts } from '../runbook/readFacts.ts';
import { at, type Message } from './message.ts';
import type { Hook, HookRule } from './settings.ts';

type Told = ReportBody['assertions'][number];

const longestText = 20_000;
const longestStatement = 4_000;
const mostAssertions = 200;

const wellFormed = (text: string): string => text.replaceAll(/\p{Surrogate}/gu, '\ufffd');

/** The whole text as statements, in pieces where it is long. */
function statementsOf(text: string): Told[] {
  const pieces: Told[] = [];
  let rest = text === '' ? '(the message is empty)' : wellFormed(text);
  while (rest !== '') {
    const piece = cutText(rest, longestStatement);
    pieces.push({ text: piece, assertion: { kind: 'statement', text: piece } });
    rest = rest.slice(piece.length);
  }
  return pieces;
}

/** The body as the report keeps it; a long one is cut and told apart by its digest. */
export function textOf({ text }: Message): string {
  const whole = wellFormed(text);
  if (whole.length <= longestText) return whole;
  const digest = createHash('sha256').update(text).digest('hex');
  return `${cutText(whole, longestText - 100)}\n… cut here, SHA-256 of the whole: ${digest}`;
}

/** Puts in place of every `=/pointer` what it finds in the message. */
function filled(value: unknown, payload: unknown): unknown {
  if (typeof value === 'string')
    return value.startsWith('=/') ? at(payload, value.slice(1)) : value;
  if (Array.isArray(value)) return value.map((item: unknown) => filled(item, payload));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, filled(item, payload)]),
  );
}

const matches = ({ when }: HookRule, payload: unknown): boolean =>
  Object.entries(when).every(([pointer, wanted]) => at(payload, pointer) === wanted);

/** The facts a message carries, unread: by its own list or by the first rule that matches; null when neither says. */
function factsIn(hook: Hook, { payload }: Message): readonly unknown[] | null {
  const rule = hook.rules.find((one) => matches(one, payload));
  if (rule !== undefined) return rule.facts.map((fact) => filled(fact, payload));
  const listed = hook.facts === undefined ? undefined : at(payload, hook.facts);
  return Array.isArray(listed) && listed.length > 0 ? listed : null;
}

type Frame = Pick<ReportBody, 'source' | 'sourceEventId' | 'reporter' | 'occurredAt'>;

function readOne(fact: unknown, { source, reporter, occurredAt }: Frame, plan: Plan): Told[] {
  const told = {
    source,
    by: reporter,
    occurred: new Date(occurredAt).toISOString(),
    facts: [fact],
  };
  const whole = malformedPlaces(fact).length === 0;
  const { steps, findings } = whole ? readFacts([told], plan) : { steps: [], findings: [] };
  const assertions = steps.flatMap(({ reports }) => reports.flatMap(({ body }) => body.assertions));
  return findings.length === 0 && assertions.length > 0
    ? assertions
    : statementsOf(JSON.stringify(fact) ?? 'a fact that says nothing');
}

/** The person who reports, or a name that no plan knows, so that the facts are held. */
function reporterOf({ reporter }: Hook, { payload }: Message): Id {
  if (typeof reporter === 'string') return reporter;
  const name = at(payload, reporter.at);
  const known = typeof name === 'string' && Object.hasOwn(reporter.people, name);
  return (known ? reporter.people[name] : undefined) ?? 'unmapped';
}

/** The cutovers a message may be about, the likeliest first. */
export function cutoversOf({ cutover }: Hook, { payload }: Message): readonly Id[] {
  if (typeof cutover === 'string') return [cutover];
  const named = Id.safeParse(at(payload, cutover.at));
  return named.success ? [named.data, cutover.otherwise] : [cutover.otherwise];
}

/** The report of a message, or null when a rule says that it means nothing. */
export function reportOf(
  hook: Hook,
  message: Message,
  { plan, occurredAt }: { readonly plan: Plan; readonly occurredAt: Instant },
): ReportBody | null {
  const facts = factsIn(hook, message);
  if (facts?.length === 0) return null;
  const counter = hook.sequence === undefined ? null : at(message.payload, hook.sequence);
  const frame: Frame = {
    source: hook.source,
    sourceEventId: message.id,
    reporter: reporterOf(hook, message),
    occurredAt,
  };
  const report = (assertions: readonly Told[]) =>
    ReportBody.safeParse({
      ...frame,
      sourceSequence: Number.isSafeInteger(counter) && Number(counter) >= 0 ? counter : null,
      underPacketVersion: null,
      text: textOf(message),
      assertions,
    });
  const read =
    facts === null
      ? statementsOf(message.text)
      : facts.flatMap((fact) => readOne(fact, frame, plan));
  const parsed = report(read);
  if (parsed.success) return parsed.data;
  return report(statementsOf(message.text).slice(0, mostAssertions)).data ?? null;
}
