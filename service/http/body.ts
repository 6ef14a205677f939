/**
 * What came with a request, read and checked: a body of JSON that is not too deep, and the query. Whatever is wrong
 * names its field and the fix. It refuses bodies that are not said to be JSON, so that no form can be one.
 */
import type { z } from 'zod';
import { malformedPlaces, malformedText } from '../../ledger/wellFormed.ts';
import { schemaTree } from '../runbook/jsonSchema.ts';
import type { Finding } from '../runbook/problems.ts';
import { schemaFindings } from '../runbook/schemaProblems.ts';
import { type Field, Problem } from './problem.ts';

/** Bytes of a body; the door of the app counts them. */
export const largestBody = 1_048_576;
const deepest = 64;

/** An answer whose JSON is text already. */
export const jsonText = (text: string): Response =>
  new Response(text, { headers: { 'content-type': 'application/json' } });

const jsonTypes = /^application\/(json|[a-z0-9.+-]+\+json)\s*(;.*)?$/i;

/** How deep brackets and braces nest, outside of strings. */
function depthOf(text: string): number {
  let [depth, most, inText] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (inText) {
      if (sign === '\\') at += 1;
      else if (sign === '"') inText = false;
    } else if (sign === '"') inText = true;
    else if (sign === '[' || sign === '{') most = Math.max(most, (depth += 1));
    else if (sign === ']' || sign === '}') depth -= 1;
  }
  return most;
}

const unreadable = (detail: string, fix: string): Problem =>
  new Problem({
    status: 400,
    code: 'body_unreadable',
    detail,
    fix,
    errors: [{ field: '/', message: detail, fix }],
  });

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable('the body is not UTF-8', 'send it as UTF-8');
  }
}

const yamlType = /^application\/(x-)?yaml\s*(;.*)?$/i;

/**
 * The value of a JSON body. An empty body is `{}` where nothing has to be said. Where a route takes a file, a body said
 * to be YAML is that file as text, under the name `file` gives it.
 */
export async function jsonOf(request: Request, file?: string): Promise<unknown> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length === 0) return {};
  const type = request.headers.get('content-type') ?? '';
  if (file !== undefined && yamlType.test(type)) return { [file]: textOf(bytes) };
  if (!jsonTypes.test(type)) {
    throw new Problem({
      status: 415,
      code: 'not_json',
      detail: 'the body is not said to be JSON',
      fix: 'send JSON with the header "Content-Type: application/json"',
      errors: [
        { field: 'Content-Type', message: 'is not application/json', fix: 'send application/json' },
      ],
    });
  }
  const packed = request.headers.get('content-encoding') ?? 'identity';
  if (packed.trim().toLowerCase() !== 'identity') {
    const message = `"${packed.slice(0, 40)}" is not understood`;
    const fix = 'send the body as it is, without Content-Encoding';
    throw new Problem({
      status: 415,
      code: 'encoding_unknown',
      detail: `the Content-Encoding ${message}`,
      fix,
      errors: [{ field: 'Content-Encoding', message, fix }],
    });
  }
  const text = textOf(bytes);
  if (depthOf(text) > deepest) {
    throw unreadable(`the body nests deeper than ${deepest}`, 'send a flatter one');
  }
  return whole(parsed(text), text);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 120) : 'unknown';
    throw unreadable(`the body is not JSON: ${why}`, 'correct the JSON');
  }
}

/** What the text of a number that is read as infinite has in it: a large exponent, or very many digits. */
const mayBeEndless = /e\+?\d{3}|\d{200}/i;

/** The place of every number that is read as infinite: JSON text can say 1e999, and nothing can keep it. */
function endlessPlaces(value: unknown, at: Finding['path'] = []): Finding['path'][] {
  if (value === Infinity || value === -Infinity) return [at];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => endlessPlaces(item, [...at, key]));
}

/** The value, unless a text in it has no bytes or a number no end: then it could be neither digested nor kept. */
function whole(value: unknown, text: string): unknown {
  const findings = [
    ...malformedPlaces(value).map((path) => ({
      path,
      message: malformedText,
      fix: 'write the whole character, or leave it out',
    })),
    ...(mayBeEndless.test(text) ? endlessPlaces(value) : []).map((path) => ({
      path,
      message: 'the number is too large',
      fix: 'write one that fits, such as 1e300, or leave it out',
    })),
  ];
  if (findings.length === 0) return value;
  throw bodyProblem(fieldsOf(findings, pointer));
}

const bodyProblem = (errors: readonly Field[]): Problem =>
  new Problem({
    status: 422,
    code: 'body_has_problems',
    detail: `the body has ${errors.length} problem${errors.length === 1 ? '' : 's'}; nothing was written`,
    fix: 'correct what "errors" lists',
    errors,
  });

const pointer = (path: Finding['path']): string =>
  `/${path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;

const fieldsOf = (
  findings: readonly Finding[],
  named: (path: Finding['path']) => string,
): Field[] => findings.map(({ path, message, fix }) => ({ field: named(path), message, fix }));

/** What is checked, and what it is called. */
export type Source = { readonly of: 'body' | 'query'; readonly value: unknown };

/** The value as the schema has it, or a problem with every field that is wrong. */
export function checked<T>(schema: z.ZodType<T>, { of, value }: Source): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const findings = schemaFindings(parsed.error, { root: schemaTree(schema), value });
  const errors = fieldsOf(findings, (path) => (of === 'body' ? pointer(path) : path.join('.')));
  if (of === 'body') throw bodyProblem(errors);
  throw new Problem({
    status: 400,
    code: 'query_has_problems',
    detail: `the query has ${errors.length} problem${errors.length === 1 ? '' : 's'}`,
    fix: 'correct what "errors" lists',
    errors,
  });
}

type FileProblem = {
  readonly line: number | null;
  readonly path: string;
  readonly message: string;
  readonly fix: string;
};

/** Problems of a runbook or of facts, which are read as files are, as one problem; `under` is where they stand. */
export function fileProblem(problems: readonly FileProblem[], under: string): Problem {
  const errors = problems.map(({ line, path, message, fix }) => ({
    field: `${under}/${path}`.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, ''),
    message: line === null ? message : `line ${line}: ${message}`,
    fix,
  }));
  return bodyProblem(errors);
}
