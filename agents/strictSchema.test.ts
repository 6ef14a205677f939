/** Strict mode refuses optional keys and open maps, and no test endpoint notices: so every schema is held to it here. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HoldsAnswer } from './holdsModel.ts';
import { PacketAnswer } from './packetModel.ts';
import { ReadinessAnswer } from './readinessModel.ts';
import { ResequencingAnswer } from './resequencingModel.ts';
import { strictSchema } from './strictSchema.ts';

type Node = { readonly [key: string]: unknown };
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** Every object schema in a schema. */
function objectsIn(schema: unknown): Node[] {
  if (!isNode(schema)) return [];
  const inside = Object.values(schema).flatMap(objectsIn);
  return schema['type'] === 'object' ? [schema, ...inside] : inside;
}

describe('a schema for strict mode', () => {
  it.each([
    ['readiness', ReadinessAnswer],
    ['resequencing', ResequencingAnswer],
    ['holds', HoldsAnswer],
    ['packet', PacketAnswer],
  ])('%s requires every key and takes no other', (_, schema) => {
    const objects = objectsIn(strictSchema(schema));
    expect(objects.length).toBeGreaterThan(0);
    for (const { properties, required, additionalProperties } of objects) {
      expect(additionalProperties).toBe(false);
      expect(required).toEqual(Object.keys(isNode(properties) ? properties : {}));
    }
    const words = JSON.stringify(objects);
    for (const refused of ['maxItems', 'maxLength', 'minimum', 'pattern', '$schema']) {
      expect(words).not.toContain(`"${refused}"`);
    }
  });

  it('cannot have an optional key or an open map', () => {
    expect(() => strictSchema(z.strictObject({ a: z.string().optional() }))).toThrow(/nullable/);
    expect(() => strictSchema(z.strictObject({ a: z.record(z.string(), z.int()) }))).toThrow(/map/);
    expect(() => strictSchema(z.array(z.string()))).toThrow(/one object/);
  });
});
