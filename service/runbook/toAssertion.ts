/**
 * One hand-written fact as an assertion of the ledger's closed union. Times stay readings: what is unclear about them
 * is for the rule book. Spans and lengths carry no doubt in the ledger, so unreadable ones are findings here.
 */
import { readInstant } from '../../constraints/instants.ts';
import type { Assertion, Reading } from '../../ledger/facts.ts';
import { intervalOf } from './clock.ts';
import {
  add,
  alter,
  approval,
  at,
  boundary,
  confirmation,
  exception,
  type FactContext,
  type Of,
} from './compoundFacts.ts';
import { type FactKey, FactText, type FactValues } from './factsFormat.ts';
import { predecessorsOf } from './toCheckpoint.ts';

const told = (when: string | number, { desk }: FactContext): Reading =>
  readInstant(String(when), desk.zone, desk.window);

type Turn<K extends FactKey> = (fact: Of<K>, context: FactContext) => Assertion | null;

const available =
  (yes: boolean) =>
  (fact: Of<'available'>, context: FactContext): Assertion | null => {
    const span = intervalOf(fact, at(context), { desk: context.desk });
    const { person } = fact;
    return span === null ? null : { kind: 'availability_changed', person, available: yes, span };
  };

const skipped = { name: null, role: null, owner: null, duration: null, skipped: true };

const turns: { readonly [K in FactKey]: Turn<K> } = {
  started: ({ checkpoint, at: when, owner }, context) => ({
    kind: 'actual_start',
    checkpoint,
    at: told(when, context),
    owner: owner ?? null,
  }),
  finished: ({ checkpoint, at: when }, context) => ({
    kind: 'actual_finish',
    checkpoint,
    at: told(when, context),
  }),
  forecast: ({ checkpoint, at: when }, context) => ({
    kind: 'forecast_finish',
    checkpoint,
    at: told(when, context),
  }),
  revised: ({ checkpoint, at: when }, context) => ({
    kind: 'revised_start',
    checkpoint,
    at: told(when, context),
  }),
  evidence: ({ checkpoint, kind, at: when }, context) => ({
    kind: 'evidence_recorded',
    checkpoint,
    evidence: kind,
    at: told(when, context),
  }),
  evidence_revoked: ({ checkpoint, kind }) => ({
    kind: 'evidence_revoked',
    checkpoint,
    evidence: kind,
  }),
  approval,
  confirmation,
  condition_met: ({ condition }) => ({ kind: 'condition_met', condition }),
  condition_open: ({ condition }) => ({ kind: 'condition_open', condition }),
  promise: ({ checkpoint, at: when }, context) => ({
    kind: 'update_promised',
    checkpoint,
    at: told(when, context),
  }),
  holder: ({ authority, person, ...span }, context) => {
    const read = intervalOf(span, at(context), { desk: context.desk });
    return read === null ? null : { kind: 'holder_changed', authority, holder: person, span: read };
  },
  delegate: ({ authority, person, grantedBy, ...span }, context) => {
    const read = intervalOf(span, at(context), { desk: context.desk });
    if (read === null) return null;
    return { kind: 'delegate_granted', authority, person, grantedBy, span: read };
  },
  delegate_revoked: ({ authority, person, at: when }, context) => ({
    kind: 'delegate_revoked',
    authority,
    person,
    at: told(when, context),
  }),
  available: available(true),
  unavailable: available(false),
  boundary,
  boundary_lifted: ({ boundary: lifted }) => ({ kind: 'boundary_lifted', boundary: lifted }),
  add,
  alter,
  skip: ({ checkpoint }) => ({ kind: 'checkpoint_altered', checkpoint, change: skipped }),
  depends: ({ checkpoint, predecessors }, context) => {
    const { desk, path, ranks } = context;
    const known = new Set(ranks.keys());
    const read = predecessorsOf(predecessors, [...path, 'predecessors'], { desk, known });
    return read === null ? null : { kind: 'dependency_changed', checkpoint, predecessors: read };
  },
  exception,
  exception_revoked: ({ exception: id }) => ({ kind: 'exception_revoked', exception: id }),
  hold: ({ id, checkpoint, reason }) => ({
    kind: 'hold_placed',
    hold: id ?? `placed:${checkpoint}`,
    checkpoint,
    reason,
  }),
  lift: ({ hold }) => ({ kind: 'hold_lifted', hold }),
  say: (fact) => ({ kind: 'statement', text: typeof fact === 'string' ? fact : fact.text }),
};

const keys = FactText.keyof().options;

/** The key a fact is written under: the schema has made sure that there is exactly one. */
export const keyOfFact = (fact: FactText): FactKey | undefined =>
  keys.find((key) => fact[key] !== undefined);

function turn<K extends FactKey>(
  key: K,
  fact: { readonly [Key in FactKey]?: FactValues[Key] | undefined },
  context: FactContext,
): Assertion | null {
  const value: FactValues[K] | undefined = fact[key];
  return value === undefined ? null : turns[key](value, context);
}

/** The assertion, or null with a finding in the context's desk. */
export function assertionOf(fact: FactText, context: FactContext): Assertion | null {
  const key = keyOfFact(fact);
  return key === undefined ? null : turn(key, fact, context);
}
