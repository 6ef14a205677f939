/**
 * Turns what zod says of a hand-written file into findings that name the place and the fix: unknown keys with the
 * key that was probably meant, missing keys with what belongs there, and unions by the form that was attempted.
 */
import type { z } from 'zod';
import { type FilePath, type Finding, meant } from './problems.ts';

/** As much of a JSON Schema as is needed to find the keys and the words of a place. */
export type SchemaNode = {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
};

const branches = (node: SchemaNode): readonly SchemaNode[] => {
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return inner.length === 0 ? [node] : inner.flatMap(branches);
};

/** Every schema that could describe the value at `path`. */
function nodesAt(root: SchemaNode, path: FilePath): readonly SchemaNode[] {
  return path.reduce<readonly SchemaNode[]>(
    (nodes, step) =>
      nodes.flatMap(branches).flatMap(({ properties, additionalProperties, items }) => {
        if (typeof step === 'number') return items === undefined ? [] : [items];
        const known = properties?.[step];
        if (known !== undefined) return [known];
        return typeof additionalProperties === 'object' ? [additionalProperties] : [];
      }),
    [root],
  );
}

const keysAt = (root: SchemaNode, path: FilePath): string[] => [
  ...new Set(
    nodesAt(root, path)
      .flatMap(branches)
      .flatMap(({ properties }) => Object.keys(properties ?? {})),
  ),
];

/** The words of the place, in full sentences, or nothing. */
const wordsAt = (root: SchemaNode, path: FilePath): string =>
  nodesAt(root, path).find(({ description }) => description !== undefined)?.description ?? '';

type Issue = z.core.$ZodIssue;

/** Property keys only: symbols never come from a file. */
const plainPath = (path: readonly PropertyKey[]): (string | number)[] =>
  path.filter((step) => typeof step !== 'symbol');

function valueAt(value: unknown, path: FilePath): unknown {
  let inner: unknown = value;
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null) return undefined;
    inner = Object.entries(inner).find(([key]) => key === String(step))?.[1];
  }
  return inner;
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

type Context = { readonly root: SchemaNode; readonly value: unknown };

function unknownKeys(issue: Issue & { code: 'unrecognized_keys' }, context: Context): Finding[] {
  const at = plainPath(issue.path);
  const known = keysAt(context.root, at);
  return issue.keys.map((key) => ({
    path: [...at, key],
    message: `the key "${key}" is not known here`,
    fix:
      known.length === 0
        ? 'leave it out: no key is known here'
        : `${meant(key, known)}known keys: ${known.join(', ')}`,
  }));
}

/** The branch of a union that was meant: the one whose kind of value was given. */
function attempted(issue: Issue & { code: 'invalid_union' }): readonly Issue[] | null {
  const fitting = issue.errors.filter(
    (branch) =>
      !branch.some(
        ({ code, path }) =>
          path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'),
      ),
  );
  const [only] = fitting;
  return fitting.length === 1 && only !== undefined ? only : null;
}

function fixFor(issue: Issue, at: FilePath, { root, value }: Context): string {
  const words = wordsAt(root, at);
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map(String);
    return `${meant(String(valueAt(value, at)), allowed)}write one of: ${allowed.join(', ')}`;
  }
  if (issue.code === 'invalid_format' || issue.code === 'invalid_key') {
    return 'use lower-case letters, digits and . _ : - (at most 100), beginning with a letter or digit';
  }
  if (at.length === 0 && issue.code === 'invalid_type') {
    const keys = keysAt(root, []);
    return keys.length === 0
      ? 'write {}: there is nothing to say here'
      : `write keys with values at the top: ${keys.join(', ')}`;
  }
  if (valueAt(value, at) === undefined) {
    const key = `add "${String(at.at(-1))}"`;
    return words === '' ? key : `${key}: ${words}`;
  }
  return words === '' ? 'correct the value' : words;
}

/** `has more than 200 items`, by what is counted. */
function sized(origin: string, than: 'more' | 'less', limit: number | bigint): string {
  if (origin === 'string') return `has ${than} than ${limit} characters`;
  if (origin === 'array' || origin === 'set') return `has ${than} than ${limit} items`;
  return `is ${than} than ${limit}`;
}

function messageFor(issue: Issue, at: FilePath, { value }: Context): string {
  const given = valueAt(value, at);
  const key = String(at.at(-1) ?? 'the file');
  if (given === undefined && issue.code !== 'invalid_key') return `"${key}" is missing`;
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'string' && typeof given === 'number'
        ? `${shown(given)} is a number where text belongs; write it in quotes`
        : `${shown(given)} is not ${issue.expected === 'int' ? 'a whole number' : `a value of type ${issue.expected}`}`;
    case 'invalid_value':
      return `${shown(given)} is not known here`;
    case 'invalid_format':
      return `${shown(given)} is not an id`;
    case 'invalid_key':
      return `"${key}" is not an id`;
    case 'invalid_union':
      return `${shown(given)} ${issue.message === 'Invalid input' ? 'is nothing that belongs here' : issue.message}`;
    case 'custom':
      return `${shown(given)} ${issue.message}`;
    case 'too_big':
      return `${shown(given)} ${sized(issue.origin, 'more', issue.maximum)}`;
    case 'too_small':
      return `${shown(given)} ${sized(issue.origin, 'less', issue.minimum)}`;
    case 'not_multiple_of':
    case 'invalid_element':
    case 'unrecognized_keys':
      return `${shown(given)}: ${issue.message}`;
  }
}

function findingsOf(issue: Issue, context: Context): Finding[] {
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, context);
  if (issue.code === 'invalid_union') {
    const inner = attempted(issue);
    if (inner !== null) {
      return inner.flatMap((deeper) =>
        findingsOf({ ...deeper, path: [...issue.path, ...deeper.path] }, context),
      );
    }
  }
  const path = plainPath(issue.path);
  return [{ path, message: messageFor(issue, path, context), fix: fixFor(issue, path, context) }];
}

/** Every finding of a failed parse of `value`; `root` is the JSON Schema of what was expected. */
export const schemaFindings = (error: z.ZodError, context: Context): Finding[] =>
  error.issues.flatMap((issue) => findingsOf(issue, context));
