/**
 * JSON as an attacker handles it: every place that holds a text, a number or a list, and one of them put otherwise.
 */
import type { Json, Path } from '../support/mutations.ts';

type Leaf = { readonly path: Path; readonly value: Json };

/** Every value inside, with the place it has; containers too. */
export function places(value: Json, path: Path = []): Leaf[] {
  const own = { path, value };
  if (typeof value !== 'object' || value === null) return [own];
  const inside = Array.isArray(value)
    ? value.flatMap((item, index) => places(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => places(item, [...path, key]));
  return [own, ...inside];
}

/** The value with `made` in one place; the rest is shared with the original. */
export function withAt(value: Json, path: Path, made: (old: Json) => Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return made(value);
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === step ? withAt(item, rest, made) : item));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === step ? withAt(item, rest, made) : item,
    ]),
  );
}

/** Every text in it, keys left out. */
export const textsIn = (value: Json): string[] =>
  places(value).flatMap((leaf) => (typeof leaf.value === 'string' ? [leaf.value] : []));
