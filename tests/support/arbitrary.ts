/**
 * Random values of any of our zod schemas, made from the schema itself, so that a field added to an event is in
 * the tests the moment it is in the schema. Ids come from one small pool, because folds are about ids that meet.
 */
import fc from 'fast-check';
import { z } from 'zod';
import { genesisHash, EventBody, type LedgerEvent } from '../../ledger/events.ts';
import { chain } from '../../ledger/chain.ts';
import { ModelName } from '../../ledger/packet.ts';
import { Digest, Id, Instant } from '../../ledger/vocabulary.ts';
import { minute, plan, checkpoint, actor } from './build.ts';
import { digestOf } from '../../ledger/canonical.ts';

const ids = ['cut', 'check', 'open', 'operator', 'a', 'b'] as const;
const listsUpTo = 2;

const known = new Map<z.core.$ZodType, fc.Arbitrary<unknown>>([
  [Id, fc.constantFrom(...ids)],
  [Instant, fc.constantFrom(...[-30, 0, 15, 45, 500].map(minute))],
  [ModelName, fc.constantFrom('a-model', 'vendor/model:1')],
  [Digest, fc.constantFrom(genesisHash, 'a'.repeat(64), 'b'.repeat(64))],
]);

const text = fc.oneof(
  fc.constantFrom(...ids, 'all', ''),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('\u0000', '"\\', '\u2028', '__proto__', '{"lc":1}'),
);

function objectOf(schema: z.ZodObject): fc.Arbitrary<unknown> {
  const fields = Object.entries(schema.shape).map(
    ([name, field]) =>
      [name, arbitraryOf(field instanceof z.ZodOptional ? field.unwrap() : field)] as const,
  );
  const requiredKeys = Object.entries(schema.shape).flatMap(([name, field]) =>
    field instanceof z.ZodOptional ? [] : [name],
  );
  return fc.record(Object.fromEntries(fields), { requiredKeys });
}

/** How many a list must have at least. */
const leastOf = (schema: z.ZodArray): number => (schema.safeParse([]).success ? 0 : 1);

function make(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodObject) return objectOf(schema);
  if (schema instanceof z.ZodArray) {
    const least = leastOf(schema);
    return fc.array(arbitraryOf(schema.element), { minLength: least, maxLength: listsUpTo });
  }
  if (schema instanceof z.ZodNullable) {
    return fc.oneof(fc.constant(null), arbitraryOf(schema.unwrap()));
  }
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map(arbitraryOf));
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber) {
    const least = Math.max(schema.minValue ?? 0, -5);
    return fc.integer({ min: least, max: Math.min(schema.maxValue ?? least + 9, least + 9) });
  }
  if (schema instanceof z.ZodString) return text;
  throw new Error(`no way to make a ${schema._zod.def.type}: add it here`);
}

/** Values that the schema accepts. Throws for a kind of schema that no event has had so far. */
export function arbitraryOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const made = make(schema).filter((value) => z.safeParse(schema, value).success);
  known.set(schema, made);
  return made;
}

const night = plan([checkpoint('cut'), checkpoint('check'), checkpoint('open')]);
const declaration: EventBody = {
  type: 'CutoverDeclared',
  plan: night,
  planDigest: digestOf('plan', night),
  actor: actor(),
  declaredByLead: true,
};

/** Any event but the declaration, which comes first and once. */
export const anyBody: fc.Arbitrary<EventBody> = fc
  .oneof(
    ...EventBody.options
      .filter((option) => !option.safeParse(declaration).success)
      .map(arbitraryOf),
  )
  .map((body) => EventBody.parse(body));

/** A declared cutover and up to `length` events of every kind in any order, chained. */
export const anyHistory = (length: number): fc.Arbitrary<LedgerEvent[]> =>
  fc
    .array(anyBody, { minLength: 1, maxLength: length, size: 'max' })
    .map((bodies) =>
      chain(null, [declaration, ...bodies], { cutoverId: 'payments', recordedAt: minute(0) }),
    );
