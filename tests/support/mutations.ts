/**
 * One-step changes of a JSON value: every way in which one leaf, key or item of it can be another one.
 */
import fc from 'fast-check';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Path = readonly (string | number)[];

/** A copy that has only JSON in it. */
export const jsonOf = (value: unknown): Json => JSON.parse(JSON.stringify(value));

function pathsOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Array.isArray(value)
    ? value.flatMap((item, index) => pathsOf(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]));
  return path.length === 0 ? inside : [path, ...inside];
}

function changed(value: Json, pick: number): Json | undefined {
  if (typeof value === 'string') {
    const at = value.length === 0 ? 0 : pick % value.length;
    const letter = value[at] ?? '';
    const other = String.fromCharCode(letter === 'z' ? 97 : (letter.charCodeAt(0) || 96) + 1);
    const ways = [
      value.slice(0, at) + other + value.slice(at + 1),
      value.slice(0, at) + value.slice(at + 1),
      `${value.slice(0, at)}${other}${value.slice(at)}`,
      `${value} `,
      value.toUpperCase() === value ? `${value}a` : value.toUpperCase(),
      null,
    ];
    return ways[pick % ways.length];
  }
  if (typeof value === 'number') return [value + 1, value - 1, -value - 1, `${value}`][pick % 4];
  if (typeof value === 'boolean') return !value;
  if (value === null) return [0, '', false, 1_794_088_800_000][pick % 4];
  if (Array.isArray(value)) {
    const first = value[0];
    return pick % 2 === 0 || first === undefined ? [...value, first ?? null] : value.slice(1);
  }
  const [key] = Object.keys(value);
  return pick % 2 === 0 || key === undefined
    ? { ...value, extra: 1 }
    : Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

function put(value: Json, path: Path, pick: number): Json {
  const [step, ...rest] = path;
  if (step === undefined) return changed(value, pick) ?? null;
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === step ? put(item, rest, pick) : item));
  }
  if (typeof value !== 'object' || value === null) throw new Error('no such path');
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === step ? put(item, rest, pick) : item]),
  );
}

/** Values that differ from this one in one place. */
export function mutationsOf(value: unknown): fc.Arbitrary<Json> {
  const json = jsonOf(value);
  const paths = pathsOf(json);
  return fc
    .tuple(fc.constantFrom(...paths), fc.nat(9_999))
    .map(([path, pick]) => put(json, path, pick))
    .filter((mutant) => JSON.stringify(mutant) !== JSON.stringify(json));
}
