/**
 * JSON Schema of the files people write, for editors. It is made from the zod schemas, so the two never differ.
 */
import { z } from 'zod';
import { RunbookText } from './format.ts';
import type { SchemaNode } from './schemaProblems.ts';

const made = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12', unrepresentable: 'throw' });

/** Draft 2020-12 schema of a runbook file, with a description at every key. */
export const runbookJsonSchema = (): Readonly<Record<string, unknown>> => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...made(RunbookText),
});

const trees = new WeakMap<z.ZodType, SchemaNode>();

/** The same as a tree to look up keys and words in; made once for each schema. */
export function schemaTree(schema: z.ZodType): SchemaNode {
  const known = trees.get(schema);
  if (known !== undefined) return known;
  const tree = asNode(made(schema));
  trees.set(schema, tree);
  return tree;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The parts of a JSON Schema that lead to keys and words. */
function asNode(value: unknown): SchemaNode {
  if (!isObject(value)) return {};
  const { description, properties, additionalProperties, items, anyOf, oneOf } = value;
  const list = (inner: unknown): SchemaNode[] => (Array.isArray(inner) ? inner.map(asNode) : []);
  return {
    ...(typeof description === 'string' ? { description } : {}),
    ...(isObject(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, inner]) => [key, asNode(inner)]),
          ),
        }
      : {}),
    ...(isObject(additionalProperties)
      ? { additionalProperties: asNode(additionalProperties) }
      : {}),
    ...(isObject(items) ? { items: asNode(items) } : {}),
    anyOf: list(anyOf),
    oneOf: list(oneOf),
  };
}
