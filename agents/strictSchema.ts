/**
 * zod schemas as strict mode takes them: every key required, no other key, no open map, and no limit that hosted
 * endpoints refuse. What is left out here (lengths, patterns, ranges) our own parse still holds answers to.
 */
import { z } from 'zod';
import type { StrictSchema } from './modelPort.ts';

const kept = new Set([
  'type',
  'properties',
  'required',
  'items',
  'enum',
  'const',
  'anyOf',
  'description',
]);

const isMap = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function strictly(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strictly);
  if (!isMap(schema)) return schema;
  const parts = Object.entries(schema).filter(([key]) => kept.has(key));
  const made = Object.fromEntries(
    parts.map(([key, value]) => {
      if (key !== 'properties' || !isMap(value)) return [key, strictly(value)];
      return [
        key,
        Object.fromEntries(Object.entries(value).map(([name, of]) => [name, strictly(of)])),
      ];
    }),
  );
  if (schema['type'] !== 'object') return made;
  const names = Object.keys(isMap(schema['properties']) ? schema['properties'] : {});
  const required: unknown = schema['required'];
  const all = Array.isArray(required) && names.every((name) => required.includes(name));
  if (!isMap(schema['properties']) || (names.length > 0 && !all)) {
    throw new TypeError('strict mode takes no open map and no optional key: use nullable');
  }
  return { ...made, additionalProperties: false };
}

/** The JSON Schema of a zod schema for strict mode. Throws for an optional key or an open map. */
export function strictSchema(schema: z.ZodType): StrictSchema {
  const made = strictly(z.toJSONSchema(schema, { unrepresentable: 'throw' }));
  if (!isMap(made) || made['type'] !== 'object') throw new TypeError('an answer is one object');
  return made;
}
